"""Views that grow while they are read: always the beginning of the whole answer."""

import sqlite3
from array import array
from collections.abc import Sequence
from itertools import pairwise

import pytest

from tests.clock import FakeClock
from tests.store.builders import REF, make_row, make_run, make_score, make_trial, open_store
from tui.errors import QueryError
from tui.models import CriterionType, Outcome
from tui.providers.base import RowPage
from tui.store import ReadCancelledError, RowQuery, RowView, Store
from tui.store.growing import SCREENFUL
from tui.store.queries import passing
from tui.store.selecting import Selection, select, select_at_once
from tui.store.types import RowSort

N = 1_500


class SlowClock(FakeClock):
    """Every look at it takes a while, so that nothing is answered at once."""

    def __init__(self) -> None:
        super().__init__()
        self.slow = False

    def monotonic(self) -> float:
        if self.slow:
            self.advance(0.06)
        return super().monotonic()


@pytest.fixture(scope="module")
def clock() -> SlowClock:
    return SlowClock()


@pytest.fixture(scope="module")
def store(clock: SlowClock) -> Store:
    found = open_store(clock=clock, run=make_run())
    rows = tuple(
        make_row(
            f"r{i:04}",
            make_trial(
                outcome=Outcome.FAILED if i % 3 else Outcome.PASSED,
                output=f"answer {i}",
                latency_s=None if i % 5 == 0 else i * 7 % 11,
                scores=(make_score(type=CriterionType.NUMERIC, value=i % 17),),
            ),
            index=None if i % 97 == 0 else N - i,
        )
        for i in range(N)
    )
    found.apply_rows(REF, RowPage(rows))
    return found


def read(store: Store, clock: SlowClock, query: RowQuery) -> tuple[list[list[str]], list[str]]:
    """Return the keys of every part and of the answer, read slowly."""
    parts: list[RowView] = []
    clock.slow = True
    try:
        view = store.rows(REF, query, tell=parts.append)
    finally:
        clock.slow = False
    return [keys(part) for part in parts], keys(view)


def keys(view: RowView) -> list[str]:
    return [head.key for head in view.fetch(0, view.count())]


@pytest.mark.parametrize("sort", ["index", "outcome", "score", "latency", "label", "key", "cost"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("text", ["", "score<5", "outcome:failed", "key~7$"])
def test_what_is_told_is_the_beginning_of_the_answer(
    store: Store, clock: SlowClock, sort: RowSort, text: str, *, descending: bool
) -> None:
    query = RowQuery(text, sort, descending)
    parts, found = read(store, clock, query)
    store.rows(REF, RowQuery(text="key:none"))  # the last view is kept: this one replaces it
    assert found == keys(store.rows(REF, query)), "the same as read in one go"
    assert all(part == found[: len(part)] for part in parts)
    sizes = [len(part) for part in parts]
    assert all(less < more for less, more in pairwise(sizes)) or sizes == [0]


@pytest.mark.parametrize(
    "places",
    [range(40), range(39, -1, -1), [7, 3, 5, 4, 6], [1, 2, 4, 5], [30, 2, 900], [8], [9]],
)
def test_only_the_rows_that_are_given_are_looked_at(store: Store, places: Sequence[int]) -> None:
    everything = store._database.scan(
        lambda found: [row for (row,) in found.execute("SELECT id FROM row ORDER BY id")]
    )
    given = array("q", [everything[place] for place in places])
    wanted = passing(RowQuery("label~[02468]$", outcome=Outcome.FAILED), store.search).among(given)
    passed = store._database.scan(lambda found: select(found, wanted))
    assert sorted(passed) == sorted(
        everything[place] for place in places if place % 3 and place % 2 == 0
    )


def test_the_first_are_told_while_most_are_still_looked_for(store: Store, clock: SlowClock) -> None:
    parts, found = read(store, clock, RowQuery(text="outcome:failed or zzz", sort="score"))
    assert len(parts) > 2
    assert len(parts[0]) < len(found) / 4
    assert len(found) == 2 * N / 3


def test_none_so_far_is_told_too(store: Store, clock: SlowClock) -> None:
    parts, found = read(store, clock, RowQuery(text="zzz"))
    assert (parts, found) == ([[]], [])


def test_a_quick_answer_comes_whole(store: Store) -> None:
    parts: list[RowView] = []
    store.rows(REF, RowQuery(text="key:r0007"), tell=parts.append)
    assert parts == []


def test_a_reading_is_given_up_between_and_within_its_turns(store: Store, clock: SlowClock) -> None:
    for after in (1, 5, 20):
        asked = iter(range(1000))
        clock.slow = True
        try:
            with pytest.raises(ReadCancelledError):
                store.rows(
                    REF,
                    RowQuery(text=f"answer or zzz{after}"),
                    cancelled=lambda asked=asked, after=after: next(asked) >= after,  # type: ignore[misc] # bound here
                )
        finally:
            clock.slow = False


def test_a_pattern_that_takes_too_long_is_a_mistake_in_a_turn_too(clock: SlowClock) -> None:
    slow = open_store(clock=clock)
    rows = [make_row(f"r{i}", label="x" * 300 if i == 1_250 else "b", index=i) for i in range(N)]
    slow.apply_rows(REF, RowPage(tuple(rows)))
    with pytest.raises(QueryError, match="takes too long"):
        read(slow, clock, RowQuery(text="label~(x+x+)+y"))
    slow.close()


def test_a_row_is_found_however_far_it_is_from_the_last_one(store: Store) -> None:
    view = store.rows(REF, RowQuery(sort="key"))
    for place in (0, N - 1, 5, N // 2, N // 2 + SCREENFUL, 0):
        assert view.index_of(f"r{place:04}") == place
    assert view.index_of("nowhere") is None


@pytest.mark.parametrize("n", [0, 1, 30_000])
def test_ids_told_at_once_are_those_told_one_by_one(n: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE row(id INTEGER PRIMARY KEY, place INTEGER)")
    connection.executemany(
        "INSERT INTO row VALUES(?, ?)", ((i * 1_000_003, i * 7919 % 30_011) for i in range(n))
    )
    wanted = Selection("SELECT id FROM row ORDER BY place DESC, id", {})
    found = select_at_once(connection, wanted)
    assert found == select(connection, wanted)
    assert isinstance(found, array)
    assert len(found) == n
    if n > 1:
        with pytest.raises(ReadCancelledError):
            select_at_once(connection, wanted, lambda: True)
    connection.close()
