"""Which columns of a table are shown where: pure arithmetic over widths and priorities."""

from collections.abc import Sequence

from tui.frozen import frozen
from tui.widgets.table_model import Column

GAP = 1
"""Blank cells between two columns."""


@frozen
class Slot:
    """One shown column: its place in `columns`, and its cells on the line."""

    index: int
    x: int
    width: int


@frozen
class Layout:
    """The shown columns from left to right."""

    slots: tuple[Slot, ...]
    hidden: int
    """How many columns do not fit; panning brings them into view."""


def lay_out(columns: Sequence[Column], width: int, pan: int = 0) -> Layout:
    """Return the columns that fit into `width` cells.

    Columns come in by priority, 0 always; room left over goes to growing columns by weight, up to
    their widest. `pan` leaves out that many of the columns that are not pinned (priority 0), from
    the left, so that those hidden at the right come in.
    """
    movable = [index for index, column in enumerate(columns) if column.priority > 0]
    gone = set(movable[:pan])
    order = sorted(
        (index for index in range(len(columns)) if index not in gone),
        # Whoever pans wants to see what follows, whatever its priority.
        key=lambda index: columns[index].priority if not pan else columns[index].priority > 0,
    )
    shown: list[int] = []
    used = -GAP
    for index in order:
        needed = columns[index].least + GAP
        if columns[index].priority > 0 and used + needed > width:
            break
        shown.append(index)
        used += needed
    shown.sort()
    widths = _grow([columns[index] for index in shown], max(0, width - used))
    slots = []
    x = 0
    for index, size in zip(shown, widths, strict=True):
        size = min(size, width - x)  # noqa: PLW2901 - pinned columns wider than the terminal
        if size <= 0:
            break
        slots.append(Slot(index, x, size))
        x += size + GAP
    return Layout(tuple(slots), len(columns) - len(gone) - len(slots))


def _grow(columns: list[Column], room: int) -> list[int]:
    """Return each column's width after sharing out the room left over."""
    widths = [column.least for column in columns]
    growing = [
        place for place, column in enumerate(columns) if column.width is None and column.weight > 0
    ]
    while room > 0 and growing:
        total = sum(columns[place].weight for place in growing)
        given = 0
        for place in growing:
            column = columns[place]
            share = max(1, room * column.weight // total)
            if column.max_width is not None:
                share = min(share, column.max_width - widths[place])
            share = max(0, min(share, room - given))
            widths[place] += share
            given += share
        room -= given
        growing = [
            place
            for place in growing
            if (widest := columns[place].max_width) is None or widths[place] < widest
        ]
        if not given:
            break
    return widths
