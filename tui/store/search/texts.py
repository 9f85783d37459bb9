"""The texts of a stored trial that can be searched."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tui.store.codec import loads, reader
from tui.store.compression import decompress

TEXT_FIELDS = ("output", "reason", "input", "expected", "error", "label")
"""What is looked through, the most telling first."""

_SPEAKER = frozenset({"role", "type"})
"""Keys of a message whose value is no text: else `user` would be found everywhere."""


def unfolded(body: bytes) -> bytes:
    """Return a stored body as JSON."""
    return decompress(body)


def read(body: bytes, label: str) -> dict[str, str]:
    """Return each field's text of a stored trial; empty where there is none."""
    return texts_of(loads(unfolded(body)), label)


def texts_of(trial: Mapping[str, Any], label: str) -> dict[str, str]:
    """Return each field's text of a trial as JSON (`tui.store.model_encoders.as_json`).

    Of input, output and expected it is every text and number in them; of `reason` what the graders
    said: reasons, labels, errors.
    """
    error = trial.get("error") or {}
    said = (part for score in trial.get("scores", ()) for part in _of_score(score))
    return {
        "output": _text(trial.get("output")),
        "reason": "\n".join(part for part in said if part),
        "input": _text(trial.get("input")),
        "expected": _text(trial.get("expected")),
        "error": "\n".join(part for part in (error.get("code"), error.get("message")) if part),
        "label": label,
    }


def field_of(trial: Mapping[str, Any], field: str) -> str:
    """Return one of the texts but the label."""
    if field in ("output", "input", "expected"):
        return _text(trial.get(field))
    return texts_of(trial, "")[field]


def field_reader(field: str) -> Callable[[bytes], str]:
    """Return a quick `field_of` of a trial's JSON, for who reads many."""
    quick = reader()

    def read(data: bytes) -> str:
        trial = quick(data)
        text = trial.get(field)
        if isinstance(text, str):
            return text
        text = field_of(trial, field)
        # A number so written may be an integer that the quick reader cannot take.
        return field_of(loads(data), field) if "e+" in text else text

    return read


def _of_score(score: Mapping[str, Any]) -> Iterator[str | None]:
    yield score.get("reason")
    yield score.get("label")
    error = score.get("error")
    if error:
        yield error.get("message")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return "\n".join(_leaves(value))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, dict):
        speaks = "role" in value or isinstance(value.get("text"), str)
        for key, item in value.items():
            if not (speaks and key in _SPEAKER):
                yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
