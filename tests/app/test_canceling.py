"""Canceling asks first, is tried once, and says what came of it; the pace is the person's."""

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.app.conftest import Opened, lines, press, text
from tests.app.world import BATCH, JUDGE, NIGHTLY, World, nightly
from tests.polling.world import World as PollWorld
from tui.config import UiSettings
from tui.errors import RejectedError
from tui.main import main
from tui.models import Run, RunRef, Status
from tui.services import Services


class Canceling:
    """Answers cancels as it was told to."""

    def __init__(self, world: World) -> None:
        self.asked: list[RunRef] = []
        self.error: RejectedError | None = None
        self.answer: Run = nightly(status=Status.RUNNING, raw_status="cancelling")
        world.poller.cancel = self.cancel  # type: ignore[method-assign] # the test's provider

    async def cancel(self, ref: RunRef) -> Run:
        self.asked.append(ref)
        if self.error is not None:
            raise self.error
        return self.answer


@pytest.fixture
def canceling(world: World, monkeypatch: pytest.MonkeyPatch) -> Canceling:
    link = PollWorld().link
    links = {"prod": link, "team": link}
    monkeypatch.setattr(world.poller, "_links", links)
    monkeypatch.setattr(
        World,
        "services",
        property(
            lambda self: Services(self.config, self.store, self.poller, self.clock, links, {})
        ),
    )
    return Canceling(world)


async def test_a_dialog_names_the_run_and_only_y_cancels(
    world: World, opened: Opened, canceling: Canceling
) -> None:
    async with opened(world) as pilot:
        for key in ("escape", "enter", "n"):
            await press(pilot, "x")
            shown = text(pilot)
            assert "Cancel this run?" in shown
            assert "nightly-11-20" in shown
            assert "on prod · ● running · 812 of 1,000 rows" in shown
            await press(pilot, key)
            assert "Cancel this run?" not in text(pilot)
        assert canceling.asked == []
        await press(pilot, "x", "y")
        assert canceling.asked == [NIGHTLY]
        assert "cancel accepted: nightly-11-20 is cancelling" in text(pilot)


async def test_on_the_run_screen_a_refusal_is_told_and_not_tried_again(
    world: World, opened: Opened, canceling: Canceling
) -> None:
    canceling.error = RejectedError("prod: it is too late to cancel.", remedy="Wait for its end.")
    async with opened(world) as pilot:
        await press(pilot, "enter", "x", "y")
        assert canceling.asked == [NIGHTLY]
        assert "not canceled: prod: it is too late to cancel. Wait" in text(pilot)


async def test_marked_runs_are_not_canceled_but_the_one_under_the_cursor(
    world: World, opened: Opened, canceling: Canceling
) -> None:
    async with opened(world) as pilot:
        await press(pilot, "space", "x", "y")
        assert canceling.asked == [BATCH]


async def refused(pilot: Pilot[int]) -> str:
    await press(pilot, "x")
    assert "Cancel this run?" not in text(pilot)
    return lines(pilot)[-2]


async def test_where_it_cannot_be_done_the_reason_is_said(
    world: World, opened: Opened, canceling: Canceling
) -> None:
    async with opened(world) as pilot:
        await press(pilot, "end")
        assert "judge-v3 has ended already: it is failed" in await refused(pilot)
    world.store.apply_run(nightly(ref=JUDGE, name="judge-v3", status=Status.RUNNING))
    world.config = replace(world.config, ui=UiSettings(read_only=True))
    async with opened(world) as pilot:
        assert "evaltop is read-only: it cancels nothing" in await refused(pilot)
    assert canceling.asked == []


async def test_what_is_not_asked_cannot_be_canceled(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        assert "prod is not asked about anything here" in await refused(pilot)


async def test_a_pace_that_is_not_the_usual_one_is_told_on_80_columns_too(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        assert "refresh" not in lines(pilot)[0]
        await press(pilot, "plus")
        assert "refresh 7.5s ×2" in lines(pilot)[0]  # noqa: RUF001 - as it is shown


async def test_plus_and_minus_change_the_pace_and_the_title_says_so(
    world: World, opened: Opened
) -> None:
    async with opened(world, size=(120, 24)) as pilot:
        assert "refresh 15s" in lines(pilot)[0]
        await press(pilot, "plus")
        assert "refresh 7.5s ×2" in lines(pilot)[0]  # noqa: RUF001 - as it is shown
        assert world.poller.pace == 0.5
        await press(pilot, "minus", "minus")
        assert "refresh 30s ×½" in lines(pilot)[0]  # noqa: RUF001 - as it is shown
        await press(pilot, "plus")
        assert "refresh 15s  " in f"{lines(pilot)[0]}  "
        assert "usual pace" in text(pilot)


@pytest.mark.parametrize("words", [("--read-only", "demo"), ("demo", "--read-only"), ("demo",)])
def test_the_demo_may_be_read_only_too(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Services] = []

    def show(services: Services) -> int:
        shown.append(services)
        return 0

    monkeypatch.setattr("tui.main._check_terminal", lambda: None)
    monkeypatch.setattr("tui.main._show", show)
    assert main(words) == 0
    assert shown[0].config.ui.read_only is ("--read-only" in words)
