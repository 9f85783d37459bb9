"""Records on stdout as table, JSON, JSON lines, CSV or Markdown.

JSON is exact and safe to print: everything outside printable ASCII is escaped. Tables, CSV and
Markdown hold cleaned text; CSV cells that a spreadsheet would run as a formula get a leading quote.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO
from unicodedata import combining, east_asian_width

from tui.errors import UsageError
from tui.models import JsonObject
from tui.presentation.records import pick
from tui.presentation.spreadsheet import harmless, plain
from tui.text import ELLIPSIS, clean_line

CELL_LIMIT = 60
"""Characters of a table cell; the other formats cut nothing."""
CUT_STORY = "Some cells are longer than the table shows; the other formats have them whole."
_WHOLE = frozenset({"ref", "run", "key", "id"})
"""What a person copies into the next command is never cut."""


def check_fields(fields: Sequence[str], every_field: Sequence[str]) -> None:
    """Raise UsageError for a field no record has; dotted ones are judged by their first part."""
    for field in fields:
        if field.partition(".")[0] not in every_field:
            raise UsageError(
                f"There is no field {clean_line(field)!r}.",
                remedy=f"There are: {', '.join(every_field)}.",
            )


def write(
    records: Iterable[JsonObject],
    *,
    form: str,
    fields: Sequence[str],
    every_field: Sequence[str],
    out: TextIO,
) -> bool:
    """Write records in one of the formats. Returns whether a table's cells had to be cut.

    Args:
        records: objects of design 4.3, consumed once; JSON formats hold one at a time.
        form: `table`, `json`, `jsonl`, `csv` or `md`.
        fields: the columns; for JSON only when the person named them.
        every_field: all keys a record may have; JSON without named fields writes whole records.
        out: usually stdout.
    """
    if form in ("json", "jsonl"):
        chosen = records if tuple(fields) == tuple(every_field) else _picked(records, fields)
        _write_json(chosen, lines=form == "jsonl", out=out)
    elif form == "csv":
        _write_csv(_picked(records, fields), fields, out)
    elif form == "md":
        _write_markdown(_picked(records, fields), fields, out)
    else:
        return _write_table(_picked(records, fields), fields, out)
    return False


def _picked(records: Iterable[JsonObject], fields: Sequence[str]) -> Iterator[JsonObject]:
    return (pick(record, fields) for record in records)


def _write_json(records: Iterable[JsonObject], *, lines: bool, out: TextIO) -> None:
    if lines:
        out.writelines(
            json.dumps(record, separators=(",", ":"), allow_nan=False) + "\n" for record in records
        )
        return
    separator = "["
    for record in records:
        out.write(f"{separator}\n{json.dumps(record, indent=2, allow_nan=False)}")
        separator = ","
    out.write("\n]\n" if separator == "," else "[]\n")


def _write_csv(records: Iterable[JsonObject], fields: Sequence[str], out: TextIO) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(fields)
    for record in records:
        writer.writerow([harmless(record[field]) for field in fields])


def _write_markdown(records: Iterable[JsonObject], fields: Sequence[str], out: TextIO) -> None:
    out.write(f"| {' | '.join(fields)} |\n|{'---|' * len(fields)}\n")
    for record in records:
        cells = (plain(record[field]).replace("\\", "\\\\").replace("|", "\\|") for field in fields)
        out.write(f"| {' | '.join(cells)} |\n")


def _write_table(records: Iterable[JsonObject], fields: Sequence[str], out: TextIO) -> bool:
    titles = [_title(field) for field in fields]
    lines = [
        [plain(record[field], limit=None if field in _WHOLE else CELL_LIMIT) for field in fields]
        for record in records
    ]
    widths = [max(map(display_width, column)) for column in zip(titles, *lines, strict=True)]
    text = io.StringIO()
    for line in (titles, *lines):
        cells = (
            cell + " " * (width - display_width(cell))
            for cell, width in zip(line, widths, strict=True)
        )
        text.write("  ".join(cells).rstrip() + "\n")
    out.write(text.getvalue())
    limited = [position for position, field in enumerate(fields) if field not in _WHOLE]
    return any(
        len(line[position]) == CELL_LIMIT and line[position].endswith(ELLIPSIS)
        for line in lines
        for position in limited
    )


def _title(field: str) -> str:
    """Return a column's heading: the last part of its field, or what has that name."""
    parent, _, last = field.rpartition(".")
    return (parent if parent and last == "name" else last).replace("_", " ").upper()


def display_width(text: str) -> int:
    """Return how many terminal columns a cleaned text takes."""
    if text.isascii():
        return len(text)
    wide = sum(east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(combining(char) != 0 for char in text)
