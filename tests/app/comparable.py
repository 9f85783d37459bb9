"""Runs of one eval that can be compared."""

from datetime import timedelta

from tests.analysis.runs import trial
from tests.app.world import World, nightly
from tests.clock import START
from tui.models import Counts, Group, Row, RunRef, Status

ONE, TWO, THREE = (RunRef("prod", f"eval_1/run_{n}") for n in (11, 12, 13))


def row(n: int, letter: str, said: str = "Paris.") -> Row:
    asked = {"question": f"capital {n}?", "id": n}
    trials = (trial(letter, n, 0.9 if letter == "p" else 0.2, input=asked, output=said),)
    return Row(key=f"k{n}", label=f"capital {n}?", trials=trials, index=n)


def put(
    world: World,
    ref: RunRef,
    letters: str,
    *,
    age_h: int,
    said: str = "Paris.",
    group: str = "eval_1",
) -> None:
    run = nightly(
        ref=ref,
        id=ref.path.rpartition("/")[2],
        name=f"run of {age_h}h",
        group=Group(group, "faq"),
        status=Status.COMPLETED,
        raw_status="completed",
        started_at=START - timedelta(hours=age_h),
        ended_at=START - timedelta(hours=age_h - 1),
        counts=Counts(total=len(letters), done=len(letters)),
    )
    world.put(run)
    rows = [row(n, letter, said) for n, letter in enumerate(letters)]
    world.put_rows(ref, *rows)


def put_two(world: World) -> None:
    """Store two runs: the newer one is worse."""
    put(world, ONE, "p" * 60 + "f" * 20, age_h=5)
    put(world, TWO, "p" * 40 + "f" * 40, age_h=3, said="Lyon.")
