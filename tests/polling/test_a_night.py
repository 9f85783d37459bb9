"""Left running over outages, sleeps and jumping clocks: what the servers are asked."""

import pytest

from tests.polling.simulated import Night, night, visible
from tests.providers.contract.case import Case
from tests.providers.contract.cases_azure_openai import AzureCase
from tests.providers.contract.cases_datalab import DatalabCase
from tests.providers.contract.cases_gomodel import GoModelCase
from tests.providers.contract.cases_openai import OpenAICase
from tests.providers.contract.cases_weave import WeaveCase
from tui.polling.health import HealthState

HOUR_S = 3600.0


def five() -> list[Case]:
    return [OpenAICase(), AzureCase(), WeaveCase(), DatalabCase(), GoModelCase()]


def look(asleep: Night) -> None:
    """Show a few runs of each connection, and open one."""
    refs = visible(asleep)
    asleep.poller.set_visible(refs)
    asleep.poller.focus(refs[0])


async def test_two_hundred_live_runs_stay_within_every_budget(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with night(five(), monkeypatch, live=40) as asleep:
        await asleep.clock.pass_time(60)
        assert sum(len(asleep.store.live_runs(one.config.name)) for one in asleep.servers) == 200
        look(asleep)
        await asleep.clock.pass_time(600)
        for server in asleep.servers:
            limit = server.config.poll.max_requests_per_min
            assert limit <= 60
            assert server.busiest_minute() <= limit, server.config.name
            assert server.asked, server.config.name
        assert asleep.stale(60) == []


async def test_an_opened_run_is_asked_at_once_however_many_are_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with night([OpenAICase()], monkeypatch, live=40) as asleep:
        await asleep.clock.pass_time(60)
        refs = visible(asleep, each=40)
        asleep.poller.set_visible(refs)
        asleep.poller.change_pace(faster=True)
        await asleep.clock.pass_time(150)
        for server in asleep.servers:
            assert server.busiest_minute() <= server.config.poll.max_requests_per_min
            for ref in [one for one in refs if one.connection == server.config.name][:3]:
                server.take()
                asleep.poller.focus(ref)
                await asleep.clock.pass_time(3)
                rows = f"{ref.path.split('/')[-1]}/output_items"
                assert [line for line in server.take() if rows in line], ref


@pytest.mark.parametrize("hours", [1, pytest.param(12, marks=pytest.mark.nightly)])
async def test_an_outage_is_quiet_and_over_by_itself(
    hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with night(five(), monkeypatch, live=8) as asleep:
        await asleep.clock.pass_time(120)
        look(asleep)
        await asleep.clock.pass_time(120)
        for server in asleep.servers:
            server.take()
        asleep.break_all()
        await asleep.clock.pass_time(hours * HOUR_S)
        states = {health.state for health in asleep.poller.status().values()}
        assert states == {HealthState.ERROR}
        asked = {server.config.name: len(server.take()) for server in asleep.servers}
        assert max(asked.values()) <= 130 * hours, asked
        assert min(asked.values()) >= 60 * hours, asked
        asleep.mend_all()
        await asleep.clock.pass_time(35)
        assert asleep.stale(35) == []
        assert {health.state for health in asleep.poller.status().values()} == {HealthState.OK}
        for server in asleep.servers:
            assert server.busiest_minute() <= server.config.poll.max_requests_per_min


async def test_a_short_outage_is_over_as_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    async with night(five(), monkeypatch, live=5) as asleep:
        await asleep.clock.pass_time(120)
        for seconds in (20, 600):
            asleep.break_all()
            await asleep.clock.pass_time(seconds)
            asleep.mend_all()
            await asleep.clock.pass_time(35)
            assert asleep.stale(35) == [], seconds
            await asleep.clock.pass_time(60)


async def test_what_has_ended_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async with night(five(), monkeypatch, live=0, ended=5) as asleep:
        await asleep.clock.pass_time(60)
        await asleep.clock.pass_time(600)
        before = {server.config.name: set(server.take()) for server in asleep.servers}
        await asleep.clock.pass_time(HOUR_S)
        for server in asleep.servers:
            asked = server.take()
            assert set(asked) <= before[server.config.name]
            paths = [path.split("?")[0] for path in asked]
            for n in range(5):
                name = server.site.case.run_path(n).split("/")[-1]
                assert not [path for path in paths if f"/{name}" in path], server.config.name


async def test_a_sleep_and_a_jumping_clock_cause_no_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    async with night(five(), monkeypatch, live=5) as asleep:
        await asleep.clock.pass_time(300)
        look(asleep)
        await asleep.clock.pass_time(60)
        for server in asleep.servers:
            server.take()
        await asleep.clock.pass_time(15)
        usual = {server.config.name: len(server.take()) for server in asleep.servers}
        asleep.clock.suspend(8 * HOUR_S)
        await asleep.clock.pass_time(6)
        woken = {server.config.name: server.take() for server in asleep.servers}
        assert sum(bool(asked) for asked in woken.values()) >= 4, "one may be out of budget"
        for asked in woken.values():
            # A focused run is asked by its own loop and by the list's, once each.
            assert all(asked.count(line) <= 2 for line in asked), asked
        await asleep.clock.pass_time(60)
        assert asleep.stale(60) == []
        for days in (1, -1, -1, 1):
            await asleep.clock.pass_time(30)
            for server in asleep.servers:
                server.take()
            asleep.clock.jump(days * 86_400)
            await asleep.clock.pass_time(15)
            for server in asleep.servers:
                assert len(server.take()) <= usual[server.config.name] + 5
        assert all(age >= 0 for age in ages(asleep))


def ages(asleep: Night) -> list[float]:
    now = asleep.clock.now()
    known = (health.ok_at for health in asleep.poller.status().values())
    return [(now - at).total_seconds() for at in known if at is not None]


async def test_one_that_is_down_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async with night(five(), monkeypatch, live=5) as asleep:
        await asleep.clock.pass_time(120)
        for server in asleep.servers:
            asleep.break_all()
            for other in asleep.servers:
                if other is not server:
                    other.site.fault = None
            await asleep.clock.pass_time(300)
            assert asleep.stale(120) == [server.config.name]
        asleep.mend_all()
        await asleep.clock.pass_time(35)
        assert asleep.stale(120) == []
