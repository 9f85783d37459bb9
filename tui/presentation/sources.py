"""Views of the store as sources of a table: what is asked for is read and turned into cells."""

from collections.abc import Sequence

from tui.clock import Clock
from tui.presentation.rows import RowsShape, row_cells
from tui.presentation.runs import run_row
from tui.presentation.table import Cell, TableRow
from tui.store import RowHead, Store, StoredRun, View


class RunsSource:
    """Runs for the home screen; ages and ETAs are those of the moment a row is read."""

    def __init__(self, view: View[StoredRun], store: Store, clock: Clock) -> None:
        self._view = view
        self._store = store
        self._clock = clock
        self._count = view.count()

    def count(self) -> int:
        """Return how many runs there are."""
        return self._count

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return the runs from `offset` on."""
        now = self._clock.now()
        return [
            run_row(stored, self._store.course(stored.run.ref) if stored.run.live else (), now)
            for stored in self._view.fetch(offset, limit)
        ]

    def index_of(self, key: str) -> int | None:
        """Return where the run of this reference is."""
        return self._view.index_of(key)

    def key_at(self, index: int) -> str:
        """Return the reference of the run at an index."""
        return self._view.key_at(index)


class RowsSource:
    """Rows of one run."""

    def __init__(self, view: View[RowHead], shape: RowsShape) -> None:
        self._view = view
        self._shape = shape
        self._count = view.count()

    def count(self) -> int:
        """Return how many rows there are."""
        return self._count

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return the rows from `offset` on."""
        return [row_cells(head, self._shape) for head in self._view.fetch(offset, limit)]

    def index_of(self, key: str) -> int | None:
        """Return where the row of this key is."""
        return self._view.index_of(key)

    def key_at(self, index: int) -> str:
        """Return the key of the row at an index."""
        return self._view.key_at(index)


class ListSource:
    """A few rows held in memory."""

    def __init__(self, rows: Sequence[TableRow]) -> None:
        self._rows = tuple(rows)
        self._places = {row.key: index for index, row in enumerate(self._rows)}

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return the rows from `offset` on."""
        return self._rows[offset : offset + limit]

    def index_of(self, key: str) -> int | None:
        """Return where the row of this key is."""
        return self._places.get(key)

    def key_at(self, index: int) -> str:
        """Return the key of the row at an index."""
        return self._rows[index].key


def numbered(rows: Sequence[tuple[Cell, ...]]) -> ListSource:
    """Return table lines whose first cells may repeat, keyed by place."""
    return ListSource([TableRow(str(number), cells) for number, cells in enumerate(rows)])
