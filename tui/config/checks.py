"""Checks of single values. Each returns the value as the settings hold it.

All raise `WrongValueError` with what is allowed. No message repeats the value itself: a key pasted
into the wrong place must not come back on a screen.
"""

import math
import re
from collections.abc import Callable, Iterable

from tui.config.addresses import WrongValueError

Check = Callable[[object], object]

_TIME = r"([01]?[0-9]|2[0-3]):([0-5][0-9])"
_HOURS = re.compile(f"{_TIME}-{_TIME}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str):
        raise WrongValueError("must be a text" + _not(value))
    if not value.strip():
        raise WrongValueError("must not be empty")
    return value.strip()


def texts(value: object) -> tuple[str, ...]:
    """A list of texts that are not empty."""
    if not isinstance(value, list):
        raise WrongValueError("must be a list of texts" + _not(value))
    return tuple(text(item) for item in value)


def text_or_texts(value: object) -> tuple[str, ...]:
    """A text, or a list of texts."""
    return (text(value),) if isinstance(value, str) else texts(value)


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise WrongValueError("must be true or false" + _not(value))
    return value


def command(value: object) -> tuple[str, ...]:
    """A program and its arguments, as a list: there is no shell to split a text."""
    if not isinstance(value, list) or not value:
        raise WrongValueError(
            'must be a list with the program and its arguments, such as ["pass", "show", "openai"]'
        )
    if not all(isinstance(item, str) for item in value) or not value[0].strip():
        raise WrongValueError("must be a list of texts")
    return tuple(value)


def program(value: object) -> tuple[str, ...]:
    """A program and its arguments, as a list; the first one is not empty."""
    example = '["notify-send", "evaltop"]'
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise WrongValueError(
            f"must be a list of texts with the program and its arguments, such as {example}"
        )
    if not value[0].strip() or any("\0" in item for item in value):
        raise WrongValueError("must begin with the name of a program")
    return tuple(value)


def one_of(allowed: Iterable[str]) -> Callable[[object], str]:
    """Return a check for one of a few words."""
    words = tuple(allowed)

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise WrongValueError(f"must be one of: {', '.join(words)}")
        return value

    return check


def hours(value: object) -> str:
    """Two times of the day with a hyphen between them: `22:00-07:00`; they may pass midnight."""
    found = _HOURS.fullmatch(text(value).replace(" ", ""))
    if found is None:
        raise WrongValueError('must be two different times of the day, such as "22:00-07:00"')
    begin, end = f"{int(found[1]):02}:{found[2]}", f"{int(found[3]):02}:{found[4]}"
    if begin == end:
        raise WrongValueError('must be two different times of the day, such as "22:00-07:00"')
    return f"{begin}-{end}"


def variable(value: object) -> str:
    """The name of an environment variable."""
    name = text(value)
    if not _VARIABLE.fullmatch(name):
        raise WrongValueError(
            "must be the name of an environment variable (letters, digits and _), not the key"
        )
    return name


def number(lowest: float, highest: float) -> Callable[[object], float]:
    """Return a check for a number within bounds, both included."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise WrongValueError(f"must be a number from {lowest:g} to {highest:g}" + _not(value))
        if not math.isfinite(value) or not lowest <= value <= highest:
            raise WrongValueError(f"must be a number from {lowest:g} to {highest:g}")
        return value

    return check


def whole(lowest: int, highest: int) -> Callable[[object], int]:
    """Return a check for a whole number within bounds, both included."""

    def check(value: object) -> int:
        wrong = isinstance(value, bool) or not isinstance(value, int)
        if wrong or not isinstance(value, int) or not lowest <= value <= highest:
            raise WrongValueError(f"must be a whole number from {lowest} to {highest}")
        return value

    return check


def meant(word: str, allowed: Iterable[str]) -> str:
    """Return the sentence part that says what is allowed and what was probably meant."""
    choices = sorted(allowed)
    near = nearest(word, choices)
    hint = f"did you mean {near}? " if near else ""
    return f"{hint}Allowed: {', '.join(choices)}"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return which of `words` looks most like `word`; None when none does."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(words), n=1)), None)


def _not(value: object) -> str:
    kinds = {bool: "true or false", str: "a text", list: "a list", dict: "a table"}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return ", not a number"
    kind = kinds.get(type(value))
    return f", not {kind}" if kind else ""
