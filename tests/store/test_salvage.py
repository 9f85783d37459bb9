"""A damaged file: what can be read of it is in the new one, and the rest is named."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from tests.clock import FakeClock
from tests.store.builders import counts, make_row, make_run, make_trial, open_store, rows_page
from tests.store.damage import KINDS, first_page, leaf
from tests.store.older import take_back
from tui.models import Outcome, Row, RunRef
from tui.store import RowQuery, RunQuery, Store, salvage
from tui.store.schema import FILE_NAME
from tui.store.standing import MISSING_SHOWN

RUNS = [RunRef("prod", f"run-{n}") for n in range(4)]
ROWS = 400


def some_row(run: int, n: int) -> Row:
    size = 9000 if n % 50 == 0 else 300
    output = Random(run * 10_000 + n).randbytes(size).hex()
    outcome = Outcome.FAILED if n % 7 == 0 else Outcome.PASSED
    return make_row(f"r{n}", make_trial("t", outcome, output=output), index=n)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound store of four runs, walked to the end, whose rows came in turns."""
    directory = tmp_path_factory.mktemp("whole")
    store = open_store(directory)
    store.apply_runs("prod", "runs", [make_run(ref.path) for ref in RUNS], complete=True)
    for ref in RUNS:
        store.begin_walk(ref)
    for start in range(0, ROWS, 50):
        for number, ref in enumerate(RUNS):
            page = (some_row(number, n) for n in range(start, start + 50))
            store.apply_rows(ref, rows_page(*page))
    for ref in RUNS:
        store.end_walk(ref, complete=True)
    store.keep([RUNS[1]])
    store.close()
    return directory / FILE_NAME


@pytest.fixture(autouse=True)
def _in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no busy machine spread a salvage over more turns than it takes here."""
    monkeypatch.setattr("tui.store.database._SALVAGED_AT_ONCE_S", 3600.0)


def reopen(directory: Path) -> Store:
    return Store.open(directory, clock=FakeClock())


def put_aside(file: Path) -> Path:
    """Leave a file as a process does that met damage in it and was killed at once."""
    aside = file.with_name(f"{FILE_NAME}{salvage.ASIDE}20261120T115959Z")
    file.rename(aside)
    return aside


def assert_sound(store: Store, *, exact: bool = True) -> int:
    """Check every sum against the rows, and every row; return how many trials are there."""
    trials = 0
    for number, ref in enumerate(RUNS):
        view = store.rows(ref, RowQuery())
        heads = view.fetch(0, view.count())
        told = counts(store, ref)
        assert (told.done or 0) == len(heads)
        assert (told.failed or 0) == sum(head.outcome is Outcome.FAILED for head in heads)
        assert sum(part.n for part in store.histogram(ref).bins) == 0
        for head in heads:
            row = store.row(ref, head.key)
            assert row is not None
            if row.trials and exact:
                assert row == some_row(number, int(head.key[1:]))
            trials += len(row.trials)
    return trials


@pytest.mark.parametrize("suffix", ["-journal", "-wal"])
def test_a_file_left_in_the_middle_of_a_write_is_read_as_it_was_before_or_after(
    tmp_path: Path, whole: Path, suffix: str
) -> None:
    """A kill in a transaction leaves a journal that must be rolled back, or a log to be read."""
    base = Path(shutil.copy(whole, tmp_path / "base"))
    writer = sqlite3.connect(base, isolation_level=None)
    writer.execute(f"PRAGMA journal_mode = {'WAL' if suffix == '-wal' else 'DELETE'}")
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN")
    writer.execute("UPDATE row SET preview = preview || 'x'")
    if suffix == "-wal":
        writer.execute("COMMIT")
    else:
        writer.execute("UPDATE body SET data = zeroblob(length(data))")  # spills into the file
    for end in ("", suffix):
        shutil.copy(f"{base}{end}", tmp_path / f"{FILE_NAME}{salvage.ASIDE}1{end}")
    writer.close()
    store = reopen(tmp_path)
    assert assert_sound(store, exact=suffix == "-journal") == len(RUNS) * ROWS
    (account,) = store.salvaged()
    assert (account.missing, account.lost) == ({}, ())
    store.close()


def test_a_file_of_the_first_version_is_read_too(tmp_path: Path, whole: Path) -> None:
    file = Path(shutil.copy(whole, tmp_path / FILE_NAME))
    take_back(file)
    leaf("row_score", 2)(file, Random(3))
    put_aside(file)
    store = reopen(tmp_path)
    assert assert_sound(store) == len(RUNS) * ROWS
    assert store.salvaged()[0].missing == {}
    store.close()


def test_an_upgraded_file_whose_first_page_is_ruined_is_not_taken_for_another(
    tmp_path: Path, whole: Path
) -> None:
    """Its tables begin elsewhere than a new store's, and nothing says where."""
    file = Path(shutil.copy(whole, tmp_path / FILE_NAME))
    take_back(file)
    reopen(tmp_path).close()
    first_page(file, Random(3))
    store = reopen(tmp_path)
    (account,) = store.salvaged()
    assert not account.readable
    assert store.problem is not None
    assert f"the file is kept; it was put aside as {account.file}" in store.problem.message
    assert store.runs(RunQuery()).count() == 0
    store.close()


@pytest.mark.parametrize("kind", [None, "header", "above rows"])
def test_two_instances_read_one_damaged_file_and_take_each_row_once(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, kind: str | None
) -> None:
    monkeypatch.setattr("tui.store.database._SALVAGED_AT_ONCE_S", 0.0)
    file = Path(shutil.copy(whole, tmp_path / FILE_NAME))
    if kind is not None:
        KINDS[kind][0](file, Random(7))
    put_aside(file)
    stores = [reopen(tmp_path), reopen(tmp_path)]
    assert not any(counts(store, RUNS[0]).done for store in stores)

    def finish(store: Store) -> None:
        while store.upkeep()[1]:
            pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(finish, store) for store in stores]:
            done.result()
    for store in stores:
        assert assert_sound(store) == len(RUNS) * ROWS
        assert [account.share for account in store.salvaged()] == [1.0]
        store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_can_be_read_is_saved_and_what_is_missing_is_named(
    tmp_path: Path, whole: Path, kind: str
) -> None:
    file = Path(shutil.copy(whole, tmp_path / FILE_NAME))
    how, at_least = KINDS[kind]
    how(file, Random(7))
    aside = put_aside(file)
    before = aside.read_bytes()
    store = reopen(tmp_path)
    saved = assert_sound(store) / len(RUNS) / ROWS
    rows = {ref: store.rows(ref, RowQuery()).count() for ref in RUNS}
    (account,) = store.salvaged()
    print(f"{kind}: {sum(rows.values()) / len(RUNS) / ROWS:.1%} of rows, {saved:.1%} of trials")
    assert saved >= at_least
    assert account.file == aside.name
    assert account.share == 1
    assert account.rows == sum(rows.values())
    assert {str(ref) for ref, n in rows.items() if n < ROWS} <= {*account.missing}
    assert store.problem is not None
    for ref in [*account.missing][:MISSING_SHOWN]:
        assert ref in store.problem.message
    assert aside.read_bytes() == before
    store.close()
    again = reopen(tmp_path)
    assert again.problem is None
    assert assert_sound(again) / len(RUNS) / ROWS == saved
    again.close()
