"""Which links may leave the program."""

from urllib.parse import urlsplit

from tui.text import is_clean

MAX_LENGTH = 2048


def safe_link(url: str | None) -> tuple[str, str] | None:
    """Return a provider's link and its host when it may be opened or copied; else None.

    Only http and https, with a host, without user or password, control characters or blanks.
    """
    if not url or len(url) > MAX_LENGTH or not url.isprintable() or not is_clean(url) or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        named = parts.username is not None or parts.password is not None
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or named:
        return None
    return url, host
