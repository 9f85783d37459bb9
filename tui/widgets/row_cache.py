"""Rows of a source, read in pages and kept while they are near the screen."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from itertools import chain, groupby

from tui.widgets.table_model import TableRow, TableSource

PAGE_ROWS = 40
"""A screenful: reading more would hold up the key that asks for it, and the first frame."""
MAX_PAGES = 48


class NoRows:
    """A source without rows."""

    def count(self) -> int:
        """Return 0."""
        return 0

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return nothing."""
        del offset, limit
        return ()

    def index_of(self, key: str) -> int | None:
        """Return None."""
        del key
        return None

    def key_at(self, index: int) -> str:
        """Raise IndexError."""
        raise IndexError(index)


class RowCache:
    """The least recently used pages go first; a window read by itself goes before all pages."""

    def __init__(self, source: TableSource) -> None:
        self._source = source
        self._pages: OrderedDict[int, list[TableRow]] = OrderedDict()
        self._window: list[TableRow] = []
        self._window_start = 0

    def get(self, index: int) -> TableRow | None:
        """Return a row; None when the source has fewer than it said."""
        offset = index - self._window_start
        if 0 <= offset < len(self._window):
            return self._window[offset]
        page_number, offset = divmod(index, PAGE_ROWS)
        page = self._pages.get(page_number)
        if page is None:
            page = list(self._source.rows(page_number * PAGE_ROWS, PAGE_ROWS))
            self._pages[page_number] = page
            if len(self._pages) > MAX_PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(page_number)
        return page[offset] if offset < len(page) else None

    def reload(self, start: int, rows: int) -> None:
        """Forget everything and read these rows at once: only they are on screen."""
        self._pages.clear()
        self._window_start = start
        self._window = list(self._source.rows(start, rows)) if rows > 0 else []

    def read_ahead(self, screen: range, count: int) -> bool:
        """Read a page that lacks a row of the next or the last screenful, if there is one.

        Args:
            screen: the rows on screen.
            count: how many rows there are.

        Returns:
            Whether a page was read; there may be more.
        """
        below = range(screen.stop, min(screen.stop + len(screen), count))
        above = range(max(0, screen.start - len(screen)), screen.start)
        for index in chain(below, above):
            if not self._has(index):
                self.get(index)
                return True
        return False

    def renew(self, kept: range, keys: Collection[str]) -> bool:
        """Read those of the kept rows that have one of the keys again; forget pages with others.

        Returns whether any was read.
        """
        self._window = [row for row in map(self.get, kept) if row is not None]
        self._window_start = kept.start
        for number, page in [*self._pages.items()]:
            if any(row.key in keys for row in page):
                del self._pages[number]
        stale = [place for place, row in enumerate(self._window) if row.key in keys]
        for _, run in groupby(enumerate(stale), lambda pair: pair[1] - pair[0]):
            places = [place for _, place in run]
            rows = list(self._source.rows(kept.start + places[0], len(places)))
            if len(rows) < len(places):  # one has been removed since
                self.reload(kept.start, len(kept))
                break
            self._window[places[0] : places[0] + len(places)] = rows
        return bool(stale)

    def _has(self, index: int) -> bool:
        return (
            0 <= index - self._window_start < len(self._window) or index // PAGE_ROWS in self._pages
        )
