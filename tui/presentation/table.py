"""What a table shows: columns, cells, rows, and where rows come from. Plain data."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from tui.frozen import frozen

Align = Literal["left", "right", "center"]


@frozen
class Cell:
    """One value in a table.

    `text` is any string, hostile or megabytes long: it is cut and cleaned when it is drawn.
    """

    text: str = ""
    tone: str = ""
    """A word of `tui.widgets.tones.TONES`; any other is the plain style."""
    lit: tuple[int, int] = (0, 0)
    """First and end character of what stands out in a text that is clean and aligned left."""


@frozen
class TableRow:
    """One row: its identity and one cell per column of the table, in the columns' order.

    A missing cell is blank. Two equal rows are not drawn twice.
    """

    key: str
    cells: tuple[Cell, ...]
    tone: str = ""
    """Style of the cells that have none of their own."""


@frozen
class Column:
    """One column; widths are in terminal cells, without the gap between columns."""

    id: str
    title: str
    width: int | None = None
    """A fixed width; None lets the column grow from `min_width` by `weight`."""
    min_width: int = 4
    max_width: int | None = None
    """Widest it grows; None is as wide as there is room."""
    weight: int = 1
    """Share of the room left over once every shown column has its minimum."""
    align: Align = "left"
    priority: int = 0
    """0 is always shown and stays in place when panning; 1 is hidden last, larger ones earlier."""

    @property
    def least(self) -> int:
        """The narrowest this column is shown."""
        return self.min_width if self.width is None else self.width


class SortMark(NamedTuple):
    """Which column carries the sort arrow."""

    column_id: str
    descending: bool


class TableSource(Protocol):
    """A snapshot of ordered rows.

    All four are called from the event loop and must answer in about a millisecond.
    """

    def count(self) -> int:
        """Return how many rows there are."""

    def rows(self, offset: int, limit: int) -> Sequence[TableRow]:
        """Return the rows from `offset` on, at most `limit`; fewer only at the end."""

    def index_of(self, key: str) -> int | None:
        """Return where the row is, None when it is not in this snapshot."""

    def key_at(self, index: int) -> str:
        """Return the key of the row at an index below `count()`."""
