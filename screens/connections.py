"""Connections: each account, where its key comes from, and how its last answer was."""

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import EvalScreen, bindings_for, interval_text
from tui.config import Config
from tui.credentials import describe_key_source
from tui.messages import CopyAsked
from tui.presentation.begin import begin_text
from tui.presentation.connections import COLUMNS, general_problems, paragraph, rows
from tui.presentation.format import plural
from tui.presentation.sources import ListSource
from tui.services import Services
from tui.store import Change
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView
from tui.widgets.virtual_table import VirtualTable


class ConnectionsScreen(EvalScreen):
    """All connections; without any, the three ways to begin."""

    NAME = "connections"
    CSS_PATH = "../styles/connections.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "connections", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._keys: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out title, table, the paragraph about one, and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield VirtualTable(COLUMNS, id="connections")
        yield TextView(id="about")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Show the connections, or how to get one."""
        config = self.services.config
        self._keys = _key_places(config)
        self._read()
        if self.table.row_count:
            self.table.focus()
            return
        self.table.display = False
        about = self.query_one("#about", TextView)
        about.add_class("-alone")
        about.show_text(begin_text(general_problems(config)))
        about.focus()

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one("#connections", VirtualTable)

    def _read(self) -> None:
        config, now = self.services.config, self.services.clock.now()
        healths = list(self.services.poller.status().values())
        self.table.set_source(ListSource(rows(config, healths, self._keys, now)))
        self.show_header(
            f"Connections  {plural(self.table.row_count, 'connection')} from {config.origin}"
            if config.connections
            else "Connections  none yet",
            interval_text(self.services),
        )
        self._tell_about(self.table.cursor_key)

    def _tell_about(self, name: str | None) -> None:
        if name is None:
            return
        health = self.services.poller.status().get(name)
        now = self.services.clock.now()
        text = paragraph(self.services.config, name, health, self._keys.get(name, ""), now)
        problems = general_problems(self.services.config)
        if problems:
            text = "\n".join([text, "", *(f"⚠ {problem}" for problem in problems)])
        self.query_one("#about", TextView).show_text(text)

    def changed(self, change: Change) -> None:
        """Show how the connections are now."""
        if change.connections:
            self._read()

    def minute_passed(self) -> None:
        """Let ages tick."""
        self._read()

    def pause_changed(self) -> None:
        """Say so in the title."""
        self._read()

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """Tell about the connection under the cursor."""
        event.stop()
        self._tell_about(event.key)

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Read the paragraph: long ones scroll."""
        event.stop()
        self.query_one("#about", TextView).focus()

    def action_back(self) -> None:
        """Leave the paragraph, then the screen."""
        if self.table.display and not self.table.has_focus:
            self.table.focus()
        else:
            self.leave()

    def action_copy(self) -> None:
        """Copy what is told about the connection."""
        text = self.query_one("#about", TextView).logical_text()
        self.post_message(CopyAsked(text, "this text"))


def _key_places(config: Config) -> dict[str, str]:
    """Return where each connection's key comes from, never the key; nothing is run for it."""
    if config.origin == "demo":
        return {connection.name: "the demo's own" for connection in config.connections}
    places = {}
    for connection in config.connections:
        place = describe_key_source(connection, os.environ)
        ending = f", …{place.last4}" if place.last4 else ""
        places[connection.name] = f"{place.source}{ending}"
    return places
