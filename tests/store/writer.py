"""A process that writes into a store; the tests start several, and kill some.

`python -m tests.store.writer DIRECTORY NAME PAGES`: PAGES pages of rows into a run of its own.
Prints `ready` once, then the number of each page that is stored, at the end the store's problem.
"""

import sys
from pathlib import Path

from tests.store.builders import make_row, make_run, make_trial, rows_page
from tui.clock import SystemClock
from tui.models import RunRef
from tui.store import Store

ROWS = 20


def main() -> None:
    directory, name, pages = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    store = Store.open(directory, clock=SystemClock())
    ref = RunRef("prod", name)
    store.apply_runs("prod", "runs", [make_run(name)], complete=False)
    print("ready", flush=True)
    for page in range(pages):
        trial = make_trial(output="text " * 50)
        rows = (make_row(f"{page}-{i}", trial) for i in range(ROWS))
        store.apply_rows(ref, rows_page(*rows))
        print(page, flush=True)
    print(f"problem: {store.problem}", flush=True)
    store.close()


if __name__ == "__main__":
    main()
