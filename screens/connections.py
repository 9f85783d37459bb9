"""Connections: each account, where its key comes from, and how its last answer was."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import bindings_for, interval_text
from screens.connection_actions import ConnectionActions, key_in_use
from tui.config import (
    Config,
    partial_finds,
)
from tui.credentials import (
    KeyPlace,
    describe_key_source,
    locate_key,
)
from tui.messages import CopyAsked
from tui.presentation.begin import begin_text
from tui.presentation.connections import (
    COLUMNS,
    Known,
    general_problems,
    key_text,
    paragraph,
    rows,
)
from tui.presentation.format import plural
from tui.presentation.imports import import_text
from tui.presentation.retirement import ending_notice, holdings_text
from tui.presentation.sources import ListSource
from tui.services import Services
from tui.store import Change, Imported
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView
from tui.widgets.virtual_table import VirtualTable


class ConnectionsScreen(ConnectionActions):
    """All connections; without any, the ways to begin."""

    NAME = "connections"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "connections", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._imports: dict[str, Imported] = {}

    def compose(self) -> ComposeResult:
        """Lay out title, table, the paragraph about one, and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield VirtualTable(COLUMNS, id="connections")
        yield TextView(id="about")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Show the connections, or how to get one."""
        self.services_changed()

    def services_changed(self) -> None:
        """Show the connections as they are configured now, and look for their keys."""
        self.places = _described(self.services)
        self.read()
        there = bool(self.table.row_count)
        self.table.display = there
        about = self.query_one("#about", TextView)
        about.set_class(not there, "-alone")
        if there:
            self.table.focus()
        else:
            config = self.services.config
            finds = partial_finds(self.services.environ)
            about.show_text(begin_text(general_problems(config), finds))
            about.focus()
        if self.services.config.origin != "demo":
            self.run_worker(
                self._locate,  # type: ignore[arg-type] # None is a result like any other
                name="keys",
                group="keys",
                exclusive=True,
                exit_on_error=False,
            )

    async def _locate(self) -> None:
        """Look in keyrings and files, which may take seconds, and show what is there."""
        config, environ = self.services.config, self.services.environ
        places = await asyncio.gather(
            *(locate_key(connection, environ) for connection in config.connections)
        )
        for connection, place in zip(config.connections, places, strict=True):
            if key_in_use(self.services.links.get(connection.name)) is None:
                self.places[connection.name] = place
        self.read()

    def read(self) -> None:
        """Show what is known now."""
        config, now = self.services.config, self.services.clock.now()
        healths = list(self.services.poller.status().values())
        keys = {name: key_text(place) for name, place in self.places.items()}
        self._imports = {one.connection: one for one in self.services.store.imports()}
        imports = tuple(self._imports.values())
        self.table.set_source(ListSource(rows(config, healths, keys, imports, now)))
        count = len(config.connections) + len(config.switched_off)
        self.show_header(
            f"Connections  {plural(count, 'connection')} from {config.origin}"
            if count
            else "Connections  none yet",
            interval_text(self.services),
        )
        self._tell_about(self.table.cursor_key)

    def _tell_about(self, name: str | None) -> None:
        if name is None:
            return
        if name in self._imports:
            self.query_one("#about", TextView).show_text(import_text(self._imports[name]))
            return
        health = self.services.poller.status().get(name)
        link = self.services.links.get(name)
        known = Known(
            self.places.get(name),
            None if link is None else link.budget.left(),
            None if link is None else link.capabilities,
            self.tested.get(name, ""),
        )
        text = paragraph(self.services.config, name, health, known, self.services.clock.now())
        more = self._told_of_evals(name)
        if more:
            text = f"{more}\n{text}"
        problems = general_problems(self.services.config)
        if problems:
            text = "\n".join([text, "", *(f"⚠ {problem}" for problem in problems)])
        self.query_one("#about", TextView).show_text(text)

    def _told_of_evals(self, name: str) -> str:
        """Return what is stored of a service that has ended, or what to do before it ends."""
        connection = next(
            (one for one in self.services.config.connections if one.name == name), None
        )
        if connection is None:
            return ""
        store, now = self.services.store, self.services.clock.now()
        holdings = store.holdings(name)
        if store.retired(name) is not None:
            return f"⊗ Its evals are retired. {holdings_text(holdings, now)}"
        notice = ending_notice(connection, holdings, now)
        return f"⚠ {notice}" if notice else ""

    def changed(self, change: Change) -> None:
        """Show how the connections are now."""
        if change.connections:
            self.read()

    def minute_passed(self) -> None:
        """Let ages tick."""
        self.read()

    def pause_changed(self) -> None:
        """Say so in the title."""
        self.read()

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


def _described(services: Services) -> dict[str, KeyPlace]:
    """Return where each connection's key comes from, as far as that is known at once."""
    config: Config = services.config
    if config.origin == "demo":
        return {one.name: KeyPlace(True, "the demo's own") for one in config.connections}
    places = {}
    for connection in (*config.connections, *config.switched_off):
        place = describe_key_source(connection, services.environ)
        found = key_in_use(services.links.get(connection.name))
        if found is not None:
            place = found
        places[connection.name] = place
    return places
