"""What is wrong, what changed, and what is watched: seen and done by keys."""

from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from tests.app.conftest import Opened, lines, press, text
from tests.app.world import BATCH, JUDGE, NIGHTLY, WEEKLY, World, nightly, other_runs
from tui.models import Counts, RunRef, Status
from tui.store import Concern
from tui.widgets.virtual_table import VirtualTable

STALLED = Concern("stalled", "No row has ended for 40 minutes; usually one does much sooner.")


def line_of(pilot: Pilot[int], name: str) -> str:
    return next(line for line in lines(pilot) if name in line)


def watched(world: World) -> dict[RunRef, float | None]:
    return world.store.events.watched()


async def test_what_is_wrong_marks_the_run_counts_as_trouble_and_is_said_on_it(
    world: World, opened: Opened
) -> None:
    world.store.set_concerns(NIGHTLY, (STALLED,))
    world.store.set_concerns(JUDGE, (Concern("graders", "The grader broke."),))
    async with opened(world) as pilot:
        assert "2 live · 2 in trouble · 2 changed" in text(pilot)
        assert "⚠ stalled" in line_of(pilot, "nightly")
        assert "✗ failed" in line_of(pilot, "judge-v3")  # it says already that all is lost
        await press(pilot, "enter")
        assert "⚠ No row has ended for 40 minutes" in text(pilot)


async def test_the_dot_walks_through_what_changed_newest_first(
    world: World, opened: Opened
) -> None:
    world.store.set_concerns(NIGHTLY, (STALLED,))
    world.put(replace(other_runs()[1], status=Status.EXPIRED))
    async with opened(world) as pilot:
        assert "2 changed" in text(pilot)
        assert "• " in line_of(pilot, "nightly")
        await press(pilot, "end", "full_stop")
        assert pilot.app.query_one("#runs", VirtualTable).cursor_key == str(BATCH)
        assert "batch_3f0c expired: 0 of 120 rows (1 more)" in text(pilot)
        assert "1 changed" in text(pilot)
        await press(pilot, "full_stop")
        assert pilot.app.query_one("#runs", VirtualTable).cursor_key == str(NIGHTLY)
        assert "nightly-11-20 stalled: No row has ended" in text(pilot)
        assert "changed" not in lines(pilot)[0]
        assert "•" not in line_of(pilot, "nightly")
        await press(pilot, "full_stop")
        assert "nothing has changed that you have not seen" in text(pilot)


async def test_opening_a_run_takes_its_news_as_seen_and_the_dot_goes_on_from_there(
    world: World, opened: Opened
) -> None:
    world.put(nightly(status=Status.FAILED))
    world.store.set_concerns(WEEKLY, (Concern("worse", "It passed 50%; the last 90%."),))
    async with opened(world) as pilot:
        await press(pilot, "slash", *"nightly", "enter", "enter")
        assert [event.ref for event in world.store.events.unseen()] == [WEEKLY]
        await press(pilot, "full_stop")
        assert lines(pilot)[0].startswith(" weekly-47")
        assert world.poller.focused == WEEKLY
        assert world.store.events.unseen() == []


async def test_what_happens_to_the_run_on_screen_is_seen_at_once(
    world: World, opened: Opened
) -> None:
    async with opened(world) as pilot:
        await press(pilot, "enter")
        change = world.store.apply_run(nightly(status=Status.COMPLETED))
        world.poller.publish(change)
        await pilot.pause(0.2)
        assert "✓ completed" in lines(pilot)[0]
        assert world.store.events.unseen() == []


async def test_news_of_runs_that_are_filtered_away_are_told_and_can_all_be_taken_as_seen(
    world: World, opened: Opened
) -> None:
    world.store.set_concerns(NIGHTLY, (STALLED,))
    async with opened(world) as pilot:
        await press(pilot, "slash", *"weekly", "enter", "full_stop")
        assert "1 run not listed here changed" in text(pilot)
        await press(pilot, "U")
        assert "changed" not in lines(pilot)[0]
        assert world.store.events.unseen() == []


async def test_w_watches_with_a_least_pass_rate_and_again_no_longer(
    world: World, opened: Opened
) -> None:
    async with opened(world, size=(100, 24)) as pilot:
        await press(pilot, "w")
        assert "Watch 1 run" in text(pilot)
        await press(pilot, *"150%", "enter")
        assert "A rate of 0 to 1 is wanted here" in text(pilot)
        await press(pilot, *["backspace"] * 4, *"90%", "enter")
        assert watched(world) == {NIGHTLY: 0.9}
        assert "◉ nightly" in text(pilot)
        assert "watching the run" in text(pilot)
        await press(pilot, "enter")
        assert "◉ watched" in lines(pilot)[0]
        await press(pilot, "w")
        assert watched(world) == {}
        assert "◉" not in lines(pilot)[0]


async def test_watching_can_be_left_and_needs_a_live_run(world: World, opened: Opened) -> None:
    async with opened(world) as pilot:
        await press(pilot, "w", "escape")
        assert watched(world) == {}
        await press(pilot, "end", "w")
        assert "what has ended cannot be watched" in text(pilot)
        await press(pilot, "home", "space", "space", "w", "enter")
        assert watched(world) == {NIGHTLY: None, BATCH: None}


def test_a_watch_and_news_outlive_a_restart(tmp_path: Path) -> None:
    from tests.clock import FakeClock
    from tui.store import Store

    store = Store.open(tmp_path, clock=FakeClock())
    store.apply_run(nightly())
    store.apply_run(nightly(status=Status.COMPLETED))
    store.events.watch(NIGHTLY, on=True)
    store.close()
    again = Store.open(tmp_path, clock=FakeClock()).run(NIGHTLY)
    assert again is not None
    assert (again.news, again.watched) == (True, True)


async def test_a_live_run_shows_its_course_and_an_ended_one_none(
    world: World, opened: Opened
) -> None:
    for done in (100, 300, 600, 812):
        world.clock.advance(60)
        counts = Counts(total=1000, done=done, passed=done - done // 5, failed=done // 5)
        world.store.apply_run(nightly(counts=counts))
    async with opened(world) as pilot:
        await press(pilot, "enter")
        shown = text(pilot)
        assert "progress " in shown
        assert "pass rate " in shown
        assert "80.0%" in shown
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "progress " not in text(pilot)
