"""Which columns of the row table a filter's fields are."""

from collections.abc import Callable
from typing import Any

from tui.models import Outcome
from tui.query import Test, Word, look_up, read_row_filter, same_name
from tui.store.codec import loads, reader
from tui.store.filters import Conditions
from tui.store.heads import RANKS, CellTally
from tui.store.search import SearchIndex
from tui.store.search.judging import BODY_FIELDS, RowBodies
from tui.store.selecting import Selection

_TEXTS = {"key": "key", "label": "label", "preview": "preview", "error": "error"}
"""Also where bare words are looked for."""
_PASSED, _GRADED = (
    " + ".join(
        f"length(strip) - length(replace(strip, '{RANKS[outcome]}', ''))" for outcome in some
    )
    for some in ((Outcome.PASSED,), (Outcome.PASSED, Outcome.FAILED))
)
"""How many trials of a row passed, and how many passed or failed: `strip` has a rank for each."""
_COLUMNS = {
    "unstable": "unstable",
    "index": "idx",
    "score": "score",
    "trials": "length(strip)",
    # As `tui.outcomes.instability`; NULL, unknown, where fewer than two were graded.
    "instability": f"2.0 * ({_PASSED}) * (({_GRADED}) - ({_PASSED}))"
    f" / nullif(({_GRADED}) * max(({_GRADED}) - 1, 0), 0)",
    "latency": "latency",
    "tokens": "tokens",
}
_OUTCOMES = {outcome.value: RANKS[outcome] for outcome in Outcome}
_USAGE = {"input_tokens": 0, "output_tokens": 1, "cached_tokens": 2, "cost": 4}
"""Place of each in a stored usage."""
_ODD = " OR ".join(
    f"length({column}) <> length(CAST({column} AS BLOB))" for column in _TEXTS.values()
)
"""Whether some text is more than ASCII, or holds a NUL, where SQLite's own functions end it."""


def row_filter(text: str, search: SearchIndex) -> Selection:
    """Return the condition a filter puts on the rows of a run. Raises QueryError."""
    return RowConditions(search).selection(text, read_row_filter(text))


class RowConditions(Conditions):
    """Conditions on the rows of one run."""

    def __init__(self, search: SearchIndex) -> None:
        super().__init__()
        self._search = search

    def word(self, word: Word) -> str:
        """Look in key, label, preview and error.

        LIKE folds the case of ASCII only, but it is fast; Python looks where that could differ.
        """
        folded = word.text.casefold()

        def occurs(*texts: str | None) -> bool:
            return any(text is not None and folded in text.casefold() for text in texts)

        found = self.call(occurs, ", ".join(_TEXTS.values()), word.at)
        if not folded.isascii() or "\0" in folded:
            return found
        pattern = self.value(f"%{_escaped(folded)}%")
        like = " OR ".join(
            f"coalesce({column}, '') LIKE {pattern} ESCAPE '\\'" for column in _TEXTS.values()
        )
        return f"({like} OR (coalesce({_ODD}, 0) AND {found}))"

    def test(self, test: Test) -> str:
        """Compare one field."""
        name = test.field.name
        if name == "outcome":
            return self.one_of(test, "outcome", _OUTCOMES)
        if name in _TEXTS:
            return self.text(test, _TEXTS[name])
        if name in _COLUMNS:
            return self.compared(test, _COLUMNS[name])
        if name == "criteria":
            return self.asked(test, _criterion_reader(test), "cells")
        if name in BODY_FIELDS:
            judge = RowBodies(self._search, test, exact=self.within_not)
            return self.call(judge, "run, id, length(strip)", test.at)
        return self.asked(test, _rest_reader(test), "rest")


def _criterion_reader(test: Test) -> Callable[[bytes], object]:
    quick = reader()
    if not test.keys:
        return lambda cells: [name for name, *_rest in quick(cells)]
    (wanted,) = test.keys
    place = CellTally._fields.index({"score": "value"}.get(test.leaf.name, test.leaf.name))

    def read(data: bytes) -> object:
        cells: dict[str, list[Any]] = {cell[0]: cell for cell in quick(data)}
        found = same_name(wanted, cells)
        return None if found is None else cells[found][place]

    return read


def _rest_reader(test: Test) -> Callable[[bytes], object]:
    name, quick = test.field.name, reader()
    if name == "error.code":
        return lambda rest: quick(rest)[0]
    if name == "extra":
        return lambda rest: look_up(loads(rest)[2], test.keys)
    place = _USAGE[name]

    def read(rest: bytes) -> Any:
        usage = quick(rest)[1]
        return None if usage is None else usage[place]

    return read


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
