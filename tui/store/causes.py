"""What a run's errors have in common: their code, and how their message begins.

Numbers, ids, quoted parts and the like are taken out of a message first, so that errors which
differ only in a waiting time or a request's id have one cause.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from tui.models import ErrorInfo, Outcome, Trial
from tui.store.codec import column_text

LENGTH = 120
"""Characters of a message that tell a cause."""
MOST = 100
"""Causes kept apart in a run, trials' and graders' together; all others count as one of each."""
_ERRORED = Outcome.ERRORED  # looking it up takes longer than comparing
GAP = "…"
"""What stands in the place of what was taken out."""
_READ = 400
"""Characters of a message that are looked at."""
_VARYING = re.compile(
    r"""
    (?P<kept>\b(?:http|status|code|error)\W{0,3}[1-5]\d\d\b)  # the kind of an answer is a cause
    | https?://\S+
    | "[^"]*" | “[^”]*” | `[^`]*`
    | (?<!\w)'[^']*'(?!\w)                                   # not what lies between two can't
    | (?<![\w.:/+-])[\w.:/+-]*\d(?:[\w.,:/+-]*\w)?%?        # numbers, times, ids
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Cause(NamedTuple):
    """Why a trial or a grader did not work."""

    grader: bool
    """Whether a grader broke, and not the model's call."""
    code: str
    """Empty when there is none."""
    text: str


def causes_of(trial: Trial) -> list[Cause]:
    """Return the causes of a trial's errors, each once."""
    found: dict[Cause, None] = {}
    if trial.error is not None:
        found[_cause(trial.error, grader=False)] = None
    elif trial.outcome is _ERRORED and all(score.error is None for score in trial.scores):
        found[Cause(False, "", "")] = None
    for score in trial.scores:
        if score.error is not None:
            found[_cause(score.error, grader=True)] = None
    return [*found]


def joined(causes: Iterable[Sequence[Sequence[object]]]) -> list[Cause]:
    """Return the causes of some trials, each once; they may come out of JSON."""
    return [*dict.fromkeys(Cause(*each) for one in causes for each in one)]  # type: ignore[arg-type] # as stored


@lru_cache(maxsize=512)
def common_start(message: str) -> str:
    r"""Return how a message begins without what varies, in one line.

    >>> common_start("Rate limit reached (req_81f). Try again in 17s.\nSee the guide.")
    'Rate limit reached (…). Try again in …. See the guide.'
    """
    kept = _VARYING.sub(lambda found: found["kept"] or GAP, message[:_READ])
    return " ".join(kept.split())[:LENGTH]


def _cause(error: ErrorInfo, *, grader: bool) -> Cause:
    code = column_text((error.code or "")[:LENGTH])
    return Cause(grader, code, column_text(common_start(error.message[:_READ])))
