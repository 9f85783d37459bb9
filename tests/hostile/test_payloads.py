"""Every payload, on every screen and in every headless form: shown, and without effect."""

import base64
import csv
import io
import json
import re
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random

import pytest
from textual.pilot import Pilot

from screens import SCREENS
from tests.app.conftest import press, settled
from tests.app.world import World, new_world, nightly, trial
from tests.clock import START
from tests.hostile.payloads import FAMILIES, MARK, all_payloads
from tests.terminal import Terminal
from tui.app import EvalTopApp
from tui.clipboard import LIMIT_BYTES
from tui.commands.arguments import build_parser
from tui.commands.headless import run_command
from tui.errors import ProviderError
from tui.messages import CopyAsked, LinkAsked
from tui.models import (
    CriterionStats,
    CriterionType,
    ErrorInfo,
    Group,
    ModelUsage,
    Outcome,
    Row,
    Run,
    RunRef,
    Score,
    Status,
)
from tui.polling.health import HealthState
from tui.presentation.links import safe_link
from tui.text import FORBIDDEN, clean_block, clean_line, is_clean

ROOT = Path(__file__).parents[2]
PAYLOADS = [payload for _family, payload in all_payloads()]


FIELDS = 10
"""Payloads each run shows on each of its screens, each in another place."""
PORTIONS = 8
"""Apps the payloads are divided among."""


class Deck:
    """Payloads dealt one after the other, from a place on and round again."""

    def __init__(self, payloads: list[str], start: int = 0) -> None:
        start %= len(payloads)
        self._rest = cycle([*payloads[start:], *payloads[:start]])

    def __call__(self) -> str:
        return next(self._rest)


def test_there_are_enough_of_them() -> None:
    assert len(set(PAYLOADS)) >= 200
    assert all(MARK in payload for payload in PAYLOADS)


def run_of(number: int, name: str, deal: Deck) -> Run:
    """Return a run all of whose texts are payloads, some of them shown on every screen."""
    return nightly(
        ref=RunRef("prod", f"eval_1/run_{number}"),
        id=f"run_{number}",
        name=name,
        group=Group("g", deal()),
        models=(deal(), deal()),
        status=Status.UNKNOWN,
        raw_status=deal()[:200],
        started_at=START - timedelta(minutes=number),
        ended_at=START,
        criteria=(CriterionStats(deal(), CriterionType.BINARY, 3, 2, 1, 0, None),),
        usage=(ModelUsage(deal(), 1, 2, 3, 4, 5, 6.0),),
        error=ErrorInfo(deal(), deal()),
        warnings=(deal(),),
        url="https://example.test/" + deal(),
        metadata={deal(): deal()},
        config={deal(): [deal()]},
        raw={deal(): {deal(): [deal(), 1]}},
    )


def row_of(name: str, deal: Deck) -> Row:
    """Return a row all of whose texts are payloads."""
    one = trial(
        deal(),
        Outcome.ERRORED,
        deal(),
        input=[
            {"role": deal(), "content": deal()},
            {"role": "tool", "name": deal(), "content": deal()},
            {
                "role": "assistant",
                "tool_calls": [{"function": {"name": deal(), "arguments": deal()}}],
            },
        ],
        expected={deal(): deal()},
        scores=(
            Score(deal(), CriterionType.LABEL, label=deal(), reason=deal(), detail={deal(): 1}),
            Score(deal() + "2", CriterionType.BINARY, error=ErrorInfo(deal(), deal())),
        ),
        error=ErrorInfo(deal(), deal()),
        model=deal(),
        extra={deal(): deal()},
        raw={deal(): deal()},
    )
    return Row(name, name, (one,), index=0)


def world_of(names: list[str], start: int = 0) -> World:
    """Return a world in which every text is a payload; the runs are named as told."""
    world = new_world()
    for number, name in enumerate(names):
        deal = Deck(PAYLOADS, start + number * FIELDS)
        run = run_of(number, name, deal)
        world.put(run)
        world.store.apply_run(run)
        world.put_rows(run.ref, row_of(name, Deck(PAYLOADS, start + number * FIELDS)))
    world.poller.healths["prod"] = replace(
        world.poller.healths["prod"],
        state=HealthState.ERROR,
        error=names[0][:3000],
        remedy=names[-1][:3000],
    )
    return world


