"""What a search found as lines of a table, and what is said about it."""

from tui.frozen import frozen
from tui.presentation.format import plural
from tui.presentation.table import Cell, Column, TableRow
from tui.store import Hit
from tui.text import ELLIPSIS, clean_line

NARROW = 30
"""Characters of the narrowest column for what was found."""
BEFORE = 16
"""Characters shown before a match that a long text follows: it is seen in a narrow column, too."""


@frozen
class FoundPlace:
    """Where in a row something was found."""

    trial_id: str
    field: str
    """A text of `tui.store.TEXT_FIELDS`."""
    text: str
    """What was found, as it stands there."""


def columns(*, within_run: bool) -> tuple[Column, ...]:
    """Return the columns; within one run its name is left out."""
    optional = (
        (not within_run, Column("run", "RUN", min_width=10, max_width=24, weight=1)),
        (True, Column("row", "ROW", min_width=8, max_width=24, weight=1)),
        (True, Column("field", "IN", width=8)),
        (True, Column("found", "FOUND", min_width=NARROW, weight=4)),
    )
    return tuple(column for there, column in optional if there)


def hit_row(hit: Hit, *, within_run: bool) -> TableRow:
    """Return a hit's cells, in the order of `columns`."""
    cells = [
        Cell(hit.row_label or hit.row_key),
        Cell(hit.field, "muted"),
        excerpt(hit),
    ]
    if not within_run:
        cells.insert(0, Cell(hit.run_name or hit.ref.path, "muted"))
    return TableRow(str(hit.number), tuple(cells))


def excerpt(hit: Hit) -> Cell:
    """Return the match in its context, on one line."""
    match, after = clean_line(hit.match), clean_line(hit.after)
    before = _end(clean_line(hit.before), max(BEFORE, NARROW - len(match) - len(after)))
    return Cell(before + match + after, "", lit=(len(before), len(before) + len(match)))


def _end(text: str, most: int) -> str:
    """Return the last words of a text, of at most so many characters; at least a part of one."""
    if len(text) <= most:
        return text
    cut = text[1 - most :]
    _part, space, words = cut.partition(" ")
    return ELLIPSIS + (words if space and words.strip() else cut)


def place_of(hit: Hit) -> FoundPlace:
    """Return where a hit is."""
    return FoundPlace(hit.trial_id, hit.field, hit.match)


def title_text(found: int, runs: int, *, cut: bool, within: str | None) -> str:
    """Return how much was found; `within` is the name of the run that was searched alone."""
    if not found:
        return f"nothing found in {within or 'what is stored'}"
    number = f"{'first ' if cut else ''}{found:,} {'match' if found == 1 else 'matches'}"
    return f"{number} in {within or plural(runs, 'run')}"


def progress_text(left: int) -> str:
    """Return what is still to be looked through; empty when nothing is."""
    return f"{left:,} not indexed yet, reading…" if left else ""


def why_empty(text: str, *, done: bool, lacking: int, runs: int) -> str:
    """Return what an empty list means.

    Args:
        text: what is looked for.
        done: whether all was looked through.
        lacking: of how many runs the rows were never fetched whole.
        runs: how many there are.
    """
    if not text.strip():
        return 'Words that a trial must say; quotes hold them together, as in "cannot help".'
    if not done:
        return "Looking…"
    told = f"Nothing that is stored says “{clean_line(text)}”."
    if lacking:
        told += f"\nThe rows of {lacking} of {plural(runs, 'run')} were never fetched whole."
    return told
