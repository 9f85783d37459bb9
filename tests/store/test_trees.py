"""Upper pages of damaged tables are made anew from what is beneath them."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.store.damage import PAGE, pages_of, ruin
from tui.store.damaged import DamagedFile
from tui.store.trees import Trees

LINES = 3_000
Ruin = Callable[[Path, int, Random], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose table `long` has three levels, two lines a leaf and gaps between row ids."""
    file = tmp_path_factory.mktemp("made") / "made.sqlite3"
    with closing(sqlite3.connect(file)) as found:
        found.execute("PRAGMA auto_vacuum = INCREMENTAL")
        found.execute("CREATE TABLE long(id INTEGER PRIMARY KEY, text)")
        found.execute("CREATE TABLE short(id INTEGER PRIMARY KEY, text)")
        found.execute("CREATE TABLE keyed(key PRIMARY KEY, text) WITHOUT ROWID")
        found.execute("CREATE INDEX by_text ON long(text)")
        for table, lines, key in (("long", LINES, 3), ("short", 3, 1), ("keyed", LINES, 1)):
            values = [(n * key, f"{n:01900}") for n in range(1, lines + 1)]
            found.executemany(f"INSERT INTO {table} VALUES(?, ?)", values)
        # Pages that are free say nothing any more, whatever stands on them.
        found.execute("DELETE FROM long WHERE id BETWEEN 900 AND 1200")
        found.commit()
    upper = [page for page, kind in pages_of(file, "long").items() if kind == "internal"]
    assert len(upper) > 2, "there are upper pages beneath the first"
    return file


def lines(file: Path, table: str = "long") -> list[tuple[object, ...]]:
    """Return all that can be read of a table."""
    found: list[tuple[object, ...]] = []
    with closing(DamagedFile(file)) as opened:
        after, ended = 0, False
        while not ended:
            part = opened.part(table, ["id", "text"], after, 200)
            found += part.lines
            after, ended = part.after, part.ended
    return found


def upper(file: Path) -> list[int]:
    """Return the upper pages of the long table, the first page of all at the beginning."""
    with closing(sqlite3.connect(file)) as found:
        (root,) = found.execute("SELECT rootpage FROM sqlite_master WHERE name='long'").fetchone()
    pages = [page for page, kind in pages_of(file, "long").items() if kind == "internal"]
    return [root, *(page for page in pages if page != root)]


def zeroed(file: Path, page: int, _random: Random) -> None:
    fill(file, page, bytes(PAGE))


def as_leaf(file: Path, page: int, random: Random) -> None:
    fill(file, page, b"\x0d" + random.randbytes(PAGE - 1))


def as_index(file: Path, page: int, random: Random) -> None:
    fill(file, page, b"\x02" + random.randbytes(PAGE - 1))


def as_upper(file: Path, page: int, random: Random) -> None:
    fill(file, page, b"\x05\0\0\0\x09" + random.randbytes(PAGE - 5))


def fill(file: Path, page: int, data: bytes) -> None:
    with file.open("r+b") as opened:
        opened.seek((page - 1) * PAGE)
        opened.write(data)


def anew(file: Path) -> dict[int, bytes]:
    with closing(sqlite3.connect(file)) as found:
        roots = [one for (one,) in found.execute("SELECT rootpage FROM sqlite_master")]
    with file.open("rb") as opened:
        return Trees(opened).made_anew(roots)


def test_of_sound_trees_nothing_is_made_anew(made: Path) -> None:
    assert anew(made) == {}


@pytest.mark.parametrize("how", [ruin, zeroed, as_leaf, as_upper, as_index])
@pytest.mark.parametrize("which", ["first", "second", "all"])
def test_every_line_beneath_ruined_upper_pages_is_read(
    made: Path, tmp_path: Path, how: Ruin, which: str
) -> None:
    file = Path(shutil.copy(made, tmp_path / "store"))
    told = lines(file)
    assert len(told) == LINES - 101
    pages = upper(file)
    for page in {"first": pages[:1], "second": pages[1:2], "all": pages}[which]:
        how(file, page, Random(5))
    before = file.read_bytes()
    assert lines(file) == told
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["store"]


def test_beside_ruined_leaves_the_others_are_read(made: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(made, tmp_path / "store"))
    told, random = lines(file), Random(6)
    leaves = [page for page, kind in pages_of(file, "long").items() if kind == "leaf"]
    for page in (*upper(file), *random.sample(leaves, 20)):
        ruin(file, page, random)
    found = lines(file)
    assert set(found) < set(told)
    assert len(told) - len(found) <= 20 * 2


def test_an_upper_page_with_one_leaf_that_can_be_read_is_that_leaf(
    made: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copy(made, tmp_path / "store"))
    told, random = lines(file), Random(7)
    leaves = [page for page, kind in pages_of(file, "long").items() if kind == "leaf"]
    for page in (*upper(file), *leaves[1:]):
        ruin(file, page, random)
    found = lines(file)
    assert 1 <= len(found) <= 2
    assert set(found) < set(told)


def test_where_no_leaf_is_left_the_other_tables_are_read(made: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(made, tmp_path / "store"))
    random = Random(8)
    for page in pages_of(file, "long"):
        ruin(file, page, random)
    assert lines(file) == []
    assert len(lines(file, "short")) == 3


def test_trees_of_other_kinds_are_left_alone(made: Path, tmp_path: Path) -> None:
    file = Path(shutil.copy(made, tmp_path / "store"))
    for name in ("keyed", "by_text"):
        for page, kind in pages_of(file, name).items():
            if kind == "internal":
                ruin(file, page, Random(page))
    assert anew(file) == {}
    assert len(lines(file)) == LINES - 101


def test_what_stands_in_the_log_beside_a_file_counts(made: Path, tmp_path: Path) -> None:
    base = Path(shutil.copy(made, tmp_path / "base"))
    file = tmp_path / "store"
    with closing(sqlite3.connect(base, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO long VALUES(?, 'late')", (3 * LINES + 1,))
        for end in ("", "-wal"):
            shutil.copy(f"{base}{end}", f"{file}{end}")
    ruin(file, upper(made)[1], Random(9))
    found = lines(file)
    assert len(found) == LINES - 101 + 1
    assert found[-1] == (3 * LINES + 1, 3 * LINES + 1, "late")
    assert not [*tmp_path.glob("store-copy*")]


def test_a_file_too_large_to_be_copied_is_read_as_it_is(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Path(shutil.copy(made, tmp_path / "store"))
    ruin(file, upper(file)[1], Random(4))
    monkeypatch.setattr("tui.store.mending.COPY_LIMIT", PAGE)
    found = lines(file)
    assert 0 < len(found) < LINES - 101
