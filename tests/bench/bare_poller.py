"""The yardstick of live watching: the smallest Textual app that asks a list once a second.

Its argument is the URL. It shows how far each live run is, one line each, and stores nothing.
"""

import os
import sys

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_FPS", "30")

import asyncio

import httpx
from textual.app import App, ComposeResult
from textual.widgets import Static


class BarePoller(App[None]):
    """One Static per live run."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def compose(self) -> ComposeResult:
        for number in range(40):
            yield Static("a bare poller", id=f"line-{number}")

    def on_mount(self) -> None:
        self.run_worker(self.ask())

    async def ask(self) -> None:
        async with httpx.AsyncClient() as client:
            while True:
                answer = (await client.get(self.url)).json()
                live = [one for one in answer["data"] if one["status"] == "in_progress"]
                for number, one in enumerate(live):
                    done = one["request_counts"]["completed"]
                    self.query_one(f"#line-{number}", Static).update(f"{one['id']} {done}")
                await asyncio.sleep(1)


if __name__ == "__main__":
    BarePoller(sys.argv[1]).run()
