"""`wait` and `watch`: until runs have ended, and what happens meanwhile."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.commands.conftest import Desk, call
from tui.errors import AuthError, ServerFaultError, UsageError
from tui.models import RunRef, Status
from tui.presentation.records import RUN_FIELDS
from tui.store import RunQuery


async def live_refs(desk: Desk, connection: str, status: Status = Status.RUNNING) -> list[str]:
    await call(desk.session(connection), "runs")
    view = desk.services.store.runs(RunQuery(connections=(connection,), live_only=True))
    found = view.fetch(0, view.count())
    return [str(stored.run.ref) for stored in found if stored.run.status is status]


def lines(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(line) for line in desk.out.getvalue().splitlines()]


async def test_a_run_is_waited_for_until_it_has_completed(desk: Desk) -> None:
    (ref, *_others) = await live_refs(desk, "docs")
    assert await call(desk.session(), "wait", ref, "--format=json") == 0
    (told,) = json.loads(desk.out.getvalue())
    assert (told["ref"], told["status"]) == (ref, "completed")
    assert tuple(told) == RUN_FIELDS
    story = desk.err.getvalue()
    assert f"{ref} is " in story
    assert f"{ref} completed: " in story


async def test_each_event_is_a_json_line(desk: Desk) -> None:
    (ref, *_others) = await live_refs(desk, "docs")
    assert await call(desk.session(), "wait", ref, "--format=jsonl") == 0
    told = lines(desk)
    assert all(tuple(event) == ("at", "event", "ref", "run") for event in told)
    events = [event["event"] for event in told]
    assert (events[0], events[-1]) == ("waiting", "ended")
    assert "progress" in events
    assert {event["ref"] for event in told} == {ref}
    assert told[-1]["run"]["status"] == "completed"


async def test_a_run_that_ended_badly_is_3_and_one_that_ended_well_0(desk: Desk) -> None:
    await call(desk.session(), "runs")
    view = desk.services.store.runs(RunQuery(text="status:failed"))
    failed = str(view.fetch(0, 1)[0].run.ref)
    view = desk.services.store.runs(RunQuery(text="status:completed"))
    completed = str(view.fetch(0, 1)[0].run.ref)
    assert await call(desk.session(), "wait", completed) == 0
    assert await call(desk.session(), "wait", completed, failed) == 3


async def test_when_the_time_is_up_it_says_how_many_are_left(desk: Desk) -> None:
    refs = await live_refs(desk, "prod")
    assert await call(desk.session(), "wait", refs[0], "--timeout=3s") == 75
    assert "1 of 1 runs have not ended" in desk.err.getvalue()


async def test_an_outage_is_told_once_and_survived(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ref, *_others) = await live_refs(desk, "docs")
    sync = await desk.services.links["docs"].sync()
    ask = sync.provider.get_run
    asked = 0

    async def flaky(wanted: RunRef) -> Any:
        nonlocal asked
        asked += 1
        if 2 <= asked <= 12:
            raise ServerFaultError("docs: the provider failed (500).")
        return await ask(wanted)

    monkeypatch.setattr(sync.provider, "get_run", flaky)
    assert await call(desk.session(), "wait", ref) == 0
    story = desk.err.getvalue()
    assert story.count("the provider failed (500)") == 1
    assert story.count("recovered") == 1


async def test_a_key_that_never_worked_ends_it(locked_desk: Desk) -> None:
    desk = locked_desk
    await call(desk.session("prod"), "runs")
    run = desk.services.store.live_runs("prod")[0].run
    desk.services.store.apply_run(replace(run, ref=RunRef("docs", "4711"), id="4711"))
    with pytest.raises(AuthError):
        await call(desk.session(), "wait", "docs/4711")


async def test_a_wrong_time_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match="time such as"):
        await call(desk.session(), "wait", "prod/x", "--timeout=soon")


async def test_watch_prints_what_happens_until_it_is_interrupted(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call(desk.session(), "runs")
    watching = asyncio.ensure_future(call(desk.session("docs"), "watch", "--format=jsonl"))
    heard = asyncio.Event()

    def flushed() -> None:
        if desk.out.getvalue():
            heard.set()

    monkeypatch.setattr(desk.out, "flush", flushed)
    await asyncio.wait_for(heard.wait(), 60)
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching
    told = lines(desk)
    assert {event["run"]["connection"] for event in told} == {"docs"}
    assert {event["event"] for event in told} & {"completed", "failed", "running"}
    assert "Watching docs" in desk.err.getvalue()
