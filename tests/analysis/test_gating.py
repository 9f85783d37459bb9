import pytest

from tests.analysis.runs import put, row, rows_of, two
from tests.clock import FakeClock
from tui.analysis.gating import (
    GateCheck,
    State,
    at_least,
    errors_at_most,
    exit_code,
    not_worse,
    rate_of,
    score_of,
    worst,
)
from tui.store import Store


@pytest.fixture
def store(clock: FakeClock) -> Store:
    return Store.open(None, clock=clock)


@pytest.mark.parametrize(
    ("letters", "bound", "state"),
    [
        ("p" * 98 + "f" * 2, 0.9, State.PASS),
        ("p" * 70 + "f" * 30, 0.9, State.REGRESSED),
        ("p" * 90 + "f" * 10, 0.9, State.INCONCLUSIVE),
        ("ppp", 0.9, State.INSUFFICIENT),
        ("u" * 40, 0.9, State.MISSING),
        ("", 0.9, State.MISSING),
    ],
)
def test_a_bound_is_judged_by_the_whole_interval(
    store: Store, letters: str, bound: float, state: State
) -> None:
    stored = put(store, "eval_a/run_1", rows_of(letters))
    columns = store.joining.columns(stored.run.ref)
    check = at_least("rate", "critical", rate_of(stored, columns, None), bound, 10)
    assert check.state is state


def test_criteria_and_scores_have_bounds_of_their_own(store: Store) -> None:
    rows = [row(f"r{n}", "ppf", 4.0, 4.5, 5.0, index=n) for n in range(30)]
    stored = put(store, "eval_a/run_1", rows)
    columns = store.joining.columns(stored.run.ref)
    judge = rate_of(stored, columns, "judge")
    assert judge is not None
    assert (judge.n, judge.clusters) == (90, 30)
    score = score_of(columns, "close")
    assert at_least("score", "critical", score, 4.2, 10).state is State.PASS
    assert score_of(columns, "nothing") is None
    assert rate_of(stored, columns, "nothing") is None
    assert score_of(columns, None) == score


def test_errors_are_counted_not_estimated(store: Store) -> None:
    stored = put(store, "eval_a/run_1", rows_of("p" * 18 + "ee"))
    assert errors_at_most("errors", "critical", stored, 0.1).state is State.PASS
    check = errors_at_most("errors", "critical", stored, 0.05)
    assert (check.state, check.value) == (State.REGRESSED, 0.1)
    empty = put(store, "eval_a/run_2", [])
    assert errors_at_most("errors", "critical", empty, 0.05).state is State.MISSING


STEADY = "p" * 60 + "f" * 20


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (STEADY, "p" * 75 + "f" * 5, State.PASS),
        (STEADY, "p" * 44 + "f" * 36, State.REGRESSED),
        (STEADY, "p" * 57 + "f" * 23, State.INCONCLUSIVE),
        (STEADY * 30, STEADY * 30, State.PASS),
        ("ppf", "ppf", State.INSUFFICIENT),
        ("ee", "ee", State.MISSING),
    ],
)
def test_worse_than_the_baseline_has_regressed(
    clock: FakeClock, before: str, after: str, state: State
) -> None:
    (pair,) = two(clock, rows_of(before), rows_of(after)).pairs
    assert not_worse("baseline", "critical", pair.overall, "").state is state


def test_inconclusive_passes_where_a_loss_beyond_the_margin_is_left_out(clock: FakeClock) -> None:
    before, after = rows_of("p" * 60 + "f" * 20), rows_of("p" * 64 + "f" * 16)
    (pair,) = two(clock, before, after, margin=0.05).pairs
    assert pair.overall.verdict.word == "inconclusive"
    assert not_worse("baseline", "critical", pair.overall, "").state is State.PASS


def test_the_worst_critical_check_decides_and_advisory_ones_never_do() -> None:
    def check(state: State, tier: str = "critical") -> GateCheck:
        return GateCheck("x", tier, state, None, None)  # type: ignore[arg-type]

    assert worst(()) is State.PASS
    assert worst((check(State.PASS), check(State.REGRESSED, "advisory"))) is State.PASS
    assert worst((check(State.MISSING), check(State.REGRESSED))) is State.REGRESSED
    assert worst((check(State.PASS), check(State.INCONCLUSIVE))) is State.INCONCLUSIVE
    assert [exit_code(state) for state in State] == [0, 1, 2, 2, 2]
