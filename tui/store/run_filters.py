"""Which columns of the run table a filter's fields are, and where the others are read."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tui.models import ProviderKind, RunKind, Status
from tui.query import Test, Word, look_up, read_run_filter
from tui.store import best_columns
from tui.store.codec import reader, unpack
from tui.store.filters import Conditions
from tui.store.heads import tokens
from tui.store.news import HAS_NEWS, IS_BASELINE, IS_WATCHED
from tui.store.run_criteria import RunCriteria
from tui.store.run_table import load_concerns
from tui.store.search import SearchIndex
from tui.store.search.judging import BODY_FIELDS, RunBodies
from tui.store.selecting import Selection

_SECOND = "1000000.0"
_COLUMNS = {
    "live": "run.live",
    "watched": IS_WATCHED,
    "baseline": IS_BASELINE,
    "changed": HAS_NEWS,
    "started": "run.began",
    "ended": "run.ended",
    "age": f"(:now - coalesce(run.began, run.first_seen)) / {_SECOND}",
    "duration": f"(coalesce(run.ended, CASE WHEN run.live THEN :now END) - run.began) / {_SECOND}",
    **best_columns.COLUMNS,
}
_TEXTS = {
    "name": "run.name",
    "id": "run.run_id",
    "connection": "run.connection",
    "ref": "run.connection || '/' || run.path",
}
_TOLD = "CAST(run.told AS TEXT)"
_WORDS: dict[str, tuple[str, type[Status | ProviderKind | RunKind]]] = {
    "status": ("run.status", Status),
    "provider": (f"json_extract({_TOLD}, '$.provider')", ProviderKind),
    "kind": (f"json_extract({_TOLD}, '$.kind')", RunKind),
}
_USAGE = ("requests", "input_tokens", "output_tokens", "cached_tokens", "tokens", "cost")
_NOTES = "(SELECT notes FROM sync WHERE sync.run = run.id)"


def run_filter(text: str, search: SearchIndex) -> Selection:
    """Return the condition a filter puts on runs. Raises QueryError.

    The statement needs the value `now` in microseconds.
    """
    return RunConditions(search).selection(text, read_run_filter(text))


class RunConditions(Conditions):
    """Conditions on runs."""

    def __init__(self, search: SearchIndex) -> None:
        super().__init__()
        self._search = search
        self._criteria = RunCriteria()

    def word(self, word: Word) -> str:
        """Look in name, id, group, models, connection, provider and status."""
        return f"(instr(run.words, {self.value(word.text.casefold())}) > 0)"

    def test(self, test: Test) -> str:
        """Compare one field."""
        name = test.field.name
        if name in _WORDS:
            column, words = _WORDS[name]
            return self.one_of(test, column, {word.value: word.value for word in words})
        if name in _TEXTS:
            return self.text(test, _TEXTS[name])
        if name in _COLUMNS:
            return self.compared(test, _COLUMNS[name])
        if name in BODY_FIELDS:
            bodies = RunBodies(self._search, test, exact=self.within_not)
            return self.call(bodies, "run.id", test.at, reads=True)
        return self.asked(test, *self._reader(test))

    def _reader(self, test: Test) -> tuple[Callable[..., object], str]:
        """Return what reads a field that no column has, and from which columns."""
        name = test.field.name
        if name in ("metadata", "config"):
            return _more_reader(test), "run.more"
        if name == "warning":
            return _warnings_reader(), f"run.told, {_NOTES}, run.concerns"
        if name == "concern":
            return lambda data: [each.kind for each in load_concerns(data)], "run.concerns"
        if name == "criteria":
            return self._criteria.reader(test), RunCriteria.COLUMNS
        return _told_reader(test), "run.told"


def _more_reader(test: Test) -> Callable[[bytes | None], object]:
    def read(more: bytes | None) -> object:
        return None if more is None else look_up(unpack(more)[test.field.name], test.keys)

    return read


def _warnings_reader() -> Callable[[bytes, bytes | None, str | None], object]:
    quick = reader()

    def read(told: bytes, notes: bytes | None, concerns: str | None) -> object:
        sentences = [each.sentence for each in load_concerns(concerns)]
        return [
            *sentences,
            *quick(told).get("warnings", ()),
            *(() if notes is None else quick(notes)),
        ]

    return read


def _told_reader(test: Test) -> Callable[[bytes], object]:
    name, quick = test.field.name, reader()
    if name in _USAGE:
        return lambda data: _usage(quick(data).get("usage", ()), name)
    if name == "created":
        return lambda data: _time(quick(data).get("created_at"))
    if name == "model":
        return lambda data: quick(data).get("models")
    if name == "group":
        return lambda data: [*(quick(data).get("group") or {}).values()]
    outer, _dot, inner = name.partition(".")
    if outer == "error" and not inner:
        inner = "message"

    def read(data: bytes) -> object:
        value = quick(data).get(outer)
        return value.get(inner) if inner and isinstance(value, Mapping) else value

    return read


def _usage(usages: Sequence[Mapping[str, Any]], name: str) -> float | int | None:
    """Return the sum over the models that tell it; None when none does."""
    key = {"cost": "cost_usd"}.get(name, name)
    if name == "tokens":
        found = [
            tokens(
                [each.get(part) for part in ("input_tokens", "output_tokens")]
                + [None, each.get("total_tokens"), None]
            )
            for each in usages
        ]
    else:
        found = [each.get(key) for each in usages]
    known = [value for value in found if value is not None]
    return sum(known) if known else None


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
