"""The yardstick: the smallest Textual app, in the same environment as evaltop."""

import os

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_FPS", "30")

from textual.app import App, ComposeResult
from textual.widgets import Static


class BareApp(App[None]):
    """One Static."""

    def compose(self) -> ComposeResult:
        yield Static("a bare Textual app")


if __name__ == "__main__":
    BareApp().run()
