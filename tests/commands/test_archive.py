"""`archive` over the simulated world."""

import asyncio
import io
import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.commands.conftest import Desk, call
from tui.commands.archive import FIELDS
from tui.errors import MissingError, RateLimitedError, RetiredError, ServerFaultError
from tui.models import RunRef


async def archive(desk: Desk, *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = await call(desk.session(), "archive", "--format=json", *words)
    return code, json.loads(desk.out.getvalue())


def spent(desk: Desk, connection: str) -> int:
    """Return how many requests a connection has had, as its server would count them."""
    return desk.services.links[connection].budget.limit - (
        desk.services.links[connection].budget.left()
    )


async def test_a_connection_comes_whole_with_an_account_of_each_run(desk: Desk) -> None:
    desk.clock.advance(3600)
    code, told = await archive(desk, "prod")
    assert told
    assert all(tuple(one) == FIELDS for one in told)
    assert {one["connection"] for one in told} == {"prod"}
    ended = [one for one in told if one["status"] not in ("running", "queued")]
    complete = [one for one in ended if one["state"] == "complete"]
    assert len(complete) >= len(ended) - 2
    assert all(one["archived_at"] for one in complete)
    for one in complete:
        assert one["rows_expected"] is None or one["trials_stored"] >= one["rows_expected"]
    live = [one for one in told if one["status"] == "running"]
    assert all(one["why"] and one["archived_at"] is None for one in live)
    assert code == (0 if len(complete) == len(told) else 75 if live else 65)
    story = desk.err.getvalue()
    assert f"{len(complete)} complete" in story
    assert f"1/{len(told)} prod/" in story


async def test_a_second_call_asks_only_for_what_is_not_complete(desk: Desk) -> None:
    desk.clock.advance(3600)
    _code, first = await archive(desk, "docs", "--rows-only")
    _code, first = await archive(desk, "docs")
    complete = {one["ref"] for one in first if one["state"] == "complete"}
    assert complete
    sync = await desk.services.links["docs"].sync()
    asked: list[str] = []
    whole = sync.provider.get_run

    async def get_run(ref: RunRef) -> Any:
        asked.append(str(ref))
        return await whole(ref)

    sync.provider.get_run = get_run  # type: ignore[method-assign]  # the test listens
    _code, second = await archive(desk, "docs")
    assert complete.isdisjoint(asked)
    assert {one["ref"] for one in second} >= complete


async def test_documents_are_brought_while_they_exist(desk: Desk) -> None:
    desk.clock.advance(3600)
    _code, told = await archive(desk, "docs")
    opened = [one for one in told if one["trials_opened"]]
    assert opened, "some runs ended within the hour"
    for one in opened:
        ref = RunRef.parse(one["ref"])
        assert sum(desk.services.store.opened(ref).values()) == one["trials_opened"]
    gone = [one for one in told if one["trials_opened"] == 0 < one["trials_stored"]]
    assert gone
    assert all(any("no longer kept" in why for why in one["why"]) for one in gone)


async def test_scorer_calls_of_weave_come_with_it(desk: Desk) -> None:
    desk.clock.advance(7200)
    code, told = await archive(desk, "team-weave", "--limit=2")
    assert len(told) == 2
    for one in told:
        assert one["trials_opened"] == one["trials_stored"] > 0
    assert code in (0, 75)
    assert "trials opened …" in desk.err.getvalue()


class Story(io.StringIO):
    """What is told on stderr, and when its lines of progress were."""

    def __init__(self, desk: Desk, *, terminal: bool) -> None:
        super().__init__()
        self._desk = desk
        self._terminal = terminal
        self.told_at: list[float] = []

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        if text.endswith(" …\n"):
            self.told_at.append(self._desk.clock.monotonic())
        return super().write(text)


@pytest.mark.parametrize(("terminal", "least", "most"), [(True, 2, 10), (False, 30, 60)])
async def test_a_log_has_fewer_lines_of_progress_than_a_terminal(
    desk: Desk, terminal: bool, least: float, most: float
) -> None:
    desk.clock.advance(7200)
    story = Story(desk, terminal=terminal)
    session = desk.session()
    session.err = story
    await call(session, "archive", "team-weave", "--limit=2")
    gaps = [later - before for before, later in pairwise(story.told_at)]
    assert gaps
    assert least <= min(gaps) <= most
    assert "1/2 team-weave/" in story.getvalue()
    assert "2/2 team-weave/" in story.getvalue()


async def test_limit_and_age_choose_the_newest(desk: Desk) -> None:
    await call(desk.session("prod"), "runs", "--format=json")
    newest = [one["ref"] for one in json.loads(desk.out.getvalue())]
    _code, told = await archive(desk, "prod", "--limit=2")
    assert [one["ref"] for one in told] == newest[:2]
    assert desk.err.getvalue().endswith("partial.\n")
    _code, told = await archive(desk, "prod", "--since=1h")
    now = desk.clock.now()
    for one in told:
        stored = desk.services.store.run(RunRef.parse(one["ref"]))
        assert stored is not None
        begun = stored.run.started_at or stored.run.created_at
        assert begun is not None
        assert now - begun < timedelta(hours=2)


async def test_a_stopped_archive_tells_what_it_did_and_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.clock.advance(3600)
    sync = await desk.services.links["prod"].sync()
    whole = sync.provider.get_run
    third = asyncio.Event()
    count = 0

    async def get_run(ref: RunRef) -> Any:
        nonlocal count
        count += 1
        if count == 3:
            third.set()
            await asyncio.Event().wait()
        return await whole(ref)

    monkeypatch.setattr(sync.provider, "get_run", get_run)
    task = asyncio.create_task(call(desk.session(), "archive", "prod", "--format=json"))
    await third.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    told = json.loads(desk.out.getvalue())
    assert len(told) == 3
    assert (told[2]["state"], told[2]["why"]) == ("partial", ["Its rows have not been fetched."])
    story = desk.err.getvalue()
    assert "Stopped." in story
    monkeypatch.setattr(sync.provider, "get_run", whole)
    _code, again = await archive(desk, "prod")
    assert f", {len(again) - 3} not reached." in story


async def test_a_run_that_ends_meanwhile_is_told_as_it_was_judged(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.clock.advance(60)
    sync = await desk.services.links["docs"].sync()
    whole, ended = sync.provider.get_run, asyncio.Event()
    seen: list[RunRef] = []

    async def get_run(ref: RunRef) -> Any:
        found = await whole(ref)
        if found.live or not seen:
            seen.append(ref)
            return found
        desk.clock.advance(7200)
        monkeypatch.setattr(sync.provider, "get_run", whole)
        for one in seen:
            await sync.run(one)  # as an app does that is at work on the same store
        ended.set()
        return await asyncio.Event().wait()

    monkeypatch.setattr(sync.provider, "get_run", get_run)
    task = asyncio.create_task(call(desk.session(), "archive", "docs", "--format=json"))
    await ended.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    told = {one["ref"]: one for one in json.loads(desk.out.getvalue())}
    live = [one for one in told.values() if one["why"] == ["It is still running."]]
    assert live
    for one in live:
        stored = desk.services.store.run(RunRef.parse(one["ref"]))
        assert stored is not None
        assert not stored.run.live
        assert one["status"] == "running"


async def test_a_failing_connection_is_left_after_a_while_and_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = await desk.services.links["prod"].sync()
    asked: list[RunRef] = []

    async def get_run(ref: RunRef) -> Any:
        asked.append(ref)
        raise ServerFaultError("prod: it fails (500).")

    monkeypatch.setattr(sync.provider, "get_run", get_run)
    code, told = await archive(desk, "prod")
    assert code == 69
    assert len(asked) == 3
    assert len(told) > 3
    assert {one["state"] for one in told} == {"partial"}
    assert desk.err.getvalue().count("it fails (500)") >= 1


async def test_a_run_whose_end_nobody_tells_is_not_said_to_have_just_ended(desk: Desk) -> None:
    code, told = await archive(desk, "prod", "--limit=12")
    late = "looking again in"
    assert late in desk.err.getvalue()
    first = [line for line in desk.err.getvalue().splitlines() if "some may still come" in line]
    assert first
    assert all("Its end was first seen less than a minute before" in line for line in first)
    assert not any("some may still come" in why for one in told for why in one["why"])
    assert code == 75, "live runs are left"


async def test_a_pause_the_provider_asks_for_is_waited_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = await desk.services.links["prod"].sync()
    whole = sync.provider.get_run
    refused = False

    async def get_run(ref: RunRef) -> Any:
        nonlocal refused
        if not refused:
            refused = True
            raise RateLimitedError("slow", retry_at=desk.clock.now() + timedelta(seconds=90))
        return await whole(ref)

    monkeypatch.setattr(sync.provider, "get_run", get_run)
    _code, told = await archive(desk, "prod", "--limit=1")
    assert 90 in [round(wait) for wait in desk.clock.sleeps]
    assert told[0]["rows_stored"] > 0 or told[0]["status"] in ("running", "queued")


async def test_a_run_the_provider_has_deleted_keeps_what_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.clock.advance(3600)
    await call(desk.session(), "rows", "docs/4704", "--format=json")
    sync = await desk.services.links["docs"].sync()

    async def get_run(ref: RunRef) -> Any:
        raise MissingError(f"{ref}: it is not there (404).")

    monkeypatch.setattr(sync.provider, "get_run", get_run)
    code, told = await archive(desk, "docs", "--rows-only")
    run = next(one for one in told if one["ref"] == "docs/4704")
    assert run["rows_stored"] == 60
    assert any("not there" in why for why in run["why"])
    assert code == 65, "other runs were never read and never will be"


async def test_a_service_that_has_ended_answers_with_what_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await call(desk.session("prod"), "runs", "--format=json")
    stored = json.loads(desk.out.getvalue())
    sync = await desk.services.links["prod"].sync()

    async def gone(*_what: object, **_how: object) -> Any:
        raise RetiredError("OpenAI has ended its Evals API.", remedy="Batches go on.")
        yield  # type: ignore[unreachable]  # makes it the generator it stands for

    monkeypatch.setattr(sync.provider, "iter_sources", gone)
    for words in (
        ("runs", "--format=json"),
        ("archive", "--format=json", "--limit=12", "--rows-only"),
    ):
        code = await call(desk.session("prod"), *words)
        assert desk.err.getvalue().count("has ended its Evals API") == 1
        assert "Stored: " in desk.err.getvalue()
        told = json.loads(desk.out.getvalue())
        if words[0] == "archive":
            still = [one for one in told if one["state"] == "partial" and "batch" in one["ref"]]
            assert code == (75 if still else 0), "runs of what has ended are no failure"
            assert len(still) < len(told)
        else:
            assert code == 0
    assert await call(desk.session("prod"), "runs", "--format=json") == 0
    assert [one["ref"] for one in json.loads(desk.out.getvalue())] == [one["ref"] for one in stored]


async def test_half_of_the_budget_is_an_apps(desk: Desk) -> None:
    store, clock = desk.services.store, desk.clock
    link = desk.services.links["prod"]
    store.set_connection("prod", ok_at=clock.now(), error=None, remedy=None)
    least = link.budget.limit
    take = link.budget.take

    async def watched() -> None:
        nonlocal least
        await take()
        store.set_connection("prod", ok_at=clock.now(), error=None, remedy=None)
        least = min(least, link.budget.left())

    link.budget.take = watched  # type: ignore[method-assign]  # the test counts
    await archive(desk, "prod")
    assert least >= link.budget.limit // 2 - 4


async def test_wrong_words_are_refused_before_anybody_is_asked(desk: Desk) -> None:
    from tui.commands.arguments import build_parser
    from tui.errors import NotFoundError, UsageError

    with pytest.raises(NotFoundError, match="no-such"):
        await archive(desk, "no-such")
    with pytest.raises(UsageError):
        build_parser().parse_args(["archive", "--since", "yesterday"])
    with pytest.raises(UsageError, match="There is no field"):
        await archive(desk, "--fields=nonsense")
    assert spent(desk, "prod") == 0


async def test_a_table_tells_reasons_as_sentences(desk: Desk) -> None:
    desk.clock.advance(60)
    await call(desk.session(), "archive", "docs", "--format=csv")
    told = desk.out.getvalue()
    assert "It is still running. " in told
    assert ".," not in told
