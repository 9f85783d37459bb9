"""Rows gathered into pages, run by run, as a file brings them."""

from collections.abc import Iterator

from tui.exchange.reading import PAGE_ROWS, RowsTold
from tui.models import Row, RunRef
from tui.providers.base import RowPage, Skipped


class Pages:
    """Gathers rows of several runs, and gives out a page when one is full."""

    def __init__(self) -> None:
        self._rows: dict[RunRef, list[Row]] = {}

    def add(self, ref: RunRef, row: Row) -> Iterator[RowsTold]:
        """Take a row; yield the run's page once it is full."""
        rows = self._rows.setdefault(ref, [])
        rows.append(row)
        if len(rows) >= PAGE_ROWS:
            yield self._page(ref)

    def rest(self) -> Iterator[RowsTold]:
        """Yield what has not filled a page."""
        for ref in [ref for ref, rows in self._rows.items() if rows]:
            yield self._page(ref)

    def _page(self, ref: RunRef) -> RowsTold:
        rows, self._rows[ref] = tuple(self._rows[ref]), []
        return RowsTold(ref, RowPage(rows))


def broken(ref: RunRef, what: str, why: str) -> RowsTold:
    """Return that one item of a run could not be read."""
    return RowsTold(ref, RowPage((), (Skipped(what, why),)))
