"""Ways in which a store's file may be damaged, and where in it what lies."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

PAGE = 4096


def pages_of(file: Path, name: str) -> dict[int, str]:
    """Return the pages of a table or index: number to `leaf`, `internal` or `overflow`."""
    connection = sqlite3.connect(file)
    found = dict(
        connection.execute("SELECT pageno, pagetype FROM dbstat WHERE name = ?", (name,)).fetchall()
    )
    connection.close()
    return found


def ruin(file: Path, page: int, random: Random) -> None:
    """Fill a page with noise."""
    with file.open("r+b") as opened:
        opened.seek((page - 1) * PAGE)
        opened.write(random.randbytes(PAGE))


def leaf(table: str, n: int = 1) -> Callable[[Path, Random], None]:
    """Return what ruins some leaf pages of a table or index, never all."""

    def damage(file: Path, random: Random) -> None:
        leaves = [page for page, kind in pages_of(file, table).items() if kind == "leaf"]
        for page in random.sample(leaves, min(n, len(leaves) - 1) or 1):
            ruin(file, page, random)

    return damage


def overflow(file: Path, random: Random) -> None:
    """Ruin one page a long body runs over to."""
    pages = [page for page, kind in pages_of(file, "body").items() if kind == "overflow"]
    ruin(file, random.choice(pages), random)


def above(table: str) -> Callable[[Path, Random], None]:
    """Return what ruins all upper pages of a table, the one where it begins among them."""

    def damage(file: Path, random: Random) -> None:
        pages = [page for page, kind in pages_of(file, table).items() if kind == "internal"]
        assert pages
        for page in pages:
            ruin(file, page, random)

    return damage


def bits(file: Path, random: Random) -> None:
    """Flip twenty bits anywhere behind the pages a new store begins with: schema and roots."""
    with closing(sqlite3.connect(file)) as connection:
        (roots,) = connection.execute("SELECT max(rootpage) FROM sqlite_master").fetchone()
    data = bytearray(file.read_bytes())
    for _ in range(20):
        data[random.randrange(PAGE * roots, len(data))] ^= 1 << random.randrange(8)
    file.write_bytes(data)


def cut(file: Path, _random: Random) -> None:
    """Cut the last tenth off."""
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.truncate(size - size // 10 // PAGE * PAGE)


def header(file: Path, random: Random) -> None:
    """Ruin the first bytes, so that nobody takes it for a database."""
    with file.open("r+b") as opened:
        opened.write(random.randbytes(24))


def first_page(file: Path, random: Random) -> None:
    """Ruin the first page, which says where every table begins."""
    ruin(file, 1, random)


def list_of_tables(file: Path, random: Random) -> None:
    """Ruin all pages but the first one of what says which tables there are and where they begin."""
    for page in pages_of(file, "sqlite_schema"):
        if page != 1:
            ruin(file, page, random)


KINDS: dict[str, tuple[Callable[[Path, Random], None], float]] = {
    "row leaf": (leaf("row"), 0.9),
    "row leaves": (leaf("row", 5), 0.6),
    "trial leaf": (leaf("trial"), 0.8),
    "body leaf": (leaf("body"), 0.9),
    "body overflow": (overflow, 0.99),
    "above rows": (above("row"), 1.0),
    "above trials": (above("trial"), 1.0),
    "above bodies": (above("body"), 1.0),
    "row key index": (leaf("row_key", 2), 1.0),
    "row score index": (leaf("row_score", 2), 1.0),
    "sync leaf": (leaf("sync"), 1.0),
    "bits": (bits, 0.7),
    "cut": (cut, 0.5),
    "header": (header, 1.0),
    "first page": (first_page, 1.0),
    "list of tables": (list_of_tables, 1.0),
}
"""Name to how, and the share of trials, with their bodies, that must be saved at least."""
