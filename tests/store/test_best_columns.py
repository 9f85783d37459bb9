"""What filters compare of a run is what is shown of it, whoever told it: provider, rows, both."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.clock import FakeClock
from tests.store.builders import REF, make_row, make_run, make_score, make_trial, rows_page
from tui.models import Counts, CriterionType, Outcome, Row, Run, ScoreStats
from tui.store import RunQuery, Store
from tui.store.best_columns import COLUMNS

small = st.none() | st.integers(0, 4)
counts = st.builds(
    Counts,
    total=st.none() | st.sampled_from((3, 10**20)),
    done=small,
    passed=small,
    failed=small,
    errored=small,
    skipped=small,
    ungraded=small,
)
figures = st.none() | st.sampled_from((0.0, 0.25, 3.0))
told = st.just(Counts()) | counts
scores = st.none() | st.builds(ScoreStats, mean=st.just(0.5), min=figures, max=figures)


@st.composite
def row(draw: st.DrawFn, key: str) -> Row:
    """Return a row of one to three trials."""
    trials = [
        make_trial(
            f"t{number}",
            draw(st.sampled_from(Outcome)),
            scores=()
            if (value := draw(figures)) is None
            else (make_score(type=CriterionType.NUMERIC, value=value),),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    return make_row(key, *trials)


rows: st.SearchStrategy[list[Row]] = st.just([]) | st.tuples(row("a"), row("b"), row("c")).map(list)


def shown(run: Run, field: str) -> float | None:
    """Return what a person sees of a run under the name of a field."""
    if field == "pass_rate":
        passed, failed = run.counts.passed, run.counts.failed
        if passed is None or failed is None or not passed + failed:
            return None
        return passed / (passed + failed)
    if field.startswith("score"):
        part = field.partition(".")[2] or "mean"
        return None if run.score is None else getattr(run.score, part)
    value: float | None = getattr(run.counts, field)
    return value


@given(told, scores, rows, st.booleans())
@example(Counts(done=9, passed=1), None, [make_row("a")], True)  # it knows of more than is stored
@settings(max_examples=40)
def test_a_filter_finds_a_run_by_what_is_shown_of_it(
    counts: Counts, score: ScoreStats | None, rows: list[Row], complete: bool
) -> None:
    store = Store.open(None, clock=FakeClock())
    store.apply_run(make_run(counts=counts, score=score))
    if rows:
        store.begin_walk(REF)
        store.apply_rows(REF, rows_page(*rows))
        store.end_walk(REF, complete=complete)
    (stored,) = store.runs(RunQuery()).fetch(0, 9)
    for field in COLUMNS:
        value = shown(stored.run, field)
        there, missed = (
            (f"{field}:none", f"{field}!=none")
            if value is None
            else (f"{field}:{value!r}", f"{field}!={value!r}")
        )
        assert store.runs(RunQuery(text=there)).count() == 1, there
        assert store.runs(RunQuery(text=missed)).count() == 0, missed
    store.close()
