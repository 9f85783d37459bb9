"""Writes that go on while their caller does."""

import asyncio

import pytest

from tui.polling.write_behind import WriteBehind


async def test_a_write_goes_on_and_the_next_waits_for_it() -> None:
    behind = WriteBehind()
    ready = asyncio.Event()
    done: list[str] = []

    async def write(name: str) -> None:
        await ready.wait()
        done.append(name)

    await behind.begin(write("first"))
    assert behind.busy
    following = asyncio.ensure_future(behind.begin(write("second")))
    await asyncio.sleep(0)
    assert (done, following.done()) == ([], False)
    ready.set()
    await following
    await behind.done()
    assert done == ["first", "second"]
    assert not behind.busy


async def test_what_a_write_raises_is_told_once_by_what_comes_next() -> None:
    behind = WriteBehind()

    async def broken() -> None:
        raise OSError("full")

    async def never() -> None:
        raise AssertionError

    await behind.begin(broken())
    with pytest.raises(OSError, match="full"):
        await behind.begin(never())
    await behind.done()


async def test_a_write_outlives_the_wait_for_it() -> None:
    behind = WriteBehind()
    ready = asyncio.Event()
    done: list[str] = []

    async def write() -> None:
        await ready.wait()
        done.append("written")

    await behind.begin(write())
    waiting = asyncio.ensure_future(behind.done())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    ready.set()
    await behind.done()
    assert done == ["written"]
