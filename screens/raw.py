"""Raw JSON: something exactly as the provider sent it, as a tree or as text."""

import json
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import EvalScreen, bindings_for
from tui.messages import CopyAsked, TextAsked
from tui.models import JsonValue
from tui.services import Services
from tui.widgets.filter_bar import FilterBar
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.json_tree import JsonTree
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView

PANES = (("tree", ""), ("text", ""))


class JsonScreen(EvalScreen):
    """One JSON value."""

    NAME = "json"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "json", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, title: str, value: JsonValue) -> None:
        super().__init__(services)
        self._title = title
        self._value = value
        self._pane = 0

    def compose(self) -> ComposeResult:
        """Lay out title, tree, text and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield PaneLine()
        yield JsonTree(self._value, id="tree")
        yield TextView(id="text")
        yield FilterBar(label="find", placeholder="words in this JSON")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Show the tree."""
        self.show_header(self._title, "raw JSON")
        self.query_one(PaneLine).panes = PANES
        self._show_pane(0)

    @property
    def _shown(self) -> JsonTree | TextView:
        if self._pane == 0:
            return self.query_one(JsonTree)
        return self.query_one(TextView)

    def _as_text(self) -> str:
        return json.dumps(self._value, indent=2, ensure_ascii=False)

    def _show_pane(self, index: int) -> None:
        self._pane = index
        text = self.query_one(TextView)
        if index == 1:
            text.show_text(self._as_text(), "json")
        self.query_one(JsonTree).display = index == 0
        text.display = index == 1
        self.query_one(PaneLine).current = index
        self._shown.focus()

    def action_pane(self, number: int) -> None:
        """Show a pane by its number."""
        if number <= len(PANES):
            self._show_pane(number - 1)

    def action_next_pane(self) -> None:
        """Show the other pane."""
        self._show_pane(1 - self._pane)

    def action_previous_pane(self) -> None:
        """Show the other pane."""
        self._show_pane(1 - self._pane)

    def on_pane_line_pane_chosen(self, event: PaneLine.PaneChosen) -> None:
        """Show the pane that was clicked."""
        event.stop()
        self._show_pane(event.index)

    def action_filter(self) -> None:
        """Find in what is shown."""
        self.query_one(FilterBar).open()

    def on_filter_bar_filter_changed(self, event: FilterBar.FilterChanged) -> None:
        """Find while it is typed."""
        event.stop()
        count = self._shown.find(event.text)
        self.query_one(FilterBar).error = "nothing found" if event.text and not count else ""

    def on_filter_bar_filter_left(self, event: FilterBar.FilterLeft) -> None:
        """Give the focus back."""
        event.stop()
        self._shown.focus()

    def action_next_match(self) -> None:
        """Go to the next match."""
        self._shown.next_match()

    def action_previous_match(self) -> None:
        """Go to the match before."""
        self._shown.previous_match()

    def action_back(self) -> None:
        """End the search, then go back."""
        bar = self.query_one(FilterBar)
        if bar.text:
            bar.clear()
            self._shown.focus()
        else:
            self.leave()

    def action_copy(self) -> None:
        """Copy the node under the cursor, or the whole text."""
        self.post_message(CopyAsked(self._shown.copy_text(), "this JSON"))

    def action_pager(self) -> None:
        """Read it in the pager."""
        self.post_message(TextAsked(self._as_text(), editor=False, suffix=".json"))

    def action_editor(self) -> None:
        """Take it into the editor."""
        self.post_message(TextAsked(self._as_text(), editor=True, suffix=".json"))
