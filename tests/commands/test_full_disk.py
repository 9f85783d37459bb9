"""Commands that are about keeping something, on a disk that is full or cannot be written."""

import json
from collections.abc import AsyncIterator, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.clock import START, FakeClock
from tests.commands.conftest import Desk, call
from tests.store.builders import open_store
from tui.demo import demo_config, demo_keys, demo_transport, demo_world
from tui.errors import StoreError
from tui.models import RunRef
from tui.services import open_services
from tui.store import Store

SmallDisk = tuple[Path, Callable[[], None]]
FULL = StoreError("The disk is full; nothing is kept.", remedy="Free some space.")


@pytest.fixture
async def small_desk(small_disk: SmallDisk) -> AsyncIterator[Desk]:
    """A store on a disk that holds a part of the world's runs."""
    clock = FakeClock()
    services = open_services(
        demo_config(),
        transport=demo_transport(demo_world(clock, epoch=START)),
        keys=demo_keys(),
        clock=clock,
        data_dir=small_disk[0],
    )
    clock.advance(3600)
    yield Desk(services, clock, StringIO(), StringIO())
    await services.aclose()


async def test_an_archive_that_fills_the_disk_says_what_is_really_kept(
    small_desk: Desk, small_disk: SmallDisk
) -> None:
    code = await call(small_desk.session(), "archive", "--rows-only", "--format=json")
    told: list[dict[str, Any]] = json.loads(small_desk.out.getvalue())
    story = small_desk.err.getvalue()
    assert code == 65
    assert story.count("The disk is full") == 1
    assert " not reached." in story
    lost = [one for one in told if any("The disk is full" in why for why in one["why"])]
    assert lost
    assert {one["state"] for one in lost} == {"partial"}
    await small_desk.services.aclose()
    small_disk[1]()
    again = open_store(small_disk[0])
    complete = [one for one in told if one["state"] == "complete"]
    assert complete
    for one in complete:
        stored = again.run(RunRef.parse(one["ref"]))
        assert stored is not None
        assert (stored.sync.rows_stored, stored.sync.error) == (one["rows_stored"], None)
        assert stored.sync.completed_at is not None
    again.close()


@pytest.mark.parametrize(
    "words",
    [("archive", "prod"), ("import", "{file}"), ("keep", "--offline", "{ref}")],
    ids=lambda words: words[0],
)
async def test_nothing_is_begun_where_nothing_can_be_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    await call(desk.session(), "runs", "--format=json")
    ref = json.loads(desk.out.getvalue())[0]["ref"]
    file = tmp_path / "out.jsonl"
    file.write_text('{"id": "a", "custom_id": "b", "response": null, "error": {"code": "x"}}\n')
    monkeypatch.setattr(Store, "problem", FULL)
    filled = [word.format(file=file, ref=ref) for word in words]
    assert await call(desk.session(), *filled) == 65
    assert desk.out.getvalue() == ""
    assert desk.err.getvalue() == "The disk is full; nothing is kept. Free some space.\n"


async def test_what_befell_the_file_meanwhile_is_told_at_the_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.session()
    session.tell_store()
    assert desk.err.getvalue() == ""
    monkeypatch.setattr(Store, "problem", FULL)
    session.tell_store()
    session.tell_store()
    assert desk.err.getvalue() == "The disk is full; nothing is kept. Free some space.\n"