def seen(pilot: Pilot[int]) -> str:
    """Return what the compositor draws, asserting that nothing of it controls a terminal."""
    width, height = pilot.app.size
    strips = pilot.app.screen._compositor.render_strips()
    assert len(strips) == height
    for strip in strips:
        assert strip.cell_length == width, "the layout holds"
        for segment in strip:
            assert FORBIDDEN.search(segment.text) is None, segment.text
            assert segment.style is None or segment.style.link is None
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def walk(app: EvalTopApp, names: list[str]) -> str:
    """Open everything there is of each run, and return all that was shown."""
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        shown, visited = seen(pilot), set[str]()
        for number in range(len(names)):
            await press(pilot, "x")  # the dialog names it
            shown += seen(pilot)
            await press(pilot, "escape")
            # Down to the run, its panes, what its rows are sorted by, how sure it is, what it is
            # sliced by, the row, its panes, JSON, and back to the list.
            for key in (
                *("enter", "2", "3", "4", "1", "s", "escape"),
                *("i", "2", "3", "4", "5", "m", "back to run"),
                *("enter", "2", "3", "1", "J", "escape"),
            ):
                if key == "back to run":
                    while getattr(app.screen, "NAME", "") != "run":
                        await press(pilot, "escape")
                    continue
                await press(pilot, key)
                shown += seen(pilot)
                visited.add(getattr(app.screen, "NAME", ""))
            assert {"run", "statistics", "trial", "json"} <= visited
            assert app.is_running
            assert app.banner == ""
            await press(pilot, "y")
            assert is_clean(app.clipboard.replace("\n", ""))
            await press(pilot, "escape", "escape")
            assert len(app.screen_stack) == 1
            if number + 1 < len(names):
                await press(pilot, "down")
        await press(pilot, "A")
        shown += seen(pilot)
        await press(pilot, "escape")
        app.tell(names[0])
        await settled(pilot)
        shown += seen(pilot)
        for row in range(0, 30, 3):  # nothing in it can be clicked into doing something
            await pilot.click(offset=(20, row))
        await settled(pilot)
        assert app.is_running
        assert app.banner == ""
        while len(app.screen_stack) > 1:
            app.pop_screen()
    assert app.return_code in (None, 0)
    return shown


