"""Filters in SQL find what a plain reading of the records finds."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.clock import START, FakeClock
from tests.store.builders import (
    REF,
    keys,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    outcomes_page,
    rows_page,
)
from tests.store.reference import matches, row_facts, run_facts
from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    ErrorInfo,
    Group,
    ModelUsage,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunRef,
    ScoreStats,
    Status,
    Trial,
    Usage,
)
from tui.presentation.records import row_record, run_record
from tui.query import parse
from tui.store import RowQuery, RunQuery, Store

TEXTS = (
    "",
    "Refund",
    "straße",
    "STRASSE 5",
    "\u212aelvin",
    "a\0Needle",
    "100%_",
    "none",
    "İ",
    'x"y',
)
"""Case that ASCII does not know, a NUL, signs that LIKE would read, nothing at all."""
WORDS = ("refund", "SS", "kelvin", "needle", "%_", "none", "i", "ß", '"a b"', '""', '"5"', "x")
FIGURES = (0.0, 0.25, 1.0, 3.0, 9.0)
texts = st.sampled_from(TEXTS)
figures = st.none() | st.sampled_from(FIGURES)
small = st.none() | st.integers(0, 4)
BODIES = dict.fromkeys(("output", "input", "expected", "reason"), "body")
ROW_KINDS = {
    **dict.fromkeys(
        ("index", "score", "trials", "latency", "tokens", "input_tokens", "cost", "instability"),
        "number",
    ),
    "unstable": "truth",
    "passed": "truth",
    "extra": "json",
    **BODIES,
}
RUN_KINDS = {
    **dict.fromkeys(
        (
            *("pass_rate", "score", "total", "done", "passed", "failed", "errored", "n", "mean"),
            *("tokens", "input_tokens", "cost", "age", "duration"),
        ),
        "number",
    ),
    **dict.fromkeys(("started", "created", "ended"), "date"),
    "live": "truth",
    "metadata": "json",
    "config": "json",
    **BODIES,
}
equal = (":", "!=")
order = (":", "!=", "<", "<=", ">", ">=")
numbers = ("0", "0.25", "1", "3", "none", "2.5")
patterns = ("^ref", "ss", "e$", "[0-9]", "%", "needle", "k", "f.*d", "_", "i", "0%_", "x\\W", "s+e")
values = ("refund", "strasse", '"straße"', '"100%_"', '"none"', "none", "x")


def compares(name: str, signs: tuple[str, ...], of: tuple[str, ...]) -> st.SearchStrategy[str]:
    def written(pair: tuple[str, str]) -> str:
        sign, value = pair
        return f"{name}{sign if value != 'none' or sign == '!=' else ':'}{value}"

    return st.tuples(st.sampled_from(signs), st.sampled_from(of)).map(written)


def text_field(name: str) -> st.SearchStrategy[str]:
    return compares(name, equal, values) | compares(name, ("~",), patterns)


said = ("refund", "ref", '"straße 5"', "STR", "none", '"none"', "_", "x", '"5"', '"a needle"')


def body_field(name: str) -> st.SearchStrategy[str]:
    return compares(name, equal, said) | compares(name, ("~",), patterns)


def trees(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joint = st.sampled_from((" ", " and ", " or "))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, joint, inner).map(lambda t: f"({t[0]}){t[1]}({t[2]})"),
            inner.map(lambda t: f"not ({t})"),
            inner.map(lambda t: f"-({t})"),
        ),
        max_leaves=5,
    )


row_leaves = st.one_of(
    st.sampled_from(WORDS),
    *(text_field(name) for name in ("key", "label", "preview", "error", "error.code")),
    text_field("criteria.judge.label"),
    compares("outcome", equal, tuple(Outcome)),
    compares("outcome", ("~",), ("ed$", "x", "pass")),
    compares("unstable", equal, ("true", "false")),
    compares("instability", order, ("0", "1", "50%", "none", "0.7")),
    *(
        compares(name, order, numbers)
        for name in ("index", "score", "trials", "latency", "tokens", "input_tokens", "cost")
    ),
    compares("criteria.judge.score", order, numbers),
    compares("criteria.exact.passed", equal, ("true", "false", "none")),
    compares("extra.status", order, numbers),
    compares("extra.url", (*equal,), values),
    compares("extra.inner.n", order, numbers),
    compares("extra.tags", equal, values),
    *map(body_field, BODIES),
)
json_values: Any = st.sampled_from((None, "", "refund", 3, "3", 0.25, ["refund", "x"], []))
extras = st.fixed_dictionaries(
    {},
    optional={
        "status": json_values.filter(lambda value: not isinstance(value, list)),
        "url": texts,
        "inner": st.fixed_dictionaries({"n": st.sampled_from((1, "3", None))}),
        "tags": st.sampled_from((["refund"], ["x", "none"], [])),
    },
)
usages = st.none() | st.builds(
    Usage, input_tokens=small, output_tokens=small, total_tokens=small, cost_usd=figures
)
errors = st.none() | st.builds(ErrorInfo, code=st.none() | texts, message=texts)


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    trial = st.builds(
        make_trial,
        trial_id=st.sampled_from("abc"),
        outcome=st.sampled_from(Outcome),
        output=st.none() | texts,
        input=st.none() | texts,
        expected=st.none() | texts,
        latency_s=figures,
        usage=usages,
        error=errors,
        scores=st.tuples(
            st.builds(
                make_score,
                name=st.just("judge"),
                type=st.just(CriterionType.NUMERIC),
                value=figures,
                label=st.none() | texts,
                reason=st.none() | texts,
            ),
            st.builds(make_score, name=st.just("exact"), passed=st.none() | st.booleans()),
        )
        | st.just(()),
    )
    return [
        Row(
            key=f"{draw(texts)}{i}",
            label=draw(texts),
            trials=tuple(draw(st.lists(trial, max_size=2, unique_by=lambda one: one.id))),
            index=draw(small),
            extra=draw(extras),
        )
        for i in range(draw(st.integers(1, 4)))
    ]


thorough = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def fill(store: Store) -> None:
    while store.search.fill():
        pass


def trials_of(store: Store, ref: RunRef, key: str) -> tuple[Trial, ...]:
    row = store.row(ref, key)
    assert row is not None
    return row.trials


@thorough
@given(rows(), st.lists(trees(row_leaves), min_size=1, max_size=6), st.integers(0, 4))
def test_rows_found_in_sql_are_those_found_by_reading(
    made: list[Row], filters: list[str], indexed: int
) -> None:
    store = open_store()
    for place, row in enumerate(made):
        store.apply_rows(REF, rows_page(row))
        if place < indexed:
            fill(store)
    view = store.rows(REF, RowQuery())
    facts = {
        head.key: row_facts(row_record(REF, head), head, trials_of(store, REF, head.key))
        for head in view.fetch(0, view.count())
    }
    for text in filters:
        note(text)
        node = parse(text)
        assert node is not None
        expected = [
            key for key, (record, words) in facts.items() if matches(node, record, words, ROW_KINDS)
        ]
        assert keys(store, RowQuery(text=text)) == expected
    store.close()


run_leaves = st.one_of(
    st.sampled_from(WORDS),
    *(
        text_field(name)
        for name in ("name", "group", "group.name", "model", "raw_status", "url", "warning")
    ),
    *(text_field(name) for name in ("error", "error.code", "connection", "id")),
    compares("status", equal, tuple(Status)),
    compares("provider", equal, tuple(ProviderKind)),
    compares("kind", equal, ("eval", "batch")),
    compares("live", equal, ("true", "false")),
    *(
        compares(name, order, numbers)
        for name in ("score", "score.max", "total", "done", "passed", "errored", "tokens")
    ),
    *(compares(name, order, numbers) for name in ("input_tokens", "cost")),
    compares("pass_rate", order, ("0", "0.5", "100%", "25%", "none")),
    compares("criteria.judge.score", order, numbers),
    compares("criteria.judge.passed", order, numbers),
    compares("criteria", equal, ("judge", "other", "none")),
    compares("age", ("<", "<=", ">", ">="), ("1h", "90m", "1d", "1w")),
    compares("duration", order, ("1h", "60m", "3600", "none")),
    *(
        compares(name, order, ("2026-11-19", "2026-11-20", "none"))
        for name in ("started", "created", "ended")
    ),
    compares("metadata.n", order, numbers),
    compares("metadata.team", equal, values),
    compares("metadata", equal, ("none",)),
    compares("config.inner.n", order, numbers),
    *map(body_field, BODIES),
)
moments = st.none() | st.sampled_from(
    [START - timedelta(hours=hours) for hours in (0, 1, 2, 24, 200)]
)


@st.composite
def run(draw: st.DrawFn, number: int) -> Run:
    return make_run(
        f"run_{number}",
        connection=draw(st.sampled_from(("prod", "refund"))),
        provider=draw(st.sampled_from(ProviderKind)),
        status=draw(st.sampled_from(Status)),
        raw_status=draw(texts),
        name=draw(st.none() | texts),
        group=draw(st.none() | st.builds(Group, id=texts, name=st.none() | texts)),
        models=tuple(draw(st.lists(texts, max_size=2))),
        created_at=draw(moments),
        started_at=draw(moments),
        ended_at=draw(moments),
        counts=draw(
            st.builds(Counts, total=small, done=small, passed=small, failed=small, errored=small)
        ),
        score=draw(st.none() | st.builds(ScoreStats, mean=st.sampled_from(FIGURES), max=figures)),
        criteria=tuple(
            draw(
                st.lists(
                    st.builds(
                        CriterionStats,
                        name=st.sampled_from(("judge", "other")),
                        type=st.sampled_from(CriterionType),
                        n=small,
                        passed=small,
                        failed=small,
                        errored=small,
                        mean=figures,
                    ),
                    max_size=2,
                    unique_by=lambda one: one.name,
                )
            )
        ),
        usage=tuple(
            draw(
                st.lists(
                    st.builds(
                        ModelUsage,
                        model=texts,
                        input_tokens=small,
                        output_tokens=small,
                        total_tokens=small,
                        cost_usd=figures,
                    ),
                    max_size=2,
                )
            )
        ),
        error=draw(errors),
        url=draw(st.none() | texts),
        metadata=draw(
            st.fixed_dictionaries(
                {}, optional={"n": st.sampled_from((3, "3", 0.25)), "team": texts}
            )
        ),
        config=draw(st.sampled_from(({}, {"inner": {"n": 1}}, {"inner": [{"n": 3}, {"n": 0}]}))),
        warnings=tuple(draw(st.lists(texts, max_size=1))),
    )


@thorough
@given(
    st.tuples(run(0), run(1), run(2)),
    st.lists(st.sampled_from(Outcome), max_size=4),
    st.booleans(),
    st.lists(trees(run_leaves), min_size=1, max_size=6),
    st.tuples(rows(), st.booleans()),
)
def test_runs_found_in_sql_are_those_found_by_reading(
    made: tuple[Run, ...],
    outcomes: list[Outcome],
    complete: bool,
    filters: list[str],
    others: tuple[list[Row], bool],
) -> None:
    store = Store.open(None, clock=FakeClock())
    for one in made:
        store.apply_run(one)
    # The first run has rows of its own, which complete or replace what its provider tells.
    store.begin_walk(made[0].ref)
    scored = (make_score(type=CriterionType.NUMERIC, value=3.0),)
    page = rows_page(
        *outcomes_page(outcomes).rows,
        make_row("scored", make_trial(scores=scored)),
        notes=("refund",),
    )
    store.apply_rows(made[0].ref, page)
    page, indexed = rows_page(*others[0]), others[1]
    if indexed:
        fill(store)
    store.end_walk(made[0].ref, complete=complete)
    store.apply_rows(made[1].ref, page)
    view = store.runs(RunQuery())
    facts = {
        str(stored.run.ref): run_facts(
            run_record(stored, stale=False),
            stored,
            START,
            [
                trial
                for key in keys(store, ref=stored.run.ref)
                for trial in trials_of(store, stored.run.ref, key)
            ],
        )
        for stored in view.fetch(0, 9)
    }
    for text in filters:
        note(text)
        node = parse(text)
        assert node is not None
        expected = [
            ref for ref, (record, words) in facts.items() if matches(node, record, words, RUN_KINDS)
        ]
        found = store.runs(RunQuery(text=text)).fetch(0, 9)
        assert [str(stored.run.ref) for stored in found] == expected
    store.close()
