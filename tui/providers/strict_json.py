"""JSON as the rest of the program can bear it: finite, shallow, storable.

What SQLite or a screen would choke on is refused (NaN, Infinity, too deep) or mended (lone
surrogates, integers beyond 64 bit). orjson reads what holds nothing of the kind, which is nearly
everything; Python's own decoder, four times slower, the rest.
"""

import json
import math
import re

import orjson

from tui.models import JsonValue

MAX_DEPTH = 200
"""Containers within containers; real answers stay below 20."""

_WIDE_DIGITS = 19
_INT64 = 2**63
_QUICK_BYTES = 512 * 1024
"""orjson lets no other thread run meanwhile: this much takes it 25 ms at the very worst."""

_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_MAYBE_WIDE = b"0" * _WIDE_DIGITS
_WIDE = re.compile(rb"[:,\[\s][19][0-9]{18}|\A[19][0-9]{18}")
"""Where an integer from 2**63 on may begin, which orjson takes as it is up to 2**64."""
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class NotJsonError(ValueError):
    """The text is not JSON we accept. The message says why, without any of its content."""


def _refuse_constant(_name: str) -> float:
    raise NotJsonError("it holds NaN or Infinity")


def _integer(digits: str) -> int | float:
    if len(digits) < _WIDE_DIGITS:
        return int(digits)
    wide = _number(digits)
    if abs(wide) >= _INT64 * 2:
        return wide
    exact = int(digits)
    return exact if -_INT64 <= exact < _INT64 else wide


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise NotJsonError("it holds a number beyond all bounds")
    return value


_DECODER = json.JSONDecoder(
    strict=False, parse_constant=_refuse_constant, parse_int=_integer, parse_float=_number
)


def loads(data: bytes | bytearray) -> JsonValue:
    """Return the value of a UTF-8 JSON text, with or without a byte order mark.

    Raises NotJsonError as `careful_loads` does.
    """
    try:
        return quick_loads(data)
    except NotJsonError:
        return careful_loads(data)


def quick_loads(data: bytes | bytearray) -> JsonValue:
    """Return what `careful_loads` would, for a text that gives it nothing to mend.

    Raises:
        NotJsonError: the text is large, not JSON, or needs the careful reading.
    """
    if len(data) > _QUICK_BYTES:
        raise NotJsonError("it is large")
    try:
        value: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise NotJsonError("it is not plain JSON") from None
    if (
        len(data) > 2 * MAX_DEPTH  # else it cannot be
        and data.count(b"{") + data.count(b"[") > MAX_DEPTH
        and _deeper_than(value, MAX_DEPTH)
    ):
        raise NotJsonError("it is nested too deeply")
    if _MAYBE_WIDE in data.translate(_DIGITS) and _WIDE.search(data):
        raise NotJsonError("it may hold an integer beyond 64 bit")
    return value


def careful_loads(data: bytes | bytearray) -> JsonValue:
    """Return the value of a UTF-8 JSON text, with or without a byte order mark.

    Bytes that are not UTF-8 and lone surrogates become U+FFFD; integers beyond 64 bit become
    floats; raw control characters within strings are taken.

    Raises:
        NotJsonError: not JSON, NaN or Infinity, or deeper than `MAX_DEPTH`.
    """
    text = data.decode("utf-8-sig", "replace")
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJsonError(f"it is not JSON at character {error.pos}") from None
    except RecursionError:
        raise NotJsonError("it is nested too deeply") from None
    if text.count("{") + text.count("[") > MAX_DEPTH and _deeper_than(value, MAX_DEPTH):
        raise NotJsonError("it is nested too deeply")
    if _SURROGATE_ESCAPE.search(text):
        return _without_lone_surrogates(value)
    return value


def _deeper_than(value: JsonValue, limit: int) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(limit):
        level = [
            child
            for container in level
            if isinstance(container, dict | list)
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def _without_lone_surrogates(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, list):
        return [_without_lone_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _without_lone_surrogates(item) for key, item in value.items()}
    return value


def _storable(text: str) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
