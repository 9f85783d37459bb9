"""A small OpenAI-shaped API on loopback: batches only, some of them live, without a key check."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult

from tests.loopback import JsonHandler, LoopbackServer, listed

TOTAL = 5_000

BEGUN = int(time.time())
"""When the live batches had been running for ten minutes, and the others had ended."""


def batch(number: int, *, live: bool, now: int) -> dict[str, Any]:
    """Return a batch; a live one has come further with every second, and nothing else changes."""
    created = BEGUN - 600 if live else BEGUN - 7_200 - number
    done = now % TOTAL if live else TOTAL
    return {
        "id": f"batch_{'live' if live else 'done'}{number:06}",
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "model": "gpt-5-mini",
        "errors": None,
        "input_file_id": f"file-{number}",
        "completion_window": "24h",
        "status": "in_progress" if live else "completed",
        "output_file_id": None if live else f"file-o{number}",
        "error_file_id": None,
        "created_at": created,
        "in_progress_at": created + 1,
        "expires_at": created + 86_400,
        "finalizing_at": None,
        "completed_at": None if live else created + 300,
        "failed_at": None,
        "expired_at": None,
        "cancelling_at": None,
        "cancelled_at": None,
        "request_counts": {"total": TOTAL, "completed": done - done // 50, "failed": done // 50},
        "metadata": {"team": "search"},
    }


def answer(path: str, live: int, ended: int) -> dict[str, Any]:
    """Return the list, or the batch, that is asked for."""
    found: list[dict[str, Any]] = []
    now = int(time.time())
    asked = path.rsplit("/", maxsplit=1)[-1]
    if asked.startswith("batch_"):
        return batch(int(asked[-6:]), live="live" in asked, now=now)
    if path.endswith("/batches"):
        found = [batch(n, live=True, now=now) for n in range(live)]
        found += [batch(n, live=False, now=now) for n in range(ended)]
    return listed(found)


@contextmanager
def serving(*, live: int, ended: int, asked: "Counter[str] | None" = None) -> Iterator[str]:
    """Serve on a free port; yields the base URL. `asked` counts requests by the key they bring."""

    class Handler(JsonHandler):
        def answer(self, url: SplitResult) -> object:
            if asked is not None:
                asked[self.headers["Authorization"]] += 1
            return answer(url.path, live, ended)

    server = LoopbackServer(Handler)
    try:
        yield server.base_url
    finally:
        server.close()
