from array import array
from dataclasses import replace

import pytest

from tests.analysis.runs import GROUP, put, row, rows_of, trial
from tests.clock import FakeClock
from tests.store.builders import make_row, make_trial, rows_page, walk
from tui.models import Group, Outcome, RunKind, RunRef
from tui.store import ReadCancelledError, Store
from tui.store.heads import RANKS
from tui.store.joining import family_of
from tui.store.joining.items import paths_of, value_of


@pytest.fixture
def store(clock: FakeClock) -> Store:
    return Store.open(None, clock=clock)


def test_rows_come_as_columns_in_dataset_order(store: Store) -> None:
    rows = [row("b", "pf", 1.0, 3.0, index=1), row("a", "p", index=0), row("c", "e", index=2)]
    stored = put(store, "eval_a/run_1", rows)
    found = store.joining.columns(stored.run.ref)
    assert found.keys == ["a", "b", "c"]
    assert [RANKS[Outcome.PASSED], RANKS[Outcome.FAILED]] == list(found.outcomes[:2])
    assert (list(found.passed), list(found.failed)) == ([1, 1, 0], [0, 1, 0])
    assert list(found.trials) == [1, 2, 1]
    judge, close = found.criteria["judge"], found.criteria["close"]
    assert (list(judge.rows), list(judge.passed), list(judge.failed)) == ([0, 1], [1, 1], [0, 1])
    assert (list(close.rows), list(close.values), list(close.value_n)) == ([1], [2.0], [2])


def test_a_run_nobody_stored_has_no_rows(store: Store) -> None:
    assert len(store.joining.columns(RunRef("prod", "nothing"))) == 0
    assert store.joining.field(RunRef("prod", "nothing"), "item.id")[1] == []
    assert store.joining.field_names(RunRef("prod", "nothing")) == []


def test_reading_can_be_given_up(store: Store) -> None:
    stored = put(store, "eval_a/run_1", rows_of("p" * 10))
    with pytest.raises(ReadCancelledError):
        store.joining.columns(stored.run.ref, lambda _rows: True)
    with pytest.raises(ReadCancelledError):
        store.joining.field(stored.run.ref, "input", lambda _rows: True)


def test_more_rows_than_one_reading_takes(store: Store) -> None:
    stored = put(store, "eval_a/run_1", rows_of("pf" * 2_600))
    seen: list[int] = []

    def progress(rows: int) -> bool:
        seen.append(rows)
        return False

    found = store.joining.columns(stored.run.ref, progress)
    assert len(found) == 5_200 == seen[-1]
    assert len(seen) > 1
    assert sum(found.passed) == 2_600


def test_a_field_is_read_again_when_the_rows_change(store: Store) -> None:
    stored = put(store, "eval_a/run_1", [row("a", "p", item={"id": 7}), row("b", "p", item={})])
    ref = stored.run.ref
    ids, values = store.joining.field(ref, "item.id")
    assert values == ["7", None]
    assert store.joining.field(ref, "item.id") == (ids, values)
    walk(store, rows_page(row("a", "p", item={"id": 8}), row("c", "p", item={"id": 9})), ref=ref)
    assert store.joining.field(ref, "item.id")[1] == ["8", "9"]


def test_fields_whose_values_differ_come_first(store: Store) -> None:
    rows = [
        row(f"r{n}", "p", item={"topic": "car", "id": f"x{n}", "more": {"no": n}, "list": [1]})
        for n in range(5)
    ]
    stored = put(store, "eval_a/run_1", rows)
    assert store.joining.field_names(stored.run.ref) == ["item.id", "item.more.no", "item.topic"]


def test_the_providers_own_fields_of_a_row_are_read_beside_the_items(store: Store) -> None:
    rows = [
        replace(
            row(f"r{n}", "p", item={"topic": "car"}),
            extra={"status_code": 200 if n else 500, "deep": {"reason": f"x{n}"}},
        )
        for n in range(4)
    ]
    ref = put(store, "batch_1", rows).run.ref
    joining = store.joining
    assert joining.field(ref, "extra.status_code")[1] == ["500", "200", "200", "200"]
    assert joining.field(ref, "extra.deep.reason")[1] == ["x0", "x1", "x2", "x3"]
    assert joining.field(ref, "extra.deep")[1] == [None] * 4
    assert joining.slice_fields(ref) == ["extra.status_code", "item.topic"]
    assert joining.group_fields(ref) == ["item.topic", "extra.deep.reason", "extra.status_code"]
    assert joining.field_names(ref) == ["item.topic"]


def test_the_providers_own_item_goes_before_the_filled_prompt() -> None:
    found = trial("p", input=[{"role": "user", "content": "Why?"}],
                  raw={"datasource_item": {"id": 3, "question": "Why?"}})  # fmt: skip
    assert value_of(found, "item.id") == "3"
    assert value_of(found, "item.id.x") is None
    assert paths_of(found) == {"item.id": "3", "item.question": "Why?"}


def test_the_same_question_has_the_same_input_in_every_form() -> None:
    forms = [
        "Why  is it?",
        {"question": "why is\nit?", "id": 4},
        {"input": "Why is it?"},
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why is it?"}],
        [{"role": "user", "content": [{"type": "text", "text": "Why is it?"}]}],
        {"messages": [{"role": "user", "content": "Why is it?"}]},
    ]
    digests = {value_of(make_trial(input=form), "input") for form in forms}
    assert len(digests) == 1
    assert None not in digests
    assert value_of(make_trial(input="Another?"), "input") not in digests
    assert value_of(make_trial(), "input") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(7, "7"), (7.0, "7"), ("7", "7"), (True, "true"), (1.5, "1.5"), (None, None), ([7], None)],
)
def test_plain_values_match_whatever_their_type(value: object, text: str | None) -> None:
    assert value_of(make_trial(input={"id": value}), "item.id") == text


def test_the_baseline_is_its_groups(store: Store) -> None:
    first, second = (put(store, f"eval_a/run_{n}", []) for n in (1, 2))
    other = put(store, "eval_b/run_3", [], group=Group("eval_b", None))
    joining = store.joining
    assert joining.baseline(first.run) is None
    joining.set_baseline(first.run, marked=True)
    assert joining.baseline(second.run) == first.run.ref
    assert joining.baseline(other.run) is None
    joining.set_baseline(second.run, marked=True)
    assert joining.baseline(first.run) == second.run.ref
    joining.set_baseline(second.run, marked=False)
    assert joining.baseline(first.run) is None


def test_match_keys_hold_in_both_directions(store: Store) -> None:
    one = put(store, "eval_a/run_1", []).run
    other = put(store, "eval_b/run_2", [], group=Group("eval_b", None)).run
    store.joining.set_match_key(one, other, "item.id")
    assert store.joining.match_key(other, one) == "item.id"
    assert store.joining.match_key(one, one) is None
    store.joining.set_match_key(other, one, None)
    assert store.joining.match_key(one, other) is None


def test_families_are_groups_or_a_connections_batches(store: Store) -> None:
    grouped = put(store, "eval_a/run_1", []).run
    alone = put(store, "x", [], group=None).run
    assert family_of(grouped) == f"prod/{GROUP.id}"
    assert family_of(alone) == "prod//runs"
    assert alone.kind is RunKind.EVAL


def test_keys_of_rows_by_id(store: Store) -> None:
    stored = put(store, "eval_a/run_1", [make_row("a"), make_row("b")])
    ids = store.joining.columns(stored.run.ref).ids
    assert store.joining.row_keys(array("q", [*ids, 999])) == {ids[0]: "a", ids[1]: "b"}
