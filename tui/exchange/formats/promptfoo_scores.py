"""promptfoo's assertions as criteria, and its verdict as an outcome."""

from tui.exchange.formats.fields import count, known, number, part, parts, text
from tui.models import CriterionType, JsonObject, Outcome, Score
from tui.providers.openai_family.evals import distinct

_ERROR = 2
"""`failureReason`: 0 none, 1 an assertion, 2 an error."""
_UNGRADED = "No assertions"
"""What promptfoo gives as reason for a pass that nothing was asked for."""


def read_scores(item: JsonObject) -> tuple[Score, ...]:
    """Return a result's assertions in their order, then its named scores that are none of them."""
    grading = part(item, "gradingResult")
    told = parts(grading, "componentResults")
    names = distinct(_name(part(component, "assertion")) for component in told)
    scores = [_assertion(component, name) for component, name in zip(told, names, strict=True)]
    if not told and isinstance(grading.get("pass"), bool) and not _asks_nothing(item):
        scores.append(_assertion(grading, "assertions"))
    named = part(item, "namedScores") or part(grading, "namedScores")
    for name, value in named.items():
        if name not in names:
            kind = CriterionType.NUMERIC
            scores.append(Score(name, kind, value=number(value), counts=False))
    return tuple(scores)


def read_outcome(item: JsonObject, scores: tuple[Score, ...]) -> Outcome:
    """Return what became of a result: promptfoo's verdict, but for errors and for no assertions."""
    reason = count(item, "failureReason")
    error = text(item, "error") or text(part(item, "response"), "error")
    if reason == _ERROR or (reason is None and error and not part(item, "gradingResult")):
        return Outcome.ERRORED
    if not any(score.counts for score in scores):
        return Outcome.UNGRADED
    return Outcome.PASSED if item.get("success") is True else Outcome.FAILED


def _asks_nothing(item: JsonObject) -> bool:
    return text(part(item, "gradingResult"), "reason") == _UNGRADED


def _name(assertion: JsonObject) -> str:
    return text(assertion, "metric") or text(assertion, "type") or "assertion"


def _assertion(component: JsonObject, name: str) -> Score:
    assertion = part(component, "assertion")
    passed = component.get("pass")
    return Score(
        name=name,
        type=CriterionType.BINARY,
        passed=passed if isinstance(passed, bool) else None,
        value=number(component.get("score")),
        reason=text(component, "reason"),
        detail=known({"assertion": assertion, "namedScores": component.get("namedScores")}) or None,
    )
