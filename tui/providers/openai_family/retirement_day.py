"""When OpenAI's Evals API is announced to end, and on which hosts. Loads no library."""

from datetime import date
from urllib.parse import urlsplit

RETIREMENT_DAY = date(2026, 11, 30)


def own_host(base_url: str) -> bool:
    """Return whether the address is OpenAI's own, data-residency hosts included."""
    host = urlsplit(base_url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
