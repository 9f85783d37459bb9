"""What may be chosen of a comparison in the app, and that the command says the same by it."""

import io

import pytest

from tests.analysis.runs import trial
from tests.app.comparable import ONE, TWO, put
from tests.app.conftest import Opened, press, text
from tests.app.world import World
from tui.app import EvalTopApp
from tui.commands.arguments import build_parser
from tui.commands.compare import compare_runs, options_of
from tui.commands.session import Session
from tui.models import JsonObject, Row
from tui.presentation.comparison_text import plain_text

TO_TWO = ("slash", *"name", "tilde", *"run", "enter", "g", "c")


def row(n: int, letter: str) -> Row:
    item: JsonObject = {"id": n, "topic": ("bike", "boat", "car")[n % 3], "page": n // 2}
    one = trial(letter, n, 0.9 if letter == "p" else 0.2 + n / 100, input=item, output="x")
    return Row(key=f"k{n}", label=f"question {n}", trials=(one,), index=n)


@pytest.fixture
def judged(world: World) -> World:
    for ref, letters, age in ((ONE, "ppf" * 20, 5), (TWO, "pff" * 10 + "ppp" * 10, 3)):
        put(world, ref, letters, age_h=age)
        world.put_rows(ref, *(row(n, letter) for n, letter in enumerate(letters)))
    return world


async def said(world: World, *flags: str) -> str:
    """Return what the command says of the same store by these flags."""
    out, err = io.StringIO(), io.StringIO()
    at = world.clock.now()
    session = Session(world.services, out=out, err=err, offline=True, chosen=(), begun_at=at)
    runs = [stored for ref in (ONE, TWO) if (stored := world.store.run(ref)) is not None]
    arguments = build_parser().parse_args(("compare", str(ONE), str(TWO), *flags))
    return plain_text(await compare_runs(session, runs, options_of(arguments)))


async def test_the_app_and_the_command_tell_the_same_figures(judged: World, opened: Opened) -> None:
    async with opened(judged, size=(120, 40)) as pilot:
        app = pilot.app
        assert isinstance(app, EvalTopApp)
        await press(pilot, *TO_TWO, "y")
        assert app.clipboard == await said(judged)
        await press(pilot, "t", "enter")  # the margin
        assert "up to 2.0%" in text(pilot)
        await press(pilot, "end", "enter", "t", "down", "down", "enter")  # the correction
        await press(pilot, "down", "enter", "t", "down", "down", "down", "enter")  # clusters
        assert "page" in text(pilot)
        await press(pilot, "end", "up", "enter", "y")
        flags = ["--margin", "10%", "--correction", "bh", "--cluster", "item.topic"]
        assert app.clipboard == await said(judged, *flags)
        await press(pilot, "t", "end", "enter", "end", "up", "enter", "y")
        assert app.clipboard == await said(judged, *flags, "--slices", "item.topic")
        await press(pilot, "3")
        assert "slices by topic" in text(pilot)
        assert "boat" in text(pilot)
        await press(pilot, "t", "down", "enter", "end", "enter")
        assert "· too few" in text(pilot)
