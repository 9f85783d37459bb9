"""A key, typed without being shown."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from tui.credentials import Secret
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.surviving import Surviving


class GivenKey:
    """A key a person typed, and whether it is to be kept in the keyring."""

    def __init__(self, key: str, *, keep: bool) -> None:
        self._secret = Secret(key)
        self.keep = keep

    def reveal(self) -> str:
        """Return the key, at the moment it is handed on."""
        return self._secret.reveal()


class KeyForm(Surviving, ModalScreen[GivenKey | None]):
    """Asks for a connection's key; answers None when none was given."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("ctrl+t", "give(False)", show=False, priority=True),
    ]

    def __init__(self, connection: str) -> None:
        """Ask for the key of this connection."""
        super().__init__()
        self._connection = connection

    def compose(self) -> ComposeResult:
        """Lay out the question, the line and the keys."""
        with Vertical(classes="form"):
            yield HeaderLine(f"Key for {self._connection}", "what you type is not shown")
            line = Input(password=True, compact=True, placeholder="paste or type it", id="key")
            line.cursor_blink = False
            yield line
            yield HeaderLine("", tone="bad", classes="form--mistake")
            hints = HintLine()
            hints.hints = (
                ("enter", "keep it in the keyring"),
                ("ctrl+t", "only until evaltop ends"),
                ("esc", "cancel"),
            )
            yield hints

    def on_mount(self) -> None:
        """Begin to take it."""
        self.set_focus(self.query_one(Input))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep it in the keyring."""
        event.stop()
        self.action_give(True)

    def action_give(self, keep: bool) -> None:
        """Answer with the key, if it can be one."""
        key = self.query_one(Input).value.strip()
        if not key or not (key.isascii() and key.isprintable()):
            self.query_one(
                ".form--mistake", HeaderLine
            ).left = "That is no key: it is empty, or holds characters no key has."
            return
        self.dismiss(GivenKey(key, keep=keep))

    def action_close(self) -> None:
        """Give none."""
        self.dismiss(None)
