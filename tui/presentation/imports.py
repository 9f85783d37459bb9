"""Connections that exist only because runs were imported under their names."""

from collections.abc import Iterable
from datetime import datetime

from tui.presentation import format as fmt
from tui.presentation.status import StatusItem
from tui.store import Imported


def import_items(imports: Iterable[Imported], now: datetime) -> tuple[StatusItem, ...]:
    """Return one item of the status line each: `notes` `imported 3 files, 2d`."""
    return tuple(StatusItem(one.connection, "muted", import_state(one, now)) for one in imports)


def import_state(imported: Imported, now: datetime) -> str:
    """Return `imported 3 files, 2d`, or that it has not been read to the end."""
    if imported.at is None:
        return "being imported"
    return f"imported {fmt.plural(imported.files, 'file')}, {fmt.local_time(imported.at, now)}"


def import_text(imported: Imported) -> str:
    """Return everything there is to know of a name under which runs were imported."""
    files = fmt.plural(imported.files, "file")
    runs = fmt.plural(imported.runs, "run")
    return (
        f"{runs} from {files}, kept until they are deleted with the store. Nobody is asked about "
        f"them.\n`evaltop import FILE… --name {imported.connection}` adds more."
    )
