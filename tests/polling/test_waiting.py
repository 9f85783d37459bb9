import asyncio

from tests.clock import FakeClock
from tui.clock import SystemClock
from tui.polling.waiting import Waker


async def test_a_wake_cuts_the_wait_short() -> None:
    waker = Waker(SystemClock())
    waiting = asyncio.create_task(waker.wait(3600))
    await asyncio.sleep(0)
    waker.wake()
    await asyncio.wait_for(waiting, 5)


async def test_a_wait_without_a_time_ends_only_by_waking() -> None:
    waker = Waker(FakeClock())
    waiting = asyncio.create_task(waker.wait(None))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    waker.wake()
    await asyncio.wait_for(waiting, 5)


async def test_a_pause_holds_and_resume_lets_go_at_once() -> None:
    waker = Waker(SystemClock())
    waker.pause()
    held = asyncio.create_task(waker.unpaused())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not held.done()
    assert waker.paused
    waker.resume()
    await asyncio.wait_for(held, 5)
    assert not waker.paused


async def test_refresh_while_paused_lets_one_tick_through() -> None:
    waker = Waker(SystemClock())
    waker.pause()
    waker.wake()
    await asyncio.wait_for(waker.unpaused(), 5)
    held = asyncio.create_task(waker.unpaused())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not held.done()
    held.cancel()


async def test_cancelling_a_wait_leaves_no_task_behind() -> None:
    waker = Waker(SystemClock())
    waiting = asyncio.create_task(waker.wait(3600))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
