"""What goes in comes out, whatever a provider sends."""

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.clock import FakeClock
from tests.store import strategies
from tests.store.builders import (
    REF,
    make_row,
    make_run,
    make_score,
    make_trial,
    open_store,
    rows_page,
    shown,
)
from tui.models import ErrorInfo, JsonValue, Outcome, Row, Run, RunRef, Usage
from tui.store import RowQuery, Store
from tui.store.codec import dumps, from_json, loads, reader
from tui.store.model_encoders import as_json

wild = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@wild
@given(strategies.runs)
def test_a_run_comes_back_as_it_was(run: Run) -> None:
    store = open_store(run=run)
    assert shown(store, run.ref) == run
    assert not store.apply_run(run)
    store.close()


@wild
@given(strategies.rows)
def test_a_row_comes_back_as_it_was(row: Row) -> None:
    store = open_store()
    store.apply_rows(REF, rows_page(row))
    assert store.row(REF, row.key) == row
    (head,) = store.rows(REF, RowQuery()).fetch(0, 10)
    assert (head.key, head.label, head.index, head.extra) == (
        row.key,
        row.label,
        row.index,
        row.extra,
    )
    assert head.outcomes == tuple(trial.outcome for trial in row.trials)
    store.close()


@wild
@given(st.lists(strategies.numbers | st.none(), min_size=1, max_size=90))
def test_the_list_has_every_digit_of_a_number(numbers: list[float | None]) -> None:
    store = open_store()
    told = [
        make_row(f"r{at}", make_trial(latency_s=number), index=at)
        for at, number in enumerate(numbers)
    ]
    store.apply_rows(REF, rows_page(*told))
    heads = store.rows(REF, RowQuery()).fetch(0, 100)
    assert [head.latency_s for head in heads] == numbers
    store.close()


def test_the_list_has_every_character_of_a_text() -> None:
    label = "".join(map(chr, range(0x250))) + '"\\\x00 \u2028😀'
    store = open_store()
    store.apply_rows(REF, rows_page(replace(make_row(label), label=label)))
    (head,) = store.rows(REF, RowQuery()).fetch(0, 10)
    assert (head.key, head.label) == (label, label)
    store.close()


@wild
@given(strategies.json_values)
def test_the_quick_reader_reads_the_same_but_for_integers_beyond_64_bits(value: JsonValue) -> None:
    data = dumps(value)
    assume(not re.search(rb"\d{19}", data))
    assert repr(reader()(data)) == repr(loads(data))


def test_times_are_utc_whatever_zone_they_came_in() -> None:
    east = datetime(2026, 11, 20, 14, tzinfo=timezone(timedelta(hours=2)))
    run = make_run(started_at=east)
    read = from_json(Run, loads(dumps(as_json(run))))
    assert read.started_at == east
    assert read.started_at is not None
    assert read.started_at.tzinfo is UTC


def test_what_json_cannot_hold_becomes_null() -> None:
    deep: list[object] = []
    for _ in range(3000):
        deep = [deep]
    row = make_row(
        "r",
        make_trial(
            output={"nan": math.nan, "inf": [math.inf], "kept": 1},
            raw=deep,
            latency_s=math.nan,
            scores=(make_score(value=-math.inf),),
            usage=Usage(cost_usd=math.nan, total_tokens=10**5000),
        ),
    )
    store = open_store()
    store.apply_rows(REF, rows_page(row))
    stored = store.row(REF, "r")
    assert stored is not None
    (trial,) = stored.trials
    assert trial.output == {"nan": None, "inf": [None], "kept": 1}
    assert trial.latency_s is None
    assert trial.scores[0].value is None
    assert trial.usage == Usage()
    store.close()


def test_lone_surrogates_and_nul_bytes_do_not_stop_a_write() -> None:
    bad = "a\ud800b\x00c"
    ref = RunRef("prod", bad)
    store = open_store(run=make_run(bad, name=bad, raw_status=bad))
    trial = make_trial(bad, Outcome.ERRORED, output=bad, error=ErrorInfo(bad, bad))
    row = make_row(bad, trial, label=bad)
    store.apply_rows(ref, rows_page(row, resume=bad, notes=(bad,)))
    store.end_walk(ref, complete=False, error=bad)
    store.set_connection(bad, ok_at=None, error=bad, remedy=bad)
    read = store.row(ref, bad)
    assert read is not None
    assert read.trials[0].output == bad
    assert shown(store, ref).name == bad
    assert store.connection_state(bad) is not None
    store.close()


def test_huge_counts_are_cut_only_where_sqlite_must_sort_them() -> None:
    store = open_store()
    trial = make_trial(usage=Usage(total_tokens=10**30))
    store.apply_rows(REF, rows_page(make_row("r", trial, index=10**30), expected_rows=10**30))
    (head,) = store.rows(REF, RowQuery(sort="tokens")).fetch(0, 1)
    assert head.usage == Usage(total_tokens=10**30)
    store.close()


def test_everything_survives_closing(tmp_path: Path) -> None:
    row = make_row("r", make_trial(output="said"), index=3)
    store = open_store(tmp_path)
    store.apply_rows(REF, rows_page(row, resume="page 2", expected_rows=9, notes=("a note",)))
    before = store.run(REF)
    store.close()
    again = Store.open(tmp_path, clock=FakeClock())
    assert again.run(REF) == before
    assert again.row(REF, "r") == row
    again.close()
