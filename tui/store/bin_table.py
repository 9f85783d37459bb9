"""How many of a run's rows have which score, kept up by differences."""

import sqlite3
from collections import Counter
from collections.abc import Iterable

from tui.store import score_bins
from tui.store.types import Histogram, ScoreBin

_BETWEEN = "SELECT key FROM row WHERE run = ? AND score >= ? AND score < ? ORDER BY score LIMIT 1"


def move(
    connection: sqlite3.Connection, run: int, level: int, scores: Iterable[tuple[float, int]]
) -> None:
    """Apply a difference.

    Args:
        connection: the store's, within a transaction.
        run: the run's id.
        level: its `bin_level`.
        scores: with 1 for each that came and -1 for each that went.
    """
    place = score_bins.grid(level).place
    by_score: Counter[float] = Counter()
    for score, sign in scores:
        by_score[score] += sign
    moved: Counter[int] = Counter()
    for score, n in by_score.items():
        moved[place(score)] += n
    if not any(moved.values()):
        return
    before = _stored(connection, run)
    after = {at: n for at in before | moved if (n := before.get(at, 0) + moved[at])}
    now, after = score_bins.coarser(level, after) if after else (0, after)
    if now != level:
        connection.execute("UPDATE sync SET bin_level = ? WHERE run = ?", (now, run))
    connection.executemany(
        "DELETE FROM bin WHERE run = ? AND place = ?",
        [(run, at) for at in before if at not in after],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO bin VALUES(?, ?, ?)",
        [(run, at, n) for at, n in after.items() if before.get(at) != n],
    )


def histogram(connection: sqlite3.Connection, run: int, most: int) -> Histogram:
    """Return a run's scores in at most `most` bins of one width."""
    (level,) = connection.execute("SELECT bin_level FROM sync WHERE run = ?", (run,)).fetchone()
    stored = _stored(connection, run)
    wide, bins = score_bins.displayed(level, stored, most)
    found = []
    for place, n in bins.items():
        low, high = wide.edge(place), wide.edge(place + 1)
        example = connection.execute(_BETWEEN, (run, low, high)).fetchone() if n else None
        found.append(ScoreBin(low, high, n, None if example is None else example[0]))
    return Histogram(
        tuple(found),
        below=stored.get(-score_bins.ABOVE, 0),
        above=stored.get(score_bins.ABOVE, 0),
    )


def _stored(connection: sqlite3.Connection, run: int) -> dict[int, int]:
    return dict(connection.execute("SELECT place, n FROM bin WHERE run = ?", (run,)))
