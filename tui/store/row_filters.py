"""Which columns of the row table a filter's fields are."""

from tui.models import Outcome
from tui.query import Test, Word, read_row_filter
from tui.store.filters import Conditions, odd
from tui.store.heads import RANKS
from tui.store.row_figures import criterion_judge, rest_judge
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
        like = self.within(folded, *(f"coalesce({column}, '')" for column in _TEXTS.values()))
        return f"({like} OR (coalesce({odd(*_TEXTS.values())}, 0) AND {found}))"

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
            return self.call(criterion_judge(test), "cells", test.at)
        if name in BODY_FIELDS:
            return self._bodies(test)
        return self.call(rest_judge(test), "rest", test.at)

    def _bodies(self, test: Test) -> str:
        bodies = RowBodies(self._search, test, exact=self.within_not)
        if bodies.by_index:
            return self.call(bodies, "run, id, length(strip)", test.at, reads=True)
        return bodies.condition(self.call(bodies.in_one, "body.data", test.at, reads=True))
