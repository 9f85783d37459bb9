"""Scores of Inspect AI samples.

A letter is a verdict: C correct, I incorrect, N no answer, P partially correct; only C passed, and
P counts half in the mean, as in Inspect itself. True and false, yes and no are verdicts too. A
number is a number, without a verdict; any other text is a label. A score of several values is a
criterion for each.
"""

from collections.abc import Iterator

from tui.exchange.formats.fields import known, number, part, text
from tui.models import CriterionType, JsonObject, JsonValue, Score

_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_WORDS = {"yes": True, "true": True, "no": False, "false": False}


def read_scores(sample: JsonObject) -> tuple[Score, ...]:
    """Return a sample's scores, by scorer in the file's order."""
    told = part(sample, "scores")
    if not told and isinstance(sample.get("score"), dict):
        told = {"score": sample["score"]}  # logs of the first version had one
    return tuple(
        score
        for name, value in told.items()
        if isinstance(value, dict)
        for score in _scores(name, value.get("value"), value)
    )


def _scores(name: str, value: JsonValue, told: JsonObject) -> Iterator[Score]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield _score(f"{name}.{key}", item, told)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield _score(f"{name}.{position}", item, told)
    else:
        yield _score(name, value, told)


def _score(name: str, value: JsonValue, told: JsonObject) -> Score:
    kind, passed, figure, label = _meaning(value)
    return Score(
        name=name,
        type=kind,
        passed=passed,
        value=figure,
        label=label,
        reason=text(told, "explanation"),
        skipped=value is None,
        detail=known({"answer": told.get("answer"), "metadata": told.get("metadata")}) or None,
    )


def _meaning(
    value: JsonValue,
) -> tuple[CriterionType, bool | None, float | None, str | None]:
    """Return type, verdict, number and label of a value; null is a sample that was not scored."""
    verdict = value if isinstance(value, bool) else None
    if isinstance(value, str):
        if value in _LETTERS:
            return CriterionType.BINARY, value == "C", _LETTERS[value], value
        verdict = _WORDS.get(value.lower())
        if verdict is None:
            return CriterionType.LABEL, None, None, value
    if verdict is not None:
        return CriterionType.BINARY, verdict, float(verdict), None
    return CriterionType.NUMERIC, None, number(value), None
