"""An OpenAI-shaped API on a loopback port that moves on, counts who asks what, and can be down."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

from tests.loopback import JsonHandler, LoopbackServer, listed

TOTAL = 1_000
ROWS_PER_S = 7
EVAL = {
    "id": "eval_1",
    "object": "eval",
    "name": "support-faq",
    "created_at": 1_700_000_000,
    "testing_criteria": [{"id": "g1", "type": "string_check", "name": "exact"}],
    "metadata": {},
}


@dataclass(frozen=True)
class Asked:
    """One request, or one attempt while the server was down (then without who and path)."""

    at: float
    """On the monotonic clock."""
    who: str
    """The key it came with: each process has one of its own."""
    path: str


class LiveApi:
    """One eval with some live runs; all of them complete when they are told to."""

    def __init__(self, runs: int = 3) -> None:
        self.asked: list[Asked] = []
        self.ended: set[str] = set()
        self.ids = [f"evalrun_{number}" for number in range(1, runs + 1)]
        self._begun = time.time()
        self._news = threading.Condition()
        self.is_down = False
        self.talks: set[socket.socket] = set()
        self._server = _Server(self)
        self.port: int = self._server.server_port

    @property
    def base_url(self) -> str:
        """What a connection is configured with."""
        return self._server.base_url

    def note(self, who: str, path: str) -> None:
        """Count a request."""
        with self._news:
            self.asked.append(Asked(time.monotonic(), who, path))
            self._news.notify_all()

    def wait_for(self, wanted: Callable[[Asked], bool], since: int, seconds: float) -> Asked:
        """Return the first request behind number `since` that is wanted, waiting for it."""

        def found() -> Asked | None:
            return next((one for one in self.asked[since:] if wanted(one)), None)

        with self._news:
            one = self._news.wait_for(found, seconds)
        assert one is not None, f"not asked within {seconds} s"
        return one

    def end(self, *ids: str) -> None:
        """Let runs be completed from now on."""
        self.ended.update(ids)

    def reset(self) -> None:
        """Take no more requests: every attempt is counted and reset."""
        self.is_down = True
        for talk in tuple(self.talks):
            _cut(talk)

    def refuse(self) -> None:
        """Listen no more: every attempt is refused, and nobody counts."""
        self.reset()
        self.close()

    def mend(self) -> None:
        """Answer again, on the same port."""
        if self._server.socket.fileno() < 0:
            self._server = _Server(self, self.port)
        self.is_down = False

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def answer(self, path: str) -> dict[str, Any]:
        """Return what is asked for."""
        last = path.rpartition("/")[2]
        if last in self.ids:
            return self.run(last)
        if last == "evals":
            return listed([EVAL])
        if last == "runs":
            return listed([self.run(each) for each in reversed(self.ids)])
        if last == "output_items":
            return listed([])
        return EVAL

    def run(self, ident: str) -> dict[str, Any]:
        """Return a run; live ones have come further with every second."""
        ended = ident in self.ended
        done = TOTAL if ended else int((time.time() - self._begun) * ROWS_PER_S) % TOTAL
        return {
            "id": ident,
            "object": "eval.run",
            "eval_id": "eval_1",
            "name": f"nightly-{ident.rpartition('_')[2]}",
            "status": "completed" if ended else "in_progress",
            "model": "gpt-5-mini",
            "created_at": int(self._begun),
            "result_counts": {"total": done, "passed": done, "failed": 0, "errored": 0},
            "metadata": {},
        }


class _Server(LoopbackServer):
    def __init__(self, api: LiveApi, port: int = 0) -> None:
        self.api = api
        super().__init__(_Handler, port)


class _Handler(JsonHandler):
    server: _Server

    def setup(self) -> None:
        super().setup()
        api = self.server.api
        api.talks.add(self.connection)
        self.broken = api.is_down
        if self.broken:
            api.note("", "")
            _cut(self.connection)

    def handle(self) -> None:
        if not self.broken:
            super().handle()

    def finish(self) -> None:
        self.server.api.talks.discard(self.connection)
        with suppress(OSError):
            super().finish()

    def answer(self, url: SplitResult) -> object:
        api = self.server.api
        if api.is_down:
            raise ConnectionResetError
        api.note(self.headers["Authorization"].removeprefix("Bearer "), url.path)
        return api.answer(url.path)


def _cut(talk: socket.socket) -> None:
    """Reset a connection."""
    with suppress(OSError):
        talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        talk.shutdown(socket.SHUT_RDWR)


@contextmanager
def live_api(runs: int = 3) -> Iterator[LiveApi]:
    """Serve until left."""
    api = LiveApi(runs)
    try:
        yield api
    finally:
        with suppress(OSError):
            api.close()


def environ(
    home: Path, api: LiveApi, key: str, connections: Sequence[str] = ("prod",)
) -> dict[str, str]:
    """Return the environment of a process that asks once a second, on the store in `home`."""
    file = home / "config.toml"
    accounts = "".join(
        f'[connections.{name}]\nprovider = "openai"\nbase_url = "{api.base_url}"\nbatches = false\n'
        for name in connections
    )
    file.write_text(
        f"{accounts}[poll]\nfocused_s = 1\nlive_s = 1\nidle_s = 1\nmax_requests_per_min = 600\n"
    )
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "EVALTOP_CONFIG": str(file),
        "EVALTOP_DATA_DIR": str(home / "data"),
        **{f"EVALTOP_{name.upper()}_API_KEY": key for name in connections},
    }
