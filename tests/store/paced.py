"""A process that writes pages of rows at a pace, and tells how long each write took.

`python -m tests.store.paced DIRECTORY NAME SECONDS RATE MODE`: RATE pages of 100 rows a second (0 =
without a pause) into a run of its own, MODE the journal. Prints `ready`, waits for a line, and
prints the milliseconds of each write, at the end the store's problem.
"""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.bench.bench_store import page, run
from tui.clock import SystemClock
from tui.models import RunRef
from tui.store import Store, database

ROOT = Path(__file__).parents[2]


def rivals(
    directory: Path, n: int, seconds: float, rate: float, mode: str
) -> tuple[list[float], list[str]]:
    """Let `n` processes write at once.

    Returns the milliseconds of all writes, sorted, and each process's problem (`None` without).
    """
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.store.paced", str(directory), f"run-{i}"),
                *(str(seconds), str(rate), mode),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(n)
    ]
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    told = []
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in processes:
        told.append(each.communicate()[0].splitlines())
        assert each.returncode == 0
    return sorted(float(line) for lines in told for line in lines[:-1]), [one[-1] for one in told]


def at(values: list[float], share: float) -> float:
    """Return a quantile of sorted values."""
    return values[min(len(values) - 1, int(len(values) * share))]


def main() -> None:
    directory, name, mode = Path(sys.argv[1]), sys.argv[2], sys.argv[5]
    seconds, rate = float(sys.argv[3]), float(sys.argv[4])
    setattr(database, "journal_mode", lambda _directory: mode)  # noqa: B010 - as it says above
    store = Store.open(directory, clock=SystemClock())
    ref = RunRef("prod", name)
    store.apply_runs("prod", "runs", [run(ref)], complete=False)
    print("ready", flush=True)
    sys.stdin.readline()
    if rate:
        time.sleep(Random(name).random() / rate)  # nobody is told by the same clock
    begun, n = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        made = page(n * 100)
        n += 1
        start = time.perf_counter()
        store.apply_rows(ref, made)
        print((time.perf_counter() - start) * 1000)
        if rate:
            time.sleep(max(0.0, begun + n / rate - time.perf_counter()))
    print(store.problem)
    store.close()


if __name__ == "__main__":
    main()
