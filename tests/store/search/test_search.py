"""Searches find every stored trial that says it: indexed, not indexed yet, and told anew."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.builders import (
    REF,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    rows_page,
    walk,
)
from tui.models import ErrorInfo, RunRef, Trial
from tui.providers.base import TrialDetail
from tui.query import phrase, says
from tui.store import Hit, Hits, Store, Wanted
from tui.store.search import asking
from tui.store.search import file as index_file

OTHER = RunRef("prod", "eval_a/run_2")


def look(store: Store, text: str, ref: RunRef | None = None, **options: Any) -> Hits:
    wanted = Wanted.read(text, **options)
    assert wanted is not None
    hits = store.hits(wanted)
    hits.search(ref=ref, told=lambda: None, cancelled=lambda: False)
    assert hits.done
    return hits


def found(store: Store, text: str, ref: RunRef | None = None, **options: Any) -> list[str]:
    """Return the keys of the rows that say it, sorted."""
    hits = look(store, text, ref, **options)
    return sorted(hit.row_key for hit in hits.fetch(0, len(hits)))


def fill(store: Store) -> None:
    while store.search.fill():
        pass


def says_it(key: str, output: str, **fields: Any) -> Any:
    return make_row(key, make_trial("t", output=output, **fields), label=f"label of {key}")


def store_of_two_runs(directory: Path | None = None) -> Store:
    store = open_store(directory)
    store.apply_run(make_run(OTHER.path))
    store.apply_rows(REF, rows_page(says_it("a", "I cannot help"), says_it("b", "gladly")))
    store.apply_rows(OTHER, rows_page(says_it("c", "We cannot help you")))
    return store


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = store_of_two_runs(None if request.param == "memory" else tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("filled", [False, True])
def test_all_runs_or_one_are_searched(store: Store, filled: bool) -> None:
    if filled:
        fill(store)
        assert store.search.share() == (3, 3)
    assert found(store, '"cannot help"') == ["a", "c"]
    assert found(store, "help cannot", REF) == ["a"]
    assert found(store, '"help cannot"') == []
    assert found(store, "help label") == []
    assert found(store, "cannot", RunRef("prod", "nothing")) == []


def test_what_comes_later_is_found_before_it_is_indexed(store: Store) -> None:
    fill(store)
    store.apply_rows(REF, rows_page(says_it("d", "cannot help either")))
    assert found(store, "cannot") == ["a", "c", "d"]
    assert store.search.share() == (3, 4)
    fill(store)
    assert found(store, "cannot") == ["a", "c", "d"]


def test_what_is_told_anew_is_found_as_it_is_now(store: Store) -> None:
    fill(store)
    for filled in (False, True):
        store.apply_rows(REF, rows_page(says_it("a", f"now something else {filled}")))
        if filled:
            fill(store)
        assert found(store, "cannot") == ["c"]
        assert found(store, "something") == ["a"]
        assert found(store, "something", REF) == ["a"]
    store.apply_trial(REF, "b", TrialDetail(Trial("t", make_trial().outcome, output="opened")))
    assert found(store, "opened") == ["b"]
    fill(store)
    assert found(store, "opened") == ["b"]


def test_what_is_removed_is_not_found(store: Store) -> None:
    fill(store)
    walk(store, rows_page(says_it("b", "gladly")))
    assert found(store, "cannot") == ["c"]


def test_the_index_is_made_anew_when_much_of_it_is_gone(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    rows = [says_it(f"r{i}", "needle") for i in range(1500)]
    walk(store, rows_page(*rows))
    fill(store)
    walk(store, rows_page(*rows[:10]))
    fill(store)
    with closing(sqlite3.connect(tmp_path / index_file.FILE_NAME)) as connection:
        assert connection.execute("SELECT docs FROM state").fetchone() == (10,)
    assert len(look(store, "needle")) == 10
    store.close()


def test_every_text_is_read_and_named() -> None:
    store = open_store()
    trial = make_trial(
        "t",
        input=[{"role": "user", "content": [{"type": "text", "text": "inword"}]}],
        output={"answer": {"value": "outword", "n": 42}},
        expected="hopedword",
        error=ErrorInfo("E1", "brokeword"),
        scores=(
            make_score(reason="whyword", label="labelword"),
            make_score("other", error=ErrorInfo(None, "graderword")),
        ),
    )
    store.apply_rows(REF, rows_page(make_row("r", trial, label="rowword")))
    for _ in range(2):
        for word, field in {
            "inword": "input",
            "outword": "output",
            "42": "output",
            "hopedword": "expected",
            "brokeword": "error",
            "whyword": "reason",
            "labelword": "reason",
            "graderword": "reason",
            "rowword": "label",
        }.items():
            (hit,) = look(store, word).fetch(0, 9)
            assert (hit.field, hit.row_key, hit.trial_id) == (field, "r", "t")
            assert found(store, word, fields=[field]) == ["r"]
            assert found(store, word, fields=[f for f in ("input", "label") if f != field]) == []
        assert found(store, "user") == []
        fill(store)
    store.close()


def test_a_match_is_told_in_its_context() -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(says_it("r", f"{'x ' * 99}We CANNOT help.\n{'y' * 999}")))
    (hit,) = look(store, '"cannot help"').fetch(0, 1)
    assert hit == Hit(
        number=1,
        ref=REF,
        run_name=None,
        row_key="r",
        row_label="label of r",
        trial_id="t",
        field="output",
        also=(),
        position=201,
        before=f"{'x ' * 99}We "[-60:],
        match="CANNOT help",
        after=f".\n{'y' * 198}",
    )
    store.close()


def test_only_runs_of_some_connections_are_searched(store: Store) -> None:
    ref = RunRef("elsewhere", "run")
    store.apply_run(make_run(ref.path, connection=ref.connection))
    store.apply_rows(ref, rows_page(says_it("z", "cannot help")))
    wanted = Wanted.read("cannot")
    assert wanted is not None
    hits = store.hits(wanted)
    hits.search(ref=None, connections=["elsewhere"], told=lambda: None, cancelled=lambda: False)
    assert [hit.row_key for hit in hits.fetch(0, 9)] == ["z"]


def test_a_search_nobody_waits_for_ends(store: Store) -> None:
    wanted = Wanted.read("cannot")
    assert wanted is not None
    hits = store.hits(wanted)
    hits.search(ref=None, told=lambda: None, cancelled=lambda: True)
    assert (len(hits), hits.done) == (0, False)


def test_without_fts5_everything_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(index_file, "has_fts5", lambda: False)
    store = store_of_two_runs(tmp_path)
    assert not store.search.usable
    assert not store.search.fill()
    assert found(store, '"cannot help"') == ["a", "c"]
    assert store.search.share() == (0, 3)
    store.close()


@pytest.mark.parametrize("content", [b"no database", b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_damaged_index_is_made_anew_and_the_store_unharmed(
    tmp_path: Path, content: bytes
) -> None:
    store_of_two_runs(tmp_path).close()
    (tmp_path / index_file.FILE_NAME).write_bytes(content)
    store = open_store(tmp_path)
    assert found(store, "cannot") == ["a", "c"]
    fill(store)
    fill(store)
    assert found(store, "cannot") == ["a", "c"]
    assert store.search.share() == (3, 3)
    assert store.problem is None
    store.close()


def test_an_index_of_another_store_is_not_believed(tmp_path: Path) -> None:
    store = store_of_two_runs(tmp_path)
    fill(store)
    store.close()
    assert store.file is not None
    store.file.unlink()
    store = open_store(tmp_path)
    store.apply_rows(REF, rows_page(says_it("new", "cannot do")))
    assert found(store, "cannot") == ["new"]
    fill(store)
    assert found(store, "cannot") == ["new"]
    assert store.search.share() == (1, 1)
    store.close()


def test_two_processes_fill_one_index(tmp_path: Path) -> None:
    first = store_of_two_runs(tmp_path)
    second = open_store(tmp_path)
    assert first.search.fill()
    assert second.search.fill()
    second.apply_rows(REF, rows_page(says_it("d", "cannot")))
    fill(second)
    fill(first)
    assert found(first, "cannot") == found(second, "cannot") == ["a", "c", "d"]
    assert (tmp_path / index_file.FILE_NAME).stat().st_mode & 0o777 == 0o600
    first.close()
    second.close()


def test_what_no_longer_counts_takes_nobodys_place(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    rows = [says_it(f"r{i}", "needle") for i in range(20)]
    walk(store, rows_page(*rows))
    fill(store)
    walk(store, rows_page(*rows[:18]))
    store.apply_rows(REF, rows_page(says_it("r17", "something else"), says_it("r16", "else")))
    fill(store)
    store.apply_rows(REF, rows_page(says_it("r15", "not yet taken in")))
    wanted = Wanted.read("needle")
    assert wanted is not None
    for most, cut in ((14, True), (15, False)):
        hits = store.hits(wanted, most=most)
        hits.search(ref=None, told=lambda: None, cancelled=lambda: False)
        assert {hit.row_key for hit in hits.fetch(0, 99)} <= {f"r{i}" for i in range(15)}
        assert (len(hits), hits.cut) == (most, cut)
    store.close()


def test_a_run_is_found_in_whose_trials_stand_between_those_of_others(tmp_path: Path) -> None:
    store = store_of_two_runs(tmp_path)
    for i in range(4):
        store.apply_rows(REF, rows_page(says_it(f"r{i}", "cannot")))
        store.apply_rows(OTHER, rows_page(says_it(f"o{i}", "cannot")))
    for _ in range(2):
        assert found(store, "cannot", REF) == ["a", "r0", "r1", "r2", "r3"]
        assert found(store, "cannot label", OTHER) == []
        assert found(store, '"cannot help"', OTHER) == ["c"]
        fill(store)
    store.apply_rows(OTHER, rows_page(says_it("o1", "can")))
    for _ in range(2):
        assert found(store, "cannot", OTHER) == ["c", "o0", "o2", "o3"]
        fill(store)
    store.close()


def test_a_small_run_is_read_without_the_others(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.apply_run(make_run(OTHER.path))
    store.apply_rows(OTHER, rows_page(says_it("x", "needle"), says_it("y", "gladly")))
    store.apply_rows(REF, rows_page(*(says_it(f"r{i}", "needle") for i in range(20))))
    left: list[int] = []
    wanted = Wanted.read("needle")
    assert wanted is not None
    hits = store.hits(wanted)
    hits.search(ref=OTHER, told=lambda: left.append(hits.left), cancelled=lambda: False)
    assert [hit.row_key for hit in hits.fetch(0, 9)] == ["x"]
    assert left[-1] == 0
    assert max(left) <= 2
    assert len(look(store, "needle", REF)) == 20
    store.close()


def test_the_index_of_an_older_program_is_replaced(tmp_path: Path) -> None:
    old = [tmp_path / f"search-1.sqlite3{suffix}" for suffix in ("", "-journal")]
    store = store_of_two_runs(tmp_path)
    for file in old:
        file.touch()
    assert found(store, "cannot") == ["a", "c"]
    fill(store)
    assert found(store, "cannot") == ["a", "c"]
    assert not any(file.exists() for file in old)
    store.close()


letters = st.text(alphabet="abé_", min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(letters, max_size=4).map(" ".join), min_size=1, max_size=8),
    st.lists(st.lists(letters, min_size=1, max_size=2), max_size=8),
    st.sampled_from([1, 2, asking.MOST_WORDS]),
)
def test_words_are_found_by_beginnings_of_any_length(
    bodies: list[str], searches: list[list[str]], most: int
) -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(*(says_it(str(i), said) for i, said in enumerate(bodies))))
    fill(store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "MOST_WORDS", most)
        for words in searches:
            together = " ".join(words)
            for typed, parts in ((together, words), (f'"{together}"', [together])):
                wanted = [phrase(part) for part in parts]
                expected = [
                    str(i)
                    for i, said in enumerate(bodies)
                    if all(says(said, part) for part in wanted)
                ]
                assert found(store, typed, fields=["output", "input"]) == expected
    store.close()


texts = st.text(alphabet="abc ß日\"'", max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=6), st.integers(0, 6), st.lists(texts))
def test_index_and_reading_agree(
    bodies: list[tuple[str, str]], indexed: int, searches: list[str]
) -> None:
    store = open_store()
    for place, (output, given_input) in enumerate(bodies):
        row = says_it(str(place), output, input=given_input)
        store.apply_rows(REF, rows_page(row))
        if place == indexed:
            fill(store)
    for text in searches:
        wanted = phrase(text)
        if wanted:
            expected = [
                str(place)
                for place, (output, given_input) in enumerate(bodies)
                if says(output, wanted) or says(given_input, wanted)
            ]
            assert found(store, f'"{wanted}"', fields=["output", "input"]) == expected
    store.close()
