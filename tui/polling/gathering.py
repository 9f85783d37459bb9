"""Pages of rows that come fast are written together: a transaction costs as much as many rows."""

from dataclasses import replace

from tui.clock import Clock
from tui.providers.base import RowPage

MOST_ROWS = 1000
"""So many rows are written as soon as they are there."""
MOST_BYTES = 2 * 2**20
"""And so many bytes: in memory they take several times as much."""
SOON_S = 0.05
"""A page that comes later than this after the last write is written at once; one that comes sooner
waits for the next, but no longer than this."""


class Gathered:
    """Pages that came and are not written yet, in their order; true when there are any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: list[RowPage] = []
        self._rows = self._bytes = 0
        self._written: float | None = None

    def __bool__(self) -> bool:
        return bool(self._pages)

    def add(self, page: RowPage) -> None:
        """Take a page."""
        self._pages.append(page)
        self._rows += len(page.rows)
        self._bytes += page.size

    @property
    def full(self) -> bool:
        """Whether no more should wait with them."""
        return self._rows >= MOST_ROWS or self._bytes >= MOST_BYTES

    @property
    def due(self) -> bool:
        """Whether it is time to write them."""
        if self._written is None or self.full:
            return True
        return self._clock.monotonic() - self._written >= SOON_S

    def written(self) -> None:
        """Note that what was taken is stored."""
        self._written = self._clock.monotonic()

    def take(self) -> RowPage:
        """Return them as one page, which goes on where the last one does; they are gone then."""
        pages, self._pages = self._pages, []
        self._rows = self._bytes = 0
        last = pages[-1]
        if len(pages) == 1:
            return last
        expected = [page.expected_rows for page in pages if page.expected_rows is not None]
        return replace(
            last,
            rows=tuple(row for page in pages for row in page.rows),
            skipped=tuple(one for page in pages for one in page.skipped),
            expected_rows=expected[-1] if expected else None,
            notes=tuple(dict.fromkeys(note for page in pages for note in page.notes)),
            size=sum(page.size for page in pages),
        )
