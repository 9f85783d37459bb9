"""Connections that exist only because runs were imported under their names."""

from collections.abc import Iterable
from datetime import datetime

from tui.presentation import format as fmt
from tui.presentation.status import StatusItem
from tui.store import Imported


def import_items(imports: Iterable[Imported], now: datetime) -> tuple[StatusItem, ...]:
    """Return one item of the status line each: `notes` `imported 3 files, 2d`."""
    return tuple(StatusItem(one.connection, "muted", _state(one, now)) for one in imports)


def _state(imported: Imported, now: datetime) -> str:
    if imported.at is None:
        return "being imported"
    return f"imported {fmt.plural(imported.files, 'file')}, {fmt.local_time(imported.at, now)}"