@pytest.mark.parametrize("portion", range(PORTIONS))
async def test_every_screen_shows_them_and_nothing_happens(portion: int) -> None:
    begin = len(PAYLOADS) * portion // PORTIONS
    payloads = PAYLOADS[begin : len(PAYLOADS) * (portion + 1) // PORTIONS : FIELDS]
    shown = await walk(EvalTopApp(world_of(payloads, begin).services, SCREENS), payloads)
    assert MARK in shown


@pytest.mark.nightly
@pytest.mark.parametrize("begin", range(0, 5000, 500))
async def test_five_thousand_random_markups_are_text_on_every_screen(
    monkeypatch: pytest.MonkeyPatch, begin: int
) -> None:
    parts = [
        *"[]/@=.,$#()'\"\\ \n\t",
        "click",
        "bold",
        "link",
        "on red",
        "app.quit",
        "not",
        "\x1b[",
        "é",
    ]
    random = Random(5000)
    fuzz = [
        f"{MARK} " + "".join(random.choices(parts, k=random.randrange(1, 14))) for _ in range(5000)
    ]
    monkeypatch.setattr(sys.modules[__name__], "PAYLOADS", fuzz)
    monkeypatch.setattr(sys.modules[__name__], "FIELDS", 25)
    names = fuzz[begin : begin + 500 : 25]
    assert MARK in await walk(EvalTopApp(world_of(names, begin).services, SCREENS), names)


SEQUENCE = re.compile(
    # What evaltop itself writes: CSI sequences, the escapes that save and restore, and the shape of
    # the mouse's pointer.
    r"\x1b\]22;[a-z-]+(?:\x07|\x1b\\)|\x1b\[[0-9;:?<=>$]*[ ]?[A-Za-z@`~]|\x1b[78=>]"
)


def test_the_bytes_in_a_real_terminal_hold_nothing_foreign() -> None:
    command = (sys.executable, "-m", "tests.hostile.standalone")
    with Terminal(command, columns=120, lines=40, cwd=ROOT) as terminal:
        terminal.wait_for(f"evaltop  {len(PAYLOADS)} runs")
        for _ in range(len(PAYLOADS) // 30 + 1):
            terminal.send("\x1b[6~")
            terminal.wait_quiet(0.2)
        for _ in range(12):
            terminal.send("\r")
            terminal.wait_quiet(0.2)
            terminal.send("\r")
            terminal.wait_quiet(0.2)
            terminal.send("qq")
            terminal.wait_quiet(0.2)
            terminal.send("kkkkkkkkkkkkkkkkkkkkk")
        terminal.send("\x11")
        assert terminal.wait_exit() == 0
        output = bytes(terminal.output)
    text = SEQUENCE.sub("", output.decode())
    assert MARK in text
    for payload in ("\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x1b#", "\x1b(", "\x1bc"):
        assert payload not in text
    assert FORBIDDEN.sub("", text.replace("\r", "").replace("\n", "")) == text.replace(
        "\r", ""
    ).replace("\n", "")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A store file full of payloads, and the environment to read it with."""
    from tests.hostile.standalone import fill

    folder = tmp_path_factory.mktemp("hostile")
    config = folder / "config.toml"
    config.write_text('[connections.prod]\nprovider = "openai"\n')
    fill(folder / "data", PAYLOADS)
    return {"EVALTOP_CONFIG": str(config), "EVALTOP_DATA_DIR": str(folder / "data")}


def answered(stored: dict[str, str], *argv: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = build_parser().parse_args([*argv, "--offline"])
    assert run_command(arguments, environ=stored, out=out, err=err) == 0, err.getvalue()
    return out.getvalue(), err.getvalue()


EVERY = ("ref", "name", "group", "models", "raw_status", "error", "metadata", "config", "warnings")


@pytest.mark.parametrize("form", ["table", "csv", "md"])
def test_headless_tables_hold_no_control_character(stored: dict[str, str], form: str) -> None:
    out, err = answered(stored, "runs", "--format", form, "--fields", ",".join(EVERY))
    assert is_clean(out.replace("\n", "").replace("\r", ""))
    assert is_clean(err.replace("\n", ""))
    assert out.count(MARK) >= len(PAYLOADS)
    if form == "csv":
        csv.field_size_limit(10_000_000)
        for line in csv.reader(io.StringIO(out)):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in line)


def test_headless_json_is_exact_and_printable(stored: dict[str, str]) -> None:
    out, _ = answered(stored, "runs", "--format", "json")
    assert out.isascii()
    assert out.replace("\n", "").isprintable()
    assert {one["name"] for one in json.loads(out)} == set(PAYLOADS)
    out, _ = answered(stored, "runs", "--format", "jsonl")
    assert {json.loads(line)["name"] for line in out.splitlines()} == set(PAYLOADS)


@pytest.mark.parametrize("form", ["table", "json"])
def test_one_run_and_its_rows_headless(stored: dict[str, str], form: str) -> None:
    for number in range(0, len(PAYLOADS), 9):
        for argv in (("show", f"prod/eval_1/run_{number}"), ("rows", f"prod/eval_1/run_{number}")):
            out, _ = answered(stored, *argv, "--format", form)
            assert is_clean(out.replace("\n", ""))
            assert MARK in out
            if form == "json":
                assert PAYLOADS[number] in out_texts(json.loads(out))


def out_texts(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set().union(*map(out_texts, value.values()), *map(out_texts, value))
    if isinstance(value, list):
        return set().union(*map(out_texts, value))
    return set()


@pytest.mark.parametrize("family", FAMILIES)
def test_cleaning_leaves_the_mark_and_nothing_that_controls(family: str) -> None:
    for payload in FAMILIES[family]:
        for cleaned in (clean_line(payload, len(payload)), clean_block(payload).replace("\n", "")):
            assert is_clean(cleaned)
            assert MARK in cleaned
            cleaned.encode()


@pytest.mark.parametrize("family", FAMILIES)
def test_no_payload_makes_a_link(family: str) -> None:
    for payload in FAMILIES[family]:
        for url in (payload, f"https://{payload}", f"https://x.example/{payload}"):
            link = safe_link(url)
            if link is not None:
                assert is_clean(link[0])
                assert link[0].startswith(("http://", "https://"))
                assert "@" not in link[0].split("/")[2]


def test_errors_of_providers_are_one_clean_line() -> None:
    from tui.providers.failures import Words

    words = Words("prod", "host")
    for payload in PAYLOADS:
        error = ProviderError(words.safe(payload), remedy="x")
        assert is_clean(error.sentence())


async def test_copies_are_clean_sent_whole_and_kept_in_a_file_when_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_of(PAYLOADS[:1])
    world.data_dir = tmp_path
    app = EvalTopApp(world.services, SCREENS)
    async with app.run_test(size=(120, 30)) as pilot:
        await settled(pilot)
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)
        for payload in PAYLOADS:
            written.clear()
            app.post_message(CopyAsked(payload, "this"))
            await pilot.pause()
            sent = [text for text in written if text.startswith("\x1b]52;")]
            expected = clean_block(payload)
            if len(expected.encode()) <= LIMIT_BYTES:
                (sequence,) = sent
                assert base64.b64decode(sequence[7:-1]).decode() == expected
            else:
                assert sent == []
                assert "too large for the clipboard; it is in" in app.told
        kept = [one for one in (tmp_path / "copies").iterdir() if one.is_file()]
        assert kept
        assert all(one.stat().st_mode & 0o777 == 0o600 for one in kept)
        for payload in PAYLOADS:
            app.post_message(LinkAsked(payload))
            await pilot.pause()
            assert is_clean(app.told)
        assert app.banner == ""
