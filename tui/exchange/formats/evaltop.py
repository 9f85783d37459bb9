"""What `evaltop export` wrote, by its manifest: every file is checked before any of it is read."""

from collections.abc import Iterator
from typing import Any

from tui.errors import DataError
from tui.exchange import manifest
from tui.exchange.exact import EXACT, read_row, read_run
from tui.exchange.files import SourceFile, json_lines, lenient
from tui.exchange.paging import Pages, broken
from tui.exchange.reading import RunTold, Target, Told
from tui.exchange.writing import JSONL, row_files, runs_file
from tui.models import RunRef

_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
"""What a line raises that `evaltop export` did not write."""


def read_export(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the runs of an export and their rows, equal to what was exported.

    Args:
        file: the export's manifest.
        target: where they go.

    Raises:
        DataError: the manifest, or a file it names, is not as it was written.
    """
    told = _manifest(file)
    stems = {str(run["ref"]): str(run["files"]) for run in told["runs"]}
    own = [name for stem in stems.values() for name in row_files(JSONL, stem)]
    _check(file, told, [runs_file(JSONL), *own])
    for line in json_lines(_beside(file, runs_file(JSONL))):
        try:
            if not isinstance(line.value, dict):
                raise TypeError
            run, walk = read_run(line.value, target.connection)
            stem = stems[str(line.value["ref"])]
        except _UNREADABLE:
            raise DataError(
                f"Line {line.number} of {runs_file(JSONL)} is not a run of an export."
            ) from None
        yield RunTold(run, walk)
        yield from _rows(_beside(file, row_files(JSONL, stem)[0]), run.ref)


def _rows(file: SourceFile, ref: RunRef) -> Iterator[Told]:
    pages = Pages()
    for line in json_lines(file):
        try:
            if not isinstance(line.value, dict) or EXACT not in line.value:
                raise TypeError
            row = read_row(line.value)
        except _UNREADABLE:
            yield broken(ref, f"line {line.number} of {file.name}", line.why or "it is no row.")
        else:
            yield from pages.add(ref, row)
    yield from pages.rest()


def _manifest(file: SourceFile) -> dict[str, Any]:
    try:
        with file.open() as stream:
            told: Any = lenient(stream.read())
        if told["format"] != manifest.KIND:
            raise ValueError
        version = int(told["version"])
        names = [str(run["files"]) for run in told["runs"]]
        names += [str(one["name"]) for one in told["files"]]
    except _UNREADABLE:
        raise DataError(f"{file.name} is not the manifest of an export.") from None
    if version > manifest.VERSION:
        raise DataError(
            f"{file.name} was written by a newer evaltop ({told.get('evaltop')}).",
            remedy="Import it with that one.",
        )
    if any("/" in name or "\\" in name or name.startswith(".") for name in names):
        raise DataError(f"{file.name} names files outside its folder.")
    return dict(told)


def _check(file: SourceFile, told: dict[str, Any], wanted: list[str]) -> None:
    """Raise DataError when a file is missing or not as it was written."""
    digests = {one["name"]: one["sha256"] for one in told["files"]}
    for name in wanted:
        if name not in digests:
            raise DataError(
                f"The export beside {file.name} has no {name}.",
                remedy="Only exports with JSONL can be imported: `evaltop export --format jsonl`.",
            )
        if _beside(file, name).digest().hex() != digests[name]:
            raise DataError(
                f"{name} is not as it was written: it was changed or cut.",
                remedy="Take the export anew, or from its backup.",
            )


def _beside(file: SourceFile, name: str) -> SourceFile:
    return SourceFile(file.path.parent / name)
