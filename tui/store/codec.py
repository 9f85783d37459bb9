"""JSON to bytes and back, exactly, and to models (`tui.store.model_encoders` is the way there).

Lone surrogates survive
(`surrogatepass`). What JSON cannot hold (NaN, infinities, absurd depth) becomes null, so that no
answer of a provider can make a write fail.
"""

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tui.store.compression import compress, decompress

ModelT = TypeVar("ModelT")

MAX_DEPTH = 200
"""Deepest nesting that is kept; providers reject deeper answers before they come here."""
MAX_INTEGER = 2**63 - 1
_FAST_BYTES = 2047
"""From one byte more on hashlib lets other threads run, and must wait for its turn again."""
_FAST_PIECES = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def dumps(value: Any) -> bytes:
    """Return compact JSON; never raises for anything that came out of JSON."""
    encode, error = _encoder()
    try:
        return encode(value)
    except error:  # a lone surrogate, more than 64 bits, too deep, or no JSON at all
        return _any_json(value)


def _any_json(value: Any) -> bytes:
    try:
        text = _json(value)
    except (ValueError, TypeError, RecursionError):
        text = _json(_plain(value, 0))
    return text.encode("utf-8", "surrogatepass")


def loads(data: bytes) -> Any:
    """Return what `dumps` wrote."""
    return json.loads(data.decode("utf-8", "surrogatepass"))


def reader() -> Callable[[bytes], Any]:
    """Return a quick `loads` for who reads many texts; integers beyond 64 bits come as floats.

    It loads orjson.
    """
    import orjson

    decode, error = orjson.loads, orjson.JSONDecodeError

    def read(data: bytes) -> Any:
        try:
            return decode(data)
        except error:  # a lone surrogate
            return loads(data)

    return read


def pack(value: Any) -> bytes:
    """Return compressed JSON."""
    return compress(dumps(value))


def unpack(data: bytes) -> Any:
    """Return what `pack` wrote."""
    return loads(decompress(data))


def fingerprint(data: bytes) -> bytes:
    """Return 16 bytes that differ when the data does."""
    from hashlib import blake2b  # loads OpenSSL, which reading does without

    if len(data) > _FAST_PIECES * _FAST_BYTES:
        return blake2b(data, digest_size=16).digest()
    made = blake2b(data[:_FAST_BYTES], digest_size=16)
    for start in range(_FAST_BYTES, len(data), _FAST_BYTES):
        made.update(data[start : start + _FAST_BYTES])
    return made.digest()


def from_json(model: type[ModelT], data: Mapping[str, Any]) -> ModelT:
    """Return the model that `as_json` turned into `data`; unknown keys are left out."""
    build: Any = _builder  # mypy does not see that classes are hashable
    made: ModelT = build(model)(data)
    return made


def micros(at: datetime | None) -> int | None:
    """Return microseconds since 1970; a time without a zone is taken as UTC."""
    if at is None:
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def instant(value: int) -> datetime:
    """Return the time of `micros`."""
    return _EPOCH + timedelta(microseconds=value)


def optional_instant(value: int | None) -> datetime | None:
    """Return the time of `micros`, None for None."""
    return None if value is None else instant(value)


def column_text(text: str) -> str:
    """Return text SQLite takes: lone surrogates replaced, everything else as it is."""
    if text.isascii():  # known without a look at the text
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def column_integer(value: int | None) -> int | None:
    """Return an integer SQLite takes, cut to 64 bits."""
    if value is None or -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    return MAX_INTEGER if value > 0 else -MAX_INTEGER


def column_real(value: float | None) -> float | None:
    """Return a number SQLite and an average take; NaN, infinities and giants become None."""
    if value is None:
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


@cache
def _encoder() -> tuple[Callable[[Any], bytes], type[Exception]]:
    """Return the encoder for nearly everything, five times as fast, and what it raises else."""
    from orjson import OPT_PASSTHROUGH_DATACLASS, OPT_PASSTHROUGH_DATETIME, JSONEncodeError, dumps

    # What it would write of these is not what the other encoder writes.
    option = OPT_PASSTHROUGH_DATACLASS | OPT_PASSTHROUGH_DATETIME
    return lambda value: dumps(value, _named_tuple, option), JSONEncodeError


def _named_tuple(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(value)


_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _plain(value: Any, depth: int) -> Any:
    """Return what JSON can hold of a value."""
    if isinstance(value, Mapping | list | tuple):
        if depth >= MAX_DEPTH:
            return None
        if isinstance(value, Mapping):
            return {str(key): _plain(item, depth + 1) for key, item in value.items()}
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        try:
            str(value)
        except ValueError:  # more digits than Python prints
            return None
    return value if value is None or isinstance(value, str | int) else str(value)


@cache
def _builder(model: Any) -> Callable[[Mapping[str, Any]], Any]:
    """Return what makes the model of its JSON."""
    readers = {name: _reader(hint) for name, hint in get_type_hints(model).items()}
    known = readers.keys()
    converted = [(name, reader) for name, reader in readers.items() if reader is not None]

    def build(data: Mapping[str, Any]) -> Any:
        if data.keys() <= known:
            values = dict(data)
        else:
            values = {name: value for name, value in data.items() if name in known}
        for name, reader in converted:
            value = values.get(name)
            if value is not None:
                values[name] = reader(value)
        return model(**values)

    return build


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    hint = without_none(hint)
    if isinstance(hint, type):
        if is_dataclass(hint):
            return _builder(hint)
        if issubclass(hint, StrEnum):
            return hint
        if hint is datetime:
            return _time
    if get_origin(hint) is tuple:
        item = _reader(get_args(hint)[0])
        return tuple if item is None else lambda items: tuple([item(each) for each in items])
    return None


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def without_none(hint: Any) -> Any:
    """Return X of `X | None`; other unions (JSON values) have no conversion."""
    if get_origin(hint) in (Union, types.UnionType):
        known = [arg for arg in get_args(hint) if arg is not type(None)]
        return known[0] if len(known) == 1 else Any
    return hint
