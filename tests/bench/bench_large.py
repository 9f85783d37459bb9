"""What a results answer of 200 MB costs in memory on its way from a socket into the store.

Run it by `python -m tests.bench.bench_large [--megabytes N] [--rows N]`. An own process serves the
answer of each provider that tells all rows at once; another reads it as the app does, through the
network client, and stores it. Printed is how much its memory grew at most, beside the rows a
second. It asserts nothing.
"""

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psutil

from tests.bench.bench_ingest import sized
from tests.bench.bench_store import line
from tests.providers.contract.case import Case, Site
from tests.providers.contract.cases_datalab import DatalabCase
from tests.providers.contract.cases_gomodel import GoModelCase
from tests.providers.wiring import CANARY
from tui.clock import SystemClock
from tui.credentials import FoundKey, Secret
from tui.models import RunRef
from tui.polling.sync import Sync
from tui.providers.http import ClientContext
from tui.providers.registry import make_provider
from tui.providers.warming import warm_models, warm_network
from tui.store import Store

CASES: dict[str, type[Case]] = {kind.name: kind for kind in (GoModelCase, DatalabCase)}
LISTS = {"gomodel": "data", "datalab": "file_results"}
"""Where each answer holds its rows."""
SMALL = 1
"""The run of a few rows, read first: what is loaded once is no part of the growth."""
WATCHED_S = 0.005


def pieces(kind: type[Case], rows: int, size: int) -> Iterator[bytes]:
    """Yield an answer of results."""
    case = kind()
    yield b'{"%s": [' % LISTS[case.name].encode()
    for n in range(rows):
        yield (b", " if n else b"") + json.dumps(sized(kind, case.row(n), size)).encode()
    yield b"]}"


def serve(kind: type[Case], rows: int, size: int) -> None:
    """Serve one provider on a free port, which is printed, until the input ends."""
    case = kind()
    site = Site(case)
    site.runs = [case.run(0), case.run(SMALL)]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if not self.path.endswith("/results"):
                request = httpx.Request("GET", f"http://x{self.path}", headers=dict(self.headers))
                answer = case.answer(request, site)
                self._say(answer.status_code, [answer.content])
            else:
                few = f"/{case.run_path(SMALL)}/" in self.path
                self._say(200, pieces(kind, 200 if few else rows, size))

        def _say(self, status: int, body: Any) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in body:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


class Watch:
    """The most memory this process had since it was made, in bytes."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._over = threading.Event()
        self.before = self.most = self._process.memory_info().rss
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(WATCHED_S):
            self.most = max(self.most, self._process.memory_info().rss)

    def end(self) -> None:
        self._over.set()
        self._thread.join()


async def read(kind: type[Case], port: int, directory: Path, rows: int) -> None:
    """Print what reading all results from a server costs."""
    case = kind()

    async def key() -> FoundKey:
        return FoundKey(Secret(CANARY), "bench", CANARY[-4:])

    clock = SystemClock()
    provider = make_provider(
        replace(case.config, base_url=f"http://127.0.0.1:{port}"),
        ClientContext(clock=clock, key=key, random=Random(1)),
    )
    store = Store.open(directory, clock=clock)
    sync = Sync(provider, store, clock)
    await sync.rows(await sync.run(RunRef(case.config.name, case.run_path(SMALL))))
    run = await sync.run(RunRef(case.config.name, case.run_path(0)))
    gc.collect()
    gc.freeze()
    watch, begun = Watch(), time.perf_counter()
    await sync.rows(run)
    took = time.perf_counter() - begun
    watch.end()
    stored = store.run(run.ref)
    assert stored is not None
    assert stored.sync.rows_stored == rows
    grown = (watch.most - watch.before) / 2**20
    line(f"{case.name}: memory", grown, "MiB", f"   budget 64 MiB; {rows / took:,.0f} rows/s")
    await provider.aclose()
    store.close()


def main() -> None:
    """Run everything, each process that is measured and each that serves by itself."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--serve", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--read", choices=CASES, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = options.megabytes * 1_000_000 // options.rows
    if options.serve:
        serve(CASES[options.serve], options.rows, size)
        return
    if options.read:
        sys.setswitchinterval(0.001)  # as the app does
        warm_models()
        warm_network()
        with tempfile.TemporaryDirectory() as directory:
            asyncio.run(read(CASES[options.read], options.port, Path(directory), options.rows))
        return
    print(f"{options.megabytes} MB of results, {options.rows:,} rows", flush=True)
    again = [sys.executable, "-m", "tests.bench.bench_large", "--rows", str(options.rows)]
    again += ["--megabytes", str(options.megabytes)]
    for name in CASES:
        with subprocess.Popen(
            [*again, "--serve", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            subprocess.run([*again, "--read", name, "--port", port], check=True)
            server.communicate()


if __name__ == "__main__":
    main()
