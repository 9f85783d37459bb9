"""How fast full texts are found, and what the index costs.

Run it by `python -m tests.bench.bench_search [ROWS]`; ROWS is 1,000,000 by default. It prints the
time and size of the index, how long searches take while half of it is built and when all is, and
a plain `LIKE` over the same words as the yardstick. It asserts nothing.
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.bench_store import line, run
from tui.clock import SystemClock
from tui.models import Outcome, RunRef, Trial
from tui.store import RunQuery, Store, Wanted
from tui.store.codec import dumps
from tui.store.compression import compress
from tui.store.model_encoders import as_json
from tui.store.search.file import FILE_NAME

RUNS = 20
WORDS = [f"word{n}" for n in range(5000)]
COMMON = "the customer asks for a refund of the order and is told how to get one".split()  # noqa: SIM905 - a sentence

SEARCHES = (
    "needle",
    "customer refund",
    "word1 word2 word3",
    '"refund of the order"',
    '"order the of refund"',
    "word4999",
    "wor",
    "word",
    "wo",
    'AND "needle* OR (',
    "nothing-of-that-kind",
)
"""A rare word, common ones, a phrase all rows have and one none has, beginnings, signs, nothing."""


def text(dice: random.Random, number: int) -> str:
    """Return twenty words, of which one in ten thousand rows has `needle`."""
    rare = " needle" if number % 10_000 == 0 else ""
    return f"{' '.join(dice.choices(WORDS, k=6))} {' '.join(COMMON)}{rare}"


def bodies(rows: int) -> Iterator[tuple[int, str, bytes]]:
    """Yield id, text and stored body of each row."""
    dice = random.Random(1)
    for number in range(1, rows + 1):
        said = text(dice, number)
        trial = Trial(id="t", outcome=Outcome.PASSED, input="Why?", output=said)
        yield number, said, compress(dumps(as_json(trial)))


def fill_store(file: Path, rows: int, yardstick: sqlite3.Connection) -> None:
    """Write the rows as the store keeps them, past its merging, in one transaction."""
    yardstick.execute("CREATE TABLE said(id INTEGER PRIMARY KEY, text TEXT)")
    with sqlite3.connect(file) as found:
        ids = [run_id for (run_id,) in found.execute("SELECT id FROM run ORDER BY id")]
        for number, said, body in bodies(rows):
            of = ids[number * len(ids) // (rows + 1)]
            found.execute(
                "INSERT INTO row(id, run, key, label, walk, outcome, unstable, preview, strip,"
                " rest, cells) VALUES(?, ?, ?, ?, 1, 5, 0, '', '5', '[null,null,{}]', '[]')",
                (number, of, f"item-{number}", f"question {number}"),
            )
            found.execute(
                "INSERT INTO trial(id, row, tid, walk, digest) VALUES(?, ?, 't', 1, x'00')",
                (number, number),
            )
            found.execute("INSERT INTO body VALUES(?, ?)", (number, body))
            yardstick.execute("INSERT INTO said VALUES(?, ?)", (number, said))
        found.execute(
            "UPDATE sync SET trial_n = (SELECT count(*) FROM row WHERE row.run = sync.run)"
        )


def search(store: Store, words: str, ref: RunRef | None = None) -> tuple[float, float, int]:
    """Return milliseconds to the first matches and to the answer from the index, and how many."""
    wanted = Wanted.read(words)
    assert wanted is not None
    begun = time.perf_counter()
    first = 0.0
    hits = store.hits(wanted, most=5000)

    def told() -> None:
        nonlocal first
        if not first and len(hits):
            hits.fetch(0, 40)
            first = (time.perf_counter() - begun) * 1000

    hits.search(ref=ref, told=told, cancelled=lambda: time.perf_counter() - begun > 1)
    return first, (time.perf_counter() - begun) * 1000, len(hits)


def searches(store: Store, when: str) -> None:
    """Print how long some searches take."""
    for words in SEARCHES:
        first, took, n = search(store, words)
        _first, in_run, of_run = search(store, words, RunRef("bench", f"run-{RUNS // 2}"))
        line(
            f"{when}: first of {words}",
            first,
            more=f"   answer (at most 1 s) {took:8.1f} ms, {n:,} found;"
            f" in one run {in_run:8.1f} ms, {of_run:,}",
        )


def typed_on(store: Store) -> None:
    """Print how long searches go on that are given up after 1 to 50 milliseconds."""
    took = []
    for words in SEARCHES:
        wanted = Wanted.read(words)
        assert wanted is not None
        for wait in (0.001, 0.005, 0.02, 0.05):
            given_up = threading.Event()
            hits = store.hits(wanted, most=5000)
            search = partial(hits.search, ref=None, told=lambda: None, cancelled=given_up.is_set)
            searching = threading.Thread(target=search)
            searching.start()
            time.sleep(wait)
            begun = time.perf_counter()
            given_up.set()
            searching.join()
            took.append((time.perf_counter() - begun) * 1000)
    line("a search given up, median", statistics.median(took), more=f"   max {max(took):.1f} ms")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        store = Store.open(place, clock=SystemClock())
        runs = [run(RunRef("bench", f"run-{n}")) for n in range(RUNS)]
        store.apply_runs("bench", "runs", runs, complete=True)
        assert store.file is not None
        yardstick = sqlite3.connect(place / "yardstick.sqlite3")
        fill_store(store.file, rows, yardstick)
        begun, worst = time.perf_counter(), 0.0
        half_told = False
        while True:
            at = time.perf_counter()
            if not store.search.fill():
                break
            worst = max(worst, time.perf_counter() - at)
            if not half_told and store.search.share().indexed * 2 >= rows:
                half_told = True
                paused = time.perf_counter()
                searches(store, "half indexed")
                begun += time.perf_counter() - paused
        took = time.perf_counter() - begun
        line("index", rows / took, "trials/s", f"   worst piece {worst * 1000:.0f} ms")
        line("its file", (place / FILE_NAME).stat().st_size / 2**20, "MiB")
        line("the store's file", store.file.stat().st_size / 2**20, "MiB")
        searches(store, "indexed")
        typed_on(store)
        begun = time.perf_counter()
        n = store.runs(RunQuery(text="output:needle")).count()
        line(f"runs that say needle ({n})", (time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        yardstick.execute("SELECT count(*) FROM said WHERE text LIKE '%needle%'").fetchone()
        line("plain LIKE, uncompressed", (time.perf_counter() - begun) * 1000)
        yardstick.close()
        store.close()


if __name__ == "__main__":
    main()
