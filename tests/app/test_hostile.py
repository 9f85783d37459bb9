"""Whatever a provider sends, no byte of it controls the terminal, on any screen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.app.conftest import Opened, press, settled
from tests.app.test_other_screens import WAYS
from tests.app.world import World, new_world, nightly, trial
from tests.clock import START
from tui.actions import SCREENS
from tui.models import (
    CriterionStats,
    CriterionType,
    ErrorInfo,
    Group,
    ModelUsage,
    Outcome,
    Row,
    RunRef,
    Score,
    Status,
)
from tui.polling.health import HealthState
from tui.text import FORBIDDEN

EVIL = (
    "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\x9d0;title\x9c\x00\x08\x7f"
    "\u202egnp\u2066\u200b\ufeff\U000e0041\ud800"
    "[/nope][bold]x[/bold][@click=app.quit]y[/] :smile: {'a': [true]} \t\r\n\x0b tail"
)
CONTROL_PICTURES = ("\u241b", "\ufffd")


def hostile_world() -> World:
    world = new_world()
    run = nightly(
        ref=RunRef("prod", "eval_1/run_1"),
        name=EVIL,
        group=Group("g", EVIL),
        models=(EVIL, EVIL),
        status=Status.UNKNOWN,
        raw_status=EVIL,
        criteria=(CriterionStats(EVIL, CriterionType.BINARY, 3, 2, 1, 0, None),),
        usage=(ModelUsage(EVIL, 1, 2, 3, 4, 5, 6.0),),
        error=ErrorInfo(EVIL, EVIL),
        warnings=(EVIL,),
        url="https://example.test/" + EVIL,
        metadata={EVIL: EVIL},
        config={EVIL: [EVIL]},
        raw={EVIL: {EVIL: [EVIL, 1]}},
    )
    second = nightly(ref=RunRef("prod", "x"), id="x", started_at=START - timedelta(days=1))
    third = nightly(ref=RunRef("prod", "y"), id="y", started_at=START - timedelta(days=2))
    world.put(run, second, replace(run, ref=third.ref, started_at=START - timedelta(days=3)))
    world.store.apply_run(run)
    third = replace(run, ref=third.ref, id="y", started_at=START - timedelta(days=3))
    world.store.apply_run(third)
    rows = [
        Row(
            EVIL + str(n),
            EVIL,
            (
                trial(
                    EVIL,
                    Outcome.ERRORED,
                    EVIL,
                    input=[
                        {"role": EVIL, "content": EVIL},
                        {"role": "tool", "name": EVIL, "content": EVIL},
                        {
                            "role": "assistant",
                            "tool_calls": [{"function": {"name": EVIL, "arguments": EVIL}}],
                        },
                    ],
                    expected={EVIL: EVIL},
                    scores=(
                        Score(EVIL, CriterionType.LABEL, label=EVIL, reason=EVIL, detail={EVIL: 1}),
                        Score(EVIL + "2", CriterionType.BINARY, error=ErrorInfo(EVIL, EVIL)),
                    ),
                    error=ErrorInfo(EVIL, EVIL),
                    model=EVIL,
                    extra={EVIL: EVIL},
                    raw={EVIL: EVIL},
                ),
            ),
            index=n,
        )
        for n in range(3)
    ]
    for ref in (run.ref, third.ref):
        world.put_rows(ref, *rows)
    world.poller.healths["prod"] = replace(
        world.poller.healths["prod"], state=HealthState.ERROR, error=EVIL, remedy=EVIL
    )
    return world


@pytest.mark.parametrize("name", SCREENS)
@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_no_control_character_is_drawn_on_any_screen(
    opened: Opened, name: str, size: tuple[int, int]
) -> None:
    seen = ""
    async with opened(hostile_world(), size=size) as pilot:
        await press(pilot, *WAYS[name])
        for key in ("", "2", "3", "4", "1", "end", "slash", "escape"):
            if key and not (name in ("connections", "help", "runs") and key.isdigit()):
                await press(pilot, key)
            for strip in pilot.app.screen._compositor.render_strips():
                for segment in strip:
                    assert FORBIDDEN.search(segment.text) is None, (key, segment.text)
                    seen += segment.text
            assert pilot.app.is_running
    if name != "help":
        assert any(mark in seen for mark in CONTROL_PICTURES)


async def test_markup_in_data_is_text(opened: Opened) -> None:
    async with opened(hostile_world(), size=(200, 50)) as pilot:
        await press(pilot, "enter", "4")
        shown = "".join(
            segment.text
            for strip in pilot.app.screen._compositor.render_strips()
            for segment in strip
        )
        assert "[/nope][bold]x[/bold][@click=app.quit]y[/] :smile:" in shown


async def test_what_is_copied_is_clean(opened: Opened) -> None:
    async with opened(hostile_world()) as pilot:
        await press(pilot, "enter", "enter", "y")
        await settled(pilot)
        assert "tail" in pilot.app.clipboard
        assert "\x1b" not in pilot.app.clipboard
        assert "\u202e" not in pilot.app.clipboard
        pilot.app.clipboard.encode()
