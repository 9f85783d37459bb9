"""One run by itself: its figures, its trials, slices of its rows, the trend of its group."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.analysis.runs import GROUP, put, row, rows_of, trial
from tests.clock import START, FakeClock
from tests.store.builders import make_row
from tui.analysis.intervals import clustered_mean, wilson
from tui.analysis.sequential import anytime_mean, anytime_rate
from tui.analysis.single import RunStatistics, statistics_of
from tui.models import Counts, Row, Status
from tui.store import Store


def told(
    rows: Iterable[Row], *, field: str | None = None, slices: bool = False, **run: Any
) -> RunStatistics:
    store = Store.open(None, clock=FakeClock())
    stored = put(store, "eval_a/run_1", rows, **run)
    return statistics_of(store, stored, field, slices=slices)


def test_rows_of_one_trial_get_wilsons_interval() -> None:
    found = told(rows_of("ppppppppff"))
    first = found.figures[0]
    assert (first.name, first.estimate.mean, first.how) == ("rows passed", 0.8, "wilson")
    assert first.estimate.interval == wilson(8, 10)
    judge = next(each for each in found.figures if each.name == "judge")
    assert judge.estimate == first.estimate
    assert found.at_k == ()


def test_what_is_left_out_has_bounds_of_its_own() -> None:
    left = told(rows_of("ppppfee")).figures[1]
    assert left.how == "bounds"
    ends = left.estimate.interval
    assert ends is not None
    assert ends.low == pytest.approx(4 / 7)
    assert ends.high == pytest.approx(6 / 7)


def test_trials_of_a_row_are_a_cluster() -> None:
    found = told([row("a", "ppp"), row("b", "pff"), row("c", "fff"), row("d", "ppf")])
    trials = next(each for each in found.figures if each.name == "trials passed")
    assert trials.how == "clustered_t"
    assert trials.estimate == clustered_mean([(3, 3), (1, 3), (0, 3), (2, 3)])
    assert [(each.k, round(each.any_passes.mean, 4)) for each in found.at_k] == [
        (1, 0.5),
        (2, pytest.approx((1 + 2 / 3 + 0 + 1) / 4, abs=1e-4)),
        (3, 0.75),
    ]
    assert [round(each.all_pass.mean, 4) for each in found.at_k][-1] == 0.25


def test_rows_stand_by_how_much_their_trials_differ() -> None:
    found = told(
        [
            row("same", "ppp", 1, 1, 1, index=0),
            row("half", "pf", 5, 1, index=1),
            row("third", "ppf", 3, 3, 3, index=2),
            row("wide", "ppp", 1, 4, 1, index=3),
        ]
    )
    stable = found.stability
    assert [found.columns.keys[place] for place in stable.places] == [
        "half",
        "third",
        "wide",
        "same",
    ]
    assert (stable.always, stable.sometimes, stable.never) == (2, 2, 0)
    assert stable.differ[1] == 1.0
    assert stable.scores[1] == (1.0, 5.0)
    assert stable.worst is not None
    assert stable.worst.mean == pytest.approx((1 + 1 + 3 + 1) / 4)


def test_rows_are_sliced_by_the_field_that_tells_most() -> None:
    items = [
        row(
            f"r{n}",
            "p" if n % 4 else "f",
            item={"id": n, "lang": "de" if n < 8 else "en", "all": "x"},
            index=n,
        )
        for n in range(20)
    ]
    found = told(items, slices=True)
    assert found.fields == ("item.lang", "item.all")
    assert found.field == "item.lang"
    assert [(one.value, len(one.places)) for one in found.slices] == [("en", 12), ("de", 8)]
    assert found.slices[0].figure.estimate.interval == wilson(9, 12)
    assert told(items, field="item.all", slices=True).slices[0].value == "x"
    assert told(items).slices == ()


def test_a_live_run_gets_intervals_that_hold_however_often_one_looks() -> None:
    values = [0.1 * (n % 7) for n in range(30)]
    rows = [make_row(f"r{n}", trial("p" if n % 3 else "f", n, values[n])) for n in range(30)]
    found = told(rows, status=Status.RUNNING, counts=Counts(total=100))
    by_name = {each.name: each for each in found.figures}
    assert by_name["rows passed"].estimate.interval == anytime_rate(20, 30)
    ends = by_name["rows passed in the end"].estimate.interval
    assert ends is not None
    assert (ends.low, ends.high) == (0.2, 0.9)
    assert by_name["close"].estimate.interval == anytime_mean(values)
    assert by_name["judge"].how == "anytime"


def test_the_trend_of_scores_has_the_intervals_of_their_rows() -> None:
    store = Store.open(None, clock=FakeClock())
    runs = []
    for n in range(3):
        rows = [make_row(f"r{k}", trial("u", k, k + n)) for k in range(4)]
        began = START.replace(hour=n + 1)
        runs.append(put(store, f"eval_a/run_{n}", rows, group=GROUP, started_at=began))
    found = statistics_of(store, runs[2], None, slices=False).trend
    assert [(each.value, each.unit) for each in found] == [
        (1.5, "score"),
        (2.5, "score"),
        (3.5, "score"),
    ]
    score = statistics_of(store, runs[2], None, slices=False).figures[0]
    assert found[2].interval is not None
    assert score.estimate.interval is not None
    assert found[2].interval.low == pytest.approx(score.estimate.interval.low)


@pytest.mark.parametrize("rows", [[], rows_of("e"), rows_of("p"), rows_of("uu")])
def test_little_is_told_of_little(rows: list[Row]) -> None:
    found = told(rows, slices=True)
    assert len(found.columns) == len(rows)
    assert found.trend == ()
