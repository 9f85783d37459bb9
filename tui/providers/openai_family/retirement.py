"""The end of OpenAI's Evals API, announced for 30 November 2026; batches are not part of it.

What the routes answer afterwards nobody has published, so the rule is ours (design section 1):
retired is when `GET /evals` itself answers 410, or 404 or 403 without a word about permissions or
regions, on OpenAI's own host, on or after that day.
"""

from datetime import UTC, datetime

from tui.errors import ProviderError, RetiredError
from tui.providers.openai_family.faults import words_of
from tui.providers.openai_family.retirement_day import RETIREMENT_DAY

_GONE = 410
_SUSPECT_STATUSES = frozenset({403, 404, _GONE})
_OTHER_REASONS = (
    "permission",
    "scope",
    "insufficient",
    "not allowed",
    "role",
    "country",
    "region",
    "territory",
)


def suspect(error: ProviderError, now: datetime) -> bool:
    """Return whether a failed evals request may mean that the service has ended."""
    return error.status in _SUSPECT_STATUSES and now.astimezone(UTC).date() >= RETIREMENT_DAY


def retired(error: ProviderError, now: datetime) -> RetiredError | None:
    """Return what a failed `GET /evals` means if it is the end of the service, else None."""
    if not suspect(error, now):
        return None
    words = words_of(error)
    if error.status != _GONE and any(reason in words for reason in _OTHER_REASONS):
        return None
    return RetiredError(
        "OpenAI has ended its Evals API (announced for 30 November 2026).",
        remedy="Runs fetched before stay readable here; batches are not affected.",
        status=error.status,
        code=error.code,
        request_id=error.request_id,
    )
