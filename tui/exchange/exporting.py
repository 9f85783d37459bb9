"""Stored runs to files: all of them whole, or nothing."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tui.errors import DataError
from tui.exchange import manifest
from tui.exchange.exact import row_line, run_line
from tui.exchange.folder import Folder, OutFile
from tui.exchange.names import file_stems
from tui.exchange.writing import row_files, rows_taker, runs_file, runs_taker
from tui.models import RunRef
from tui.presentation.completeness import completeness
from tui.store import Store, StoredRun
from tui.text import clean_line

_SLICE = 200

Progress = Callable[[RunRef, int, int], None]
"""Told the run, its rows written so far, and how many it has."""


class IncompleteError(DataError):
    """Some rows of a run are not stored, so an export would not have them."""

    def __init__(self, ref: RunRef, why: str) -> None:
        super().__init__(
            f"{clean_line(str(ref))} is not complete. {why}",
            remedy="Nothing was written; --partial exports what there is.",
        )


def missing(stored: StoredRun) -> str | None:
    """Return what keeps a run's stored rows from being all there are; None when nothing does."""
    sync, judged = stored.sync, completeness(stored)
    if sync.evicted_at is not None:
        return judged.why[0]
    if sync.error is not None:
        return f"The last fetch of its rows stopped early: {sync.error}"
    if sync.begun_at is None and not sync.rows_stored:
        return "Its rows have never been fetched."
    if sync.completed_at is None or sync.resume is not None:
        return "Its rows were not fetched to the end."
    if stored.run.live:
        return "It is still running, so more rows will come."
    return None if judged.complete else judged.why[0]


def export_runs(
    store: Store,
    runs: Sequence[StoredRun],
    folder: Folder,
    *,
    formats: Sequence[str],
    partial: bool,
    now: datetime,
    progress: Progress = lambda _ref, _rows, _of: None,
) -> list[manifest.RunEntry]:
    """Write the runs, their rows and trials, and a manifest. Returns what was written.

    Args:
        store: where they are read.
        runs: which runs, no two alike.
        folder: where the files go; they get their names only when all are whole.
        formats: of `FORMATS`, no two alike.
        partial: whether runs may lack rows; the manifest then says what is missing.
        now: time of the export.
        progress: told after every slice.

    Raises:
        IncompleteError: a run lacks rows and `partial` is not set.
        DataError: a file cannot be written, or a run's rows changed meanwhile.
        UsageError: a file is in the way, or Parquet's library is not there.
    """
    stems = file_stems(stored.run.ref for stored in runs)
    names = [name for stem in stems.values() for form in formats for name in row_files(form, stem)]
    folder.refuse_taken([*map(runs_file, formats), *names, manifest.NAME])
    for stored in runs:
        why = missing(stored)
        if why is not None and not partial:
            raise IncompleteError(stored.run.ref, why)
    files: list[OutFile] = []

    def new(name: str) -> OutFile:
        files.append(folder.new(name))
        return files[-1]

    takers = [runs_taker(form, new) for form in formats]
    entries = []
    for stored in runs:
        ref = stored.run.ref
        told = store.told(ref) or stored.run
        for taker in takers:
            taker.add(run_line(stored, told))
        begun = len(files)
        rows, trials = _write_rows(
            store, ref, stems[ref], formats=formats, new=new, progress=progress
        )
        for file in files[begun:]:
            file.close()  # of many runs, only one's files are open at a time
        why = missing(stored)
        entries.append(manifest.RunEntry(ref, stems[ref], rows, trials, why is None, why))
    for taker in takers:
        taker.close()
    for file in files:
        file.close()
    folder.new(manifest.NAME).write(manifest.manifest(entries, files, now))
    folder.place()
    return entries


def _write_rows(
    store: Store,
    ref: RunRef,
    stem: str,
    *,
    formats: Sequence[str],
    new: Callable[[str], OutFile],
    progress: Progress,
) -> tuple[int, int]:
    """Write a run's rows in every format. Returns how many rows and trials there were."""
    whole = store.whole_rows(ref)
    takers = [rows_taker(form, stem, whole.criteria, new) for form in formats]
    total = whole.count()
    rows = trials = 0
    while rows < total:
        found = whole.fetch(rows, _SLICE)
        if not found:
            break
        for head, row in found:
            line = row_line(ref, head, row)
            for taker in takers:
                taker.add(line)
            trials += len(row.trials)
        rows += len(found)
        progress(ref, rows, total)
    if rows != total or not whole.unchanged():
        raise DataError(
            f"The rows of {clean_line(str(ref))} changed while they were exported.",
            remedy="Nothing was written; export again, or give --offline.",
        )
    for taker in takers:
        taker.close()
    return rows, trials
