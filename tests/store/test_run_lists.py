"""Lists of runs: order, search, references, and what is known of lists and connections."""

from datetime import datetime, timedelta

import pytest

from tests.clock import START, FakeClock
from tests.store.builders import listed, make_row, make_run, open_store, rows_page, walk
from tui.models import Counts, Group, ProviderKind, RunRef, ScoreStats, Status
from tui.providers.base import RunSource
from tui.store import RunQuery, Store, StoredRun, View
from tui.store.types import RunSort


def names(store: Store, query: RunQuery) -> list[str]:
    view = store.runs(query)
    return [stored.run.id for stored in view.fetch(0, view.count())]


# Order and search


def test_sorting_puts_the_unknown_last_both_ways() -> None:
    store = Store.open(None, clock=FakeClock())
    hour = timedelta(hours=1)
    listed(
        store,
        make_run(
            "a",
            Status.COMPLETED,
            name="Zebra",
            started_at=START - 3 * hour,
            ended_at=START - 2 * hour,
            counts=Counts(passed=1, failed=1),
        ),
        make_run("b", Status.FAILED, name="apple", started_at=START - 2 * hour),
        make_run(
            "c",
            Status.RUNNING,
            started_at=None,
            created_at=START - 9 * hour,
            score=ScoreStats(4.5, scale_max=5),
        ),
        make_run("d", Status.QUEUED, name="Mango", started_at=None),
    )
    orders: dict[RunSort, tuple[str, str]] = {
        "status": ("cdba", "abdc"),
        "started": ("cabd", "dbac"),
        "score": ("acdb", "cadb"),
        "duration": ("acdb", "cadb"),
        "name": ("bcda", "adcb"),
    }
    for sort, (up, down) in orders.items():
        assert "".join(names(store, RunQuery(sort=sort, descending=False))) == up, sort
        assert "".join(names(store, RunQuery(sort=sort))) == down, sort
    store.close()


def test_every_other_column_of_the_list_sorts() -> None:
    hour = timedelta(hours=1)
    store = open_store(
        run=make_run(
            "a",
            Status.RUNNING,
            group=Group("g1", "zoo"),
            models=("gpt",),
            counts=Counts(total=10, done=9),
            deadline_at=START + 2 * hour,
        )
    )
    listed(
        store,
        make_run(
            "b", group=Group("beta", None), models=("Claude", "x"), counts=Counts(total=4, done=1)
        ),
        make_run(
            "c",
            Status.QUEUED,
            group=Group("g2", "Ape"),
            counts=Counts(done=5),
            deadline_at=START + hour,
        ),
    )
    orders: dict[RunSort, tuple[str, str]] = {
        "progress": ("bac", "abc"),
        "group": ("cba", "abc"),
        "model": ("bac", "abc"),
        "deadline": ("cab", "acb"),
    }
    for sort, (up, down) in orders.items():
        assert "".join(names(store, RunQuery(sort=sort, descending=False))) == up, sort
        assert "".join(names(store, RunQuery(sort=sort))) == down, sort
    store.close()


def test_the_score_column_sorts_by_what_is_shown() -> None:
    store = open_store(run=make_run("a", counts=Counts(passed=1, failed=3)))
    listed(store, make_run("b", counts=Counts(passed=1, failed=1)))
    query = RunQuery(sort="score")
    assert names(store, query) == ["b", "a"]
    walk(store, rows_page(make_row("1"), make_row("2")), ref=RunRef("prod", "a"))
    assert names(store, query) == ["b", "a"]  # two rows do not outweigh four told ones
    walk(store, rows_page(*(make_row(str(i)) for i in range(4))), ref=RunRef("prod", "a"))
    assert names(store, query) == ["a", "b"]
    store.close()


def test_the_filter_wants_every_word_anywhere_in_any_case() -> None:
    store = Store.open(None, clock=FakeClock())
    listed(
        store,
        make_run("a", name="Nightly ÄRGER", group=Group("g1", "Support FAQ")),
        make_run("b", name="100%_sure", models=("gpt-5-mini",), status=Status.FAILED),
        make_run("c", connection="azure", provider=ProviderKind.AZURE_OPENAI),
    )
    for text, found in {
        "nightly support": "a",
        "ärger": "a",
        "%_": "b",
        "GPT failed": "b",
        "azure": "c",
        "running": "ca",
        "nightly failed": "",
        "  ": "cba",
    }.items():
        assert sorted(names(store, RunQuery(text=text))) == sorted(found), text
    assert names(store, RunQuery(connections=("azure",))) == ["c"]
    assert names(store, RunQuery(connections=())) == []
    assert sorted(names(store, RunQuery(live_only=True))) == ["a", "c"]
    assert len(names(store, RunQuery(limit=2))) == 2
    store.close()


