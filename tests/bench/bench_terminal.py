"""The whole program in a terminal of 120x40, beside the smallest Textual app in the same run.

Run: `python -m tests.bench.bench_terminal [PART…] [--rounds N]`; the parts are start, headless,
idle, live, many, keys and typing, all by default. Prints medians, minima and ratios; asserts
nothing. The programs take turns in every round, because on a shared machine only ratios hold.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import bare_app, bare_poller
from tests.bench.batch_server import serving
from tests.bench.stamped_terminal import StampedTerminal
from tests.bench.stored_world import NEWEST, closed_url, make_home

EVALTOP = (str(Path(sys.executable).with_name("evaltop")),)
BARE = (sys.executable, bare_app.__file__)
WATCHED_S = 10.0
MANY_WATCHED_S = 60.0
DOWN, PAGE_DOWN = "\x1b[B", "\x1b[6~"
# Without blanks, so that the text on screen tells how many keys have been answered.
TYPED = "nightly-prompt-regression-run-of-the-week"
EVERY_S = 0.05
SLOW_MS = 50.0
SETTLED_S = 4.0
"""Until polling has loaded its libraries and had its first answers."""


def figures(samples: Sequence[float]) -> str:
    """Return median and minimum."""
    return f"median {statistics.median(samples):7.1f}  min {min(samples):7.1f}"


def ratio(samples: Sequence[float], yardstick: Sequence[float]) -> str:
    """Return the ratio of the medians and of the minima."""
    medians = statistics.median(samples) / statistics.median(yardstick)
    return f"  x {medians:.2f} (of minima {min(samples) / min(yardstick):.2f})"


def p95(samples: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(samples)[int(len(samples) * 0.95)]


class Start:
    """Figures of several starts of one program."""

    def __init__(
        self, name: str, command: Sequence[str], wanted: str, environ: Mapping[str, str]
    ) -> None:
        self.name, self.command, self.wanted, self.environ = name, command, wanted, environ
        self.shown_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self.memory: list[float] = []
        self.settled: list[float] = []

    def round(self, *, settle: bool) -> None:
        with StampedTerminal(self.command, environ=self.environ) as terminal:
            self.shown_ms.append(terminal.shown_after(self.wanted) * 1000)
            self.cpu_ms.append(terminal.cpu_s() * 1000)
            self.memory.append(terminal.memory_mib())
            if settle:
                terminal.read_for(SETTLED_S)
                self.settled.append(terminal.memory_mib())


def measure_start(home: Path, rounds: int) -> None:
    """First frame and memory."""
    environ = make_home(home / "start", closed_url())
    bare = Start("bare", BARE, "a bare Textual app", {"HOME": str(home)})
    ours = Start("evaltop", EVALTOP, NEWEST, environ)
    for number in range(rounds + 1):
        for start in (bare, ours):
            start.round(settle=number in (1, 2, 3))
    for start in (bare, ours):  # the first round warms caches and writes byte code
        del start.shown_ms[0], start.cpu_ms[0], start.memory[0]
    print(f"first frame at 120x40, {rounds} rounds, 500 runs in the store (ms)")
    for start in (bare, ours):
        print(
            f"  {start.name:<10}{figures(start.shown_ms)}{ratio(start.shown_ms, bare.shown_ms)}"
            f"   cpu {figures(start.cpu_ms)}{ratio(start.cpu_ms, bare.cpu_ms)}"
        )
    print("memory (MiB)")
    for start in (bare, ours):
        print(
            f"  {start.name:<10}first frame {figures(start.memory)}"
            f"{ratio(start.memory, bare.memory)}   settled {figures(start.settled)}"
            f"{ratio(start.settled, bare.settled)}"
        )


def measure_headless(home: Path, rounds: int) -> None:
    """Whole runs of headless commands."""
    environ = {**make_home(home / "headless", closed_url()), "PATH": "/usr/bin:/bin"}
    commands: dict[str, Sequence[str]] = {
        "import httpx, pydantic": (sys.executable, "-c", "import httpx, pydantic"),
        "--version": (*EVALTOP, "--version"),
        "--help": (*EVALTOP, "--help"),
        "runs --offline": (*EVALTOP, "runs", "--offline"),
        "runs --offline --format json": (*EVALTOP, "runs", "--offline", "--format", "json"),
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds + 1):
        for name, command in commands.items():
            begun = time.perf_counter()
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=True)
            took[name].append((time.perf_counter() - begun) * 1000)
    print(f"headless, {rounds} rounds, 500 runs in the store (ms)")
    yardstick = took["import httpx, pydantic"][1:]
    for name, all_samples in took.items():
        samples = all_samples[1:]
        print(f"  {name:<30}{figures(samples)}{ratio(samples, yardstick)}")


def watch(
    name: str,
    command: Sequence[str],
    wanted: str,
    environ: Mapping[str, str],
    seconds: float = WATCHED_S,
    *,
    begun: Callable[[], None] = lambda: None,
) -> None:
    """Print what a program writes and computes while nobody types; `begun` tells of the start."""
    with StampedTerminal(command, environ=environ) as terminal:
        terminal.shown_after(wanted)
        terminal.read_for(SETTLED_S)
        begun()
        cpu = terminal.cpu_s()
        size = terminal.read_for(seconds)
        used = (terminal.cpu_s() - cpu) / seconds * 100
        print(f"  {name:<34}{size / seconds:9.1f} B/s   {used:5.2f} % of a core")


def measure_idle(home: Path, _rounds: int) -> None:
    """Nothing live."""
    print(f"idle, {WATCHED_S:.0f} s")
    watch("bare", BARE, "a bare Textual app", {"HOME": str(home)})
    with serving(live=0, ended=40) as url:
        environ = make_home(home / "idle", url, runs=0, idle_s=3600)
        watch("evaltop, answered, nothing live", EVALTOP, "batch_done", environ)
        environ = make_home(home / "idle60", url, runs=0, idle_s=60)
        watch("the same, asked every 60 s", EVALTOP, "batch_done", environ)
    environ = make_home(home / "refused", closed_url())
    watch("evaltop, connection refused", EVALTOP, NEWEST, environ)


def measure_live(home: Path, _rounds: int) -> None:
    """Three live runs, asked once a second."""
    print(f"3 live runs on screen, asked at 1 Hz, {WATCHED_S:.0f} s")
    with serving(live=3, ended=20) as url:
        bare = (sys.executable, bare_poller.__file__, f"{url}/batches")
        watch("bare, the same list", bare, "batch_live", {"HOME": str(home)})
        environ = make_home(home / "live", url, runs=0, live_s=1)
        watch("evaltop", EVALTOP, "batch_live", environ)


def measure_many(home: Path, _rounds: int) -> None:
    """Two hundred live runs on five connections, at the pace every connection begins with."""
    print(f"200 live runs on 5 connections, default pace, {MANY_WATCHED_S:.0f} s")
    asked: Counter[str] = Counter()
    with serving(live=40, ended=20, asked=asked) as url:
        names = ("prod", "b", "c", "d", "e")
        environ = make_home(home / "many", url, runs=0, connections=names, own_pace=False)
        watch("evaltop", EVALTOP, "batch_live", environ, MANY_WATCHED_S, begun=asked.clear)
    told = ", ".join(str(number) for number in asked.values())
    print(f"  requests in these {MANY_WATCHED_S:.0f} s, by connection: {told}")


def show_keys(terminal: StampedTerminal, name: str, keys: str, times: int) -> None:
    """Print latency and bytes of a key."""
    samples = [terminal.key(keys) for _ in range(times)]
    answered = [sample for sample in samples if sample[1]]
    took, sizes = [took for took, _ in answered], [size for _, size in answered]
    print(
        f"  {name:<26}{statistics.median(took):6.1f} ms  p95 {p95(took):6.1f} ms"
        f"   {statistics.median(sizes):7.0f} B  most {max(sizes):6d} B"
        f"   ({len(answered)} of {times} answered)"
    )


def measure_keys(home: Path, _rounds: int) -> None:
    """Cursor and page keys in both tables."""
    print("keys: to the last byte of the answer, and its bytes")
    environ = make_home(home / "keys", closed_url(), rows=5_000)
    with StampedTerminal(EVALTOP, environ=environ) as terminal:
        terminal.shown_after(NEWEST)
        terminal.read_for(SETTLED_S)
        terminal.key("p")
        show_keys(terminal, "runs: cursor inside", DOWN, 25)
        show_keys(terminal, "runs: cursor at the edge", DOWN, 25)
        show_keys(terminal, "runs: page", PAGE_DOWN, 8)
        terminal.key("\x1b[H")
        took, size = terminal.key("\r")
        print(f"  {'open the run':<26}{took:6.1f} ms  {size:24d} B")
        terminal.read_for(1.0)
        show_keys(terminal, "5,000 rows: cursor inside", DOWN, 8)
        show_keys(terminal, "5,000 rows: cursor", DOWN, 60)
        show_keys(terminal, "5,000 rows: page", PAGE_DOWN, 40)


def measure_typing(home: Path, rounds: int) -> None:
    """Typing into the filter while six connections come to life."""
    print(f"{len(TYPED)} keys, one in {EVERY_S * 1000:.0f} ms, from the first frame on (ms)")
    with served(home / "served") as environ:
        for name, command, more in (
            ("demo in the process", (*EVALTOP, "demo"), {}),
            ("six connections on sockets", EVALTOP, environ),
        ):
            took = []
            for number in range(rounds):
                fresh = {"EVALTOP_DATA_DIR": str(home / "served" / str(number))}
                took.append(typed_from_the_start(command, {**more, **fresh}))
            keys = [one for keys in took for one in keys]
            slow = sum(one > SLOW_MS for one in keys) / rounds
            print(
                f"  {name:<28}{figures(keys)}  p95 {p95(keys):6.1f}"
                f"   slowest {figures([max(keys) for keys in took])}"
                f"   over {SLOW_MS:.0f} ms: {slow:.1f} of {len(TYPED)}"
            )


@contextmanager
def served(home: Path) -> Iterator[dict[str, str]]:
    """Serve the demo's APIs in a process of their own; yields the environment for it."""
    home.mkdir(parents=True)
    config = home / "config.toml"
    with config.open("w") as out:
        server = subprocess.Popen(
            [*EVALTOP, "demo", "--serve", "127.0.0.1:0"], stdout=out, stderr=subprocess.PIPE
        )
    assert server.stderr is not None
    server.stderr.readline()  # the config file is written before it says where it serves
    try:
        yield {"HOME": str(home), "EVALTOP_CONFIG": str(config)}
    finally:
        server.terminate()
        server.communicate()


def typed_from_the_start(command: Sequence[str], environ: Mapping[str, str]) -> list[float]:
    """Type into the filter from the first frame on; return each key's milliseconds."""
    with StampedTerminal(command, environ=environ) as terminal:
        terminal.shown_after("STATUS")
        terminal.key("/")
        begun = time.perf_counter()
        for number, key in enumerate(TYPED):
            terminal.read_for(begun + number * EVERY_S - time.perf_counter())
            terminal.send(key)
        terminal.read_for(1.0)
        seen = terminal.times_of([f"filter: {TYPED[: n + 1]}" for n in range(len(TYPED))])
    return [(at - begun - n * EVERY_S) * 1000 for n, at in enumerate(seen)]


PARTS: dict[str, Callable[[Path, int], None]] = {
    "start": measure_start,
    "headless": measure_headless,
    "idle": measure_idle,
    "live": measure_live,
    "many": measure_many,
    "keys": measure_keys,
    "typing": measure_typing,
}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[])
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for part in options.parts or PARTS:
            PARTS[part](Path(directory), options.rounds)


if __name__ == "__main__":
    main()
