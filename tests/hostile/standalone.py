"""The app on a world of payloads in a real terminal: `python -m tests.hostile.standalone`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from tests.clock import FakeClock
from tests.hostile.payloads import all_payloads


def fill(folder: Path, payloads: list[str]) -> None:
    """Store a run and a row for each payload, as a walk would have brought them."""
    from tests.hostile.test_payloads import Deck, row_of, run_of
    from tui.providers.base import RowPage
    from tui.store import Store

    store = Store.open(folder, clock=FakeClock())
    for number, evil in enumerate(payloads):
        run = run_of(number, evil, Deck([evil]))
        store.apply_runs("prod", "runs", [run], complete=False)
        store.apply_run(run)
        store.begin_walk(run.ref)
        store.apply_rows(run.ref, RowPage((row_of(evil, Deck([evil])),)))
        store.end_walk(run.ref, complete=True)
    store.close()


if __name__ == "__main__":
    from screens import SCREENS
    from tests.hostile.test_payloads import world_of
    from tui.app import EvalTopApp

    world = world_of([payload for _family, payload in all_payloads()])
    sys.exit(EvalTopApp(world.services, SCREENS).run_watched())