def test_run_views_are_snapshots() -> None:
    store = open_store(run=make_run("a", started_at=START))
    view: View[StoredRun] = store.runs(RunQuery())
    listed(store, make_run("b", started_at=START + timedelta(hours=1)))
    listed(store, make_run("a", started_at=START, name="renamed"))
    assert view.count() == 1
    assert view.fetch(0, 10)[0].run.name == "renamed"
    assert view.key_at(0) == "prod/a"
    assert view.index_of("prod/a") == 0
    assert view.index_of("prod/b") is None
    assert view.index_of("no reference") is None
    for outside in (1, -1):
        with pytest.raises(IndexError):
            view.key_at(outside)
    assert store.runs(RunQuery()).index_of("prod/a") == 1
    store.close()


# References


def found(store: Store, text: str, connections: list[str] | None = None) -> list[str]:
    return [str(stored.run.ref) for stored in store.find_runs(text, connections)]


def test_references_are_found_by_the_first_rule_that_fits() -> None:
    store = Store.open(None, clock=FakeClock())
    listed(
        store,
        make_run("eval_a/run_abc", started_at=START),
        make_run("eval_a/run_abd", name="run_abc", started_at=START + timedelta(hours=1)),
        make_run("eval_b/nightly", name="a/b"),
        make_run("4712", connection="docs", name="run"),
    )
    assert found(store, "prod/eval_a/run_abc") == ["prod/eval_a/run_abc"]
    assert found(store, "eval_a/run_abd") == ["prod/eval_a/run_abd"]
    assert found(store, "run_abc") == ["prod/eval_a/run_abc"]
    assert found(store, "a/b") == ["prod/eval_b/nightly"]
    assert found(store, "run_a") == ["prod/eval_a/run_abd", "prod/eval_a/run_abc"]
    assert found(store, "run") == ["docs/4712"]
    assert found(store, "nig") == []
    assert found(store, "nigh") == ["prod/eval_b/nightly"]
    assert found(store, "prod/nightly") == ["prod/eval_b/nightly"]
    assert found(store, "prod/nigh") == ["prod/eval_b/nightly"]
    assert found(store, "471%") == []
    assert found(store, "docs/4712", ["prod"]) == []
    assert found(store, "4712", ["docs"]) == ["docs/4712"]
    assert found(store, "4712", []) == []
    store.close()


# Connections and lists


def test_live_runs_and_counts() -> None:
    store = Store.open(None, clock=FakeClock())
    listed(
        store,
        make_run("a"),
        make_run("b", Status.QUEUED, deadline_at=START - timedelta(seconds=1)),
        make_run("c", Status.FAILED),
        make_run("d", Status.COMPLETED),
        make_run("e", Status.EXPIRED, connection="docs"),
    )
    assert {stored.run.id for stored in store.live_runs("prod")} == {"a", "b"}
    assert store.live_runs("docs") == []
    assert store.counts() == {"runs": 5, "live": 2, "trouble": 3, "news": 0}
    assert store.counts(["docs"]) == {"runs": 1, "live": 0, "trouble": 1, "news": 0}
    assert store.counts([]) == {"runs": 0, "live": 0, "trouble": 0, "news": 0}
    store.close()


def test_run_lists_tell_when_they_were_checked() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    source = RunSource("eval_a", Group("eval_a", "support"), created_at=1.5)
    store.apply_runs("prod", "eval_a", [make_run(), make_run("x", Status.FAILED)], complete=True)
    clock.advance(5)
    store.set_source_checked("prod", source, at=clock.now())
    store.set_source_checked("prod", RunSource("batches"), at=START)
    batches, evals = store.sources("prod")
    assert (batches.source.id, batches.complete_at, batches.live_runs) == ("batches", None, 0)
    assert evals.source == source
    assert (evals.checked_at, evals.complete_at) == (clock.now(), START)
    assert (evals.live_runs, evals.newest_run_at) == (1, START - timedelta(hours=1))
    assert store.sources("docs") == []
    clock.advance(5)
    store.apply_runs("prod", "eval_a", [make_run()], complete=False, checked=source)
    _, evals = store.sources("prod")
    assert (evals.source, evals.checked_at, evals.complete_at) == (source, clock.now(), START)
    store.close()


def test_a_connections_failure_lasts_from_its_first_sighting() -> None:
    clock = FakeClock()
    store = Store.open(None, clock=clock)
    assert store.connection_state("prod") is None

    def note(ok_at: datetime | None, error: str | None) -> bool:
        remedy = None if error is None else "Wait."
        return bool(store.set_connection("prod", ok_at=ok_at, error=error, remedy=remedy))

    assert note(START, None)
    clock.advance(60)
    assert not note(clock.now(), None)
    assert note(None, "refused")
    clock.advance(60)
    assert note(None, "timed out")
    assert not note(None, "timed out")
    state = store.connection_state("prod")
    assert state is not None
    minute = timedelta(minutes=1)
    assert (state.ok_at, state.since) == (START + minute, START + minute)
    assert (state.error, state.remedy) == ("timed out", "Wait.")
    assert note(clock.now(), None)
    state = store.connection_state("prod")
    assert state is not None
    assert (state.error, state.remedy, state.since) == (None, None, None)
    store.close()
