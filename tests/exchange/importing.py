"""Short ways to import files and see what came of them."""

from pathlib import Path

from tests.clock import FakeClock
from tui.exchange.files import SourceFile
from tui.exchange.importing import FileReport, Importer
from tui.exchange.reading import Target
from tui.models import Row, RunRef
from tui.store import RunQuery, Store, StoredRun

SAMPLES = Path(__file__).parent / "samples"


def new_store() -> Store:
    return Store.open(None, clock=FakeClock())


def import_files(
    store: Store,
    *paths: Path,
    name: str = "mine",
    forced: str | None = None,
    run: str | None = None,
) -> list[FileReport]:
    importer = Importer(store, Target(name, run))
    return importer.read([SourceFile(path) for path in paths], forced)


def runs_of(store: Store, name: str = "mine") -> dict[str, StoredRun]:
    view = store.runs(RunQuery(connections=(name,)))
    refs = [stored.run.ref for stored in view.fetch(0, view.count())]
    found = {ref.path: store.run(ref) for ref in refs}
    return {path: stored for path, stored in found.items() if stored is not None}


def rows_of(store: Store, ref: RunRef) -> dict[str, Row]:
    whole = store.whole_rows(ref)
    return {row.key: row for _head, row in whole.fetch(0, whole.count())}
