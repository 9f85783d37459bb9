"""Files into the store: what can be read is kept, what cannot is named, and nothing comes twice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from tui.errors import EvaltopError
from tui.exchange import detecting
from tui.exchange.detecting import Shape, detect
from tui.exchange.exact import WalkState
from tui.exchange.files import SourceFile
from tui.exchange.reading import RunTold, Target, Told
from tui.frozen import frozen
from tui.models import RunRef
from tui.providers.base import RowPage, Skipped
from tui.store import Change, Store

NAMED = 20
"""Broken items that are named one by one; more are counted."""
_WHOLE = WalkState(complete=True)


@frozen
class FileReport:
    """What became of one file."""

    file: str
    format: str | None
    """None when it could not be told."""
    runs: int = 0
    rows: int = 0
    """Rows the file brought, known ones too."""
    changed: bool = False
    """Whether anything was new."""
    broken: tuple[Skipped, ...] = ()
    """The first items that could not be read."""
    broken_n: int = 0
    error: EvaltopError | None = None
    """Why it was not read, or not to its end."""


class Importer:
    """Reads files into the store under one connection's name."""

    def __init__(
        self,
        store: Store,
        target: Target,
        *,
        publish: Callable[[Change], None] = lambda _change: None,
        progress: Callable[[str, int], None] = lambda _file, _rows: None,
    ) -> None:
        """Prepare to import.

        Args:
            store: where runs and rows go.
            target: under which name.
            publish: told of every change.
            progress: told a file's name and how many rows came of it so far.
        """
        self._store = store
        self._target = target
        self._publish = publish
        self._progress = progress
        self._walks: dict[RunRef, WalkState] = {}
        self._cut: set[RunRef] = set()

    def read(self, files: Sequence[SourceFile], forced: str | None = None) -> list[FileReport]:
        """Import files; one that cannot be read leaves the others.

        Returns:
            One report per file, in the order given.
        """
        from tui.exchange.formats import Readers

        shapes = [_detected(file, forced) for file in files]
        reports: dict[int, FileReport] = {}
        with closing(Readers()) as readers:
            # What was asked goes before what was answered.
            for place in sorted(range(len(files)), key=lambda at: not _is_input(shapes[at])):
                shape, file = shapes[place], files[place]
                if isinstance(shape, EvaltopError):
                    reports[place] = FileReport(file.name, None, error=shape)
                else:
                    told = readers.of(shape)(file, self._target)
                    reports[place] = self._file(file, shape.format, told)
        for ref in self._walks:
            self._end(ref)
        return [reports[place] for place in range(len(files))]

    def _file(self, file: SourceFile, form: str, told: Iterator[Told]) -> FileReport:
        report = FileReport(file.name, form)
        refs: set[RunRef] = set()
        try:
            for each in told:
                refs.add(each.run.ref if isinstance(each, RunTold) else each.ref)
                report = self._take(each, report)
        except EvaltopError as error:
            self._cut |= refs
            report = replace(report, error=error)
        else:
            self._publish(
                self._store.note_imported_file(self._target.connection, file.name, file.digest())
            )
        return replace(report, runs=len(refs))

    def _take(self, told: Told, report: FileReport) -> FileReport:
        """Store one thing a reader told."""
        if isinstance(told, RunTold):
            if told.more and self._store.run(told.run.ref) is not None:
                return report
            change = self._store.apply_imported(told.run)
            self._publish(change)
            if told.walk is not None:
                self._begin_as_exported(told.run.ref, told.walk)
            return replace(report, changed=report.changed or bool(change))
        self._begin(told.ref, _WHOLE)
        change = self._store.apply_rows(told.ref, told.page)
        self._publish(change)
        rows = report.rows + len(told.page.rows)
        self._progress(report.file, rows)
        return replace(
            report,
            rows=rows,
            changed=report.changed or bool(change.rows),
            broken=(report.broken + told.page.skipped)[:NAMED],
            broken_n=report.broken_n + len(told.page.skipped),
        )

    def _begin_as_exported(self, ref: RunRef, walk: WalkState) -> None:
        """Note what was said of the run's rows when they were exported."""
        if walk.complete or walk.error or walk.notes:
            self._begin(ref, walk)
            gaps = (Skipped("an item", "it could not be read when it was fetched."),) * walk.skipped
            page = RowPage((), gaps, expected_rows=walk.expected, notes=walk.notes)
            self._publish(self._store.apply_rows(ref, page))

    def _begin(self, ref: RunRef, walk: WalkState) -> None:
        if ref not in self._walks:
            self._walks[ref] = walk
            self._store.begin_walk(ref)

    def _end(self, ref: RunRef) -> None:
        walk = self._walks[ref]
        cut = "Its file was cut short." if ref in self._cut else None
        complete = walk.complete and cut is None
        self._publish(self._store.end_walk(ref, complete=complete, error=walk.error or cut))


def _detected(file: SourceFile, forced: str | None) -> Shape | EvaltopError:
    try:
        return detect(file, forced)
    except EvaltopError as error:
        return error


def _is_input(shape: Shape | EvaltopError) -> bool:
    return isinstance(shape, Shape) and shape.format == detecting.BATCH_INPUT
