from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tui.config import PollSettings
from tui.errors import AuthError, ProviderError, RetiredError, ServerFaultError
from tui.models import Counts, ProviderKind, Run, RunKind, RunRef, Status
from tui.polling.discovery import SourceFacts, choose, per_tick
from tui.polling.schedule import (
    failure_delay_s,
    list_delay_s,
    needs_detail,
    run_interval_s,
)
from tui.providers.base import Capabilities, RunSource
from tui.store import StoredRun, SyncState

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = PollSettings(5, 15, 60, 60)


def run(status: Status) -> Run:
    return Run(RunRef("prod", "r"), ProviderKind.OPENAI, RunKind.EVAL, "r", status, status.value)


@pytest.mark.parametrize(("live", "wish"), [(True, 15), (False, 60)])
def test_lists_are_asked_at_the_pace_of_what_is_live(live: bool, wish: float) -> None:
    delays = [list_delay_s(SETTINGS, Random(n), any_live=live) for n in range(200)]
    assert min(delays) >= wish * 0.9
    assert max(delays) <= wish * 1.1
    assert len({round(delay, 6) for delay in delays}) > 100


def test_failures_back_off_to_half_a_minute_and_no_further() -> None:
    error = ServerFaultError("down")
    delays = [failure_delay_s(error, n, NOW, Random(1)) for n in (1, 2, 3, 20)]
    assert delays == sorted(delays)
    assert delays[0] < 3
    assert 26 < delays[-1] < 34


def test_a_wish_of_the_server_is_never_undercut() -> None:
    error = ProviderError("slow", retry_at=NOW + timedelta(seconds=300))
    assert all(failure_delay_s(error, 1, NOW, Random(n)) >= 300 for n in range(50))


@pytest.mark.parametrize(
    ("error", "least"), [(AuthError("no"), 200), (RetiredError("gone"), 70_000)]
)
def test_what_does_not_mend_itself_is_asked_rarely(error: ProviderError, least: float) -> None:
    assert failure_delay_s(error, 1, NOW, Random(3)) > least


def test_a_quiet_run_is_asked_less_and_less() -> None:
    def interval(hours: float, *, focused: bool = False) -> float | None:
        return run_interval_s(SETTINGS, focused=focused, idle_for=timedelta(hours=hours))

    assert interval(0) == 15
    assert interval(1.5) == 60
    assert interval(25) is None
    assert interval(25, focused=True) == 5


LISTED = Capabilities(can_cancel=True)
UNCOUNTED = Capabilities(can_cancel=True, list_counts=False)
STALE = Capabilities(can_cancel=True, list_refreshes=False)


@pytest.mark.parametrize(
    ("capabilities", "status", "visible", "age_s", "total", "asked", "expected"),
    [
        (LISTED, Status.RUNNING, True, 0, 10, False, False),
        (LISTED, Status.RUNNING, True, 60, 10, True, True),
        (LISTED, Status.RUNNING, True, 0, None, False, True),
        (LISTED, Status.RUNNING, True, 0, None, True, False),
        (LISTED, Status.RUNNING, True, -86_400, 10, True, True),
        (LISTED, Status.RUNNING, False, 60, None, False, False),
        (UNCOUNTED, Status.RUNNING, True, 0, 10, True, True),
        (UNCOUNTED, Status.RUNNING, False, 0, 10, True, False),
        (STALE, Status.RUNNING, False, 0, 10, True, True),
        (STALE, Status.COMPLETED, True, 60, 10, False, False),
        (LISTED, Status.COMPLETED, True, 60, 10, False, False),
    ],
)
def test_only_live_runs_that_no_list_tells_are_asked_by_themselves(
    capabilities: Capabilities,
    status: Status,
    *,
    visible: bool,
    age_s: float,
    total: int | None,
    asked: bool,
    expected: bool,
) -> None:
    told = NOW - timedelta(seconds=age_s)
    stored = StoredRun(
        replace(run(status), counts=Counts(total=total)), told, told, told, SyncState()
    )
    since = NOW - timedelta(seconds=18)
    needed = needs_detail(stored, capabilities, visible=visible, asked=asked, since=since, now=NOW)
    assert needed is expected


def facts(
    name: str, minutes: float | None, *, live: bool = False, newest: float | None = None
) -> SourceFacts:
    return SourceFacts(
        RunSource(name),
        None if minutes is None else NOW - timedelta(minutes=minutes),
        live,
        None if newest is None else NOW - timedelta(hours=newest),
    )


def test_live_evals_come_first_then_new_ones_then_the_longest_unasked() -> None:
    known = [
        facts("old", 60),
        facts("older", 90),
        facts("new", None),
        facts("live", 1, live=True),
        facts("active", 30, newest=1),
    ]
    assert [s.id for s in choose(known, now=NOW, most=4)] == ["live", "new", "active", "older"]


def test_many_live_evals_do_not_starve_the_rest() -> None:
    known = [facts(f"live{n}", n, live=True) for n in range(20)] + [facts("quiet", 500)]
    chosen = [source.id for source in choose(known, now=NOW, most=4)]
    assert "quiet" in chosen
    assert chosen[0] == "live19"


def test_every_source_is_reached_in_turn() -> None:
    checked: dict[str, datetime | None] = {f"eval{n}": None for n in range(50)}
    now = NOW
    for _ in range(10):
        known = [SourceFacts(RunSource(k), v, k == "eval7", None) for k, v in checked.items()]
        for source in choose(known, now=now, most=6):
            checked[source.id] = now
        now += timedelta(minutes=1)
    assert None not in checked.values()


def test_a_tick_takes_half_of_what_accrues() -> None:
    assert per_tick(60, 15) == 7
    assert per_tick(8, 5) == 1
