"""JSON answers on a loopback port: what the small servers of tests and benchmarks share."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import SplitResult, urlsplit


class JsonHandler(BaseHTTPRequestHandler):
    """Answers GET; says nothing, also where a client has gone."""

    protocol_version = "HTTP/1.1"

    def answer(self, url: SplitResult) -> object:
        """Return what is asked for."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Send the answer."""
        body = json.dumps(self.answer(urlsplit(self.path))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_one_request(self) -> None:
        """Handle one; a connection that is cut is closed."""
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Say nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """Listens on loopback and answers in threads that end with the process."""

    daemon_threads = True

    def __init__(self, handler: type[JsonHandler], port: int = 0) -> None:
        """Begin to serve; port 0 = a free one."""
        super().__init__(("127.0.0.1", port), handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def base_url(self) -> str:
        """What an OpenAI connection is configured with."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def close(self) -> None:
        """Serve no more."""
        self.shutdown()
        self.server_close()


def listed(data: list[dict[str, Any]], *, more: bool = False) -> dict[str, Any]:
    """Return a page of a list in the OpenAI way."""
    ids = [one["id"] for one in data] or [None]
    return {
        "object": "list",
        "data": data,
        "first_id": ids[0],
        "last_id": ids[-1],
        "has_more": more,
    }
