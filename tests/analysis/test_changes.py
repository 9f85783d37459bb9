from tests.analysis.runs import put, row, rows_of, two
from tests.clock import FakeClock
from tui.analysis.baselines import baseline_of, previous_runs
from tui.analysis.changes import Kind, row_changes
from tui.analysis.trends import trend
from tui.models import Counts, Group
from tui.store import Store


def keys(clock: FakeClock, kind: Kind, before: list[object], after: list[object]) -> list[str]:
    comparison = two(clock, before, after)  # type: ignore[arg-type]
    changes = row_changes(comparison.matched, 1)
    columns = comparison.matched.columns[0]
    assert changes.count(kind) == len(changes.places(kind))
    return [columns.keys[int(changes.before[place])] for place in changes.places(kind)]


def test_each_choice_has_its_rows(clock: FakeClock) -> None:
    before: list[object] = [*rows_of("ppffepu")]
    after: list[object] = [*rows_of("pfpfpeu")]
    expected = {
        Kind.ALL: ["r1", "r2", "r0", "r3", "r4", "r5", "r6"],
        Kind.REGRESSED: ["r1"],
        Kind.IMPROVED: ["r2"],
        Kind.BOTH_FAILED: ["r3"],
        Kind.DIFFER: ["r1", "r2", "r4", "r5"],
        Kind.ERRORED_IN_ONE: ["r4", "r5"],
        Kind.UNSTABLE: [],
    }
    assert {kind: keys(clock, kind, before, after) for kind in Kind} == expected


def test_the_largest_change_comes_first_and_losses_before_gains(clock: FakeClock) -> None:
    before: list[object] = [row("a", "ppp"), row("b", "ppp"), row("c", "fff"), row("d", "ppf")]
    after: list[object] = [row("a", "ppf"), row("b", "fff"), row("c", "ppp"), row("d", "ppf")]
    assert keys(clock, Kind.DIFFER, before, after) == ["b", "c", "a"]
    assert keys(clock, Kind.UNSTABLE, before, after) == ["a", "d"]


def test_scores_order_rows_nobody_grades(clock: FakeClock) -> None:
    before: list[object] = [row(f"r{n}", "u", 3.0) for n in range(4)]
    after: list[object] = [row(f"r{n}", "u", value) for n, value in enumerate((3, 1, 4.5, 2.5))]
    assert keys(clock, Kind.REGRESSED, before, after) == ["r1", "r3"]
    assert keys(clock, Kind.DIFFER, before, after) == ["r1", "r2", "r3"]


def test_the_baseline_is_the_marked_run_else_the_one_before(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    first = put(store, "eval_a/run_1", rows_of("pf"), started_at=clock.now())
    clock.advance(60)
    put(store, "eval_b/run_9", rows_of("pf"), group=Group("eval_b", None), started_at=clock.now())
    second = put(store, "eval_a/run_2", rows_of("pf"), started_at=clock.now())
    clock.advance(60)
    third = put(store, "eval_a/run_3", rows_of("pp"), started_at=clock.now())
    found, why = baseline_of(store, third)
    assert found is not None
    assert (found.run.ref, why) == (second.run.ref, "the comparable run before it")
    store.joining.set_baseline(first.run, marked=True)
    found, why = baseline_of(store, third)
    assert found is not None
    assert (found.run.ref, why) == (first.run.ref, "the baseline of its group")
    assert baseline_of(store, first) == (None, "")
    assert [each.run.ref for each in previous_runs(store, third, 5)] == [
        second.run.ref,
        first.run.ref,
    ]
    points = trend(store, third)
    assert [(each.stored.run.ref.path[-1], each.value) for each in points] == [
        ("1", 0.5),
        ("2", 0.5),
        ("3", 1.0),
    ]
    assert trend(store, first) == ()


def test_batches_are_comparable_by_name_else_by_endpoint_and_size(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    for path, name, rows in (("a", None, 3), ("b", None, 4), ("c", "x", 3), ("d", None, 3)):
        clock.advance(60)
        last = put(
            store,
            path,
            rows_of("p" * rows),
            started_at=clock.now(),
            name=name,
            counts=Counts(total=rows, done=rows),
            group=None,
            config={"endpoint": "/v1/responses"},
        )
    assert [one.run.ref.path for one in previous_runs(store, last, 5)] == ["a"]
