"""A screen of several panes, one shown at a time."""

from typing import ClassVar

from textual.widget import Widget

from screens.base import EvalScreen
from tui.services import Services
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine


class PanedScreen(EvalScreen):
    """Shows the pane that was asked for, by tab, number or mouse, and gives it the focus."""

    PANES: ClassVar[tuple[str, ...]] = ()
    """DOM ids of the panes, in order; a `PaneLine` above them names them."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._pane = 0

    def _pane_widget(self, index: int) -> Widget:
        """Return what is shown and hidden; made where the layout has left it out."""
        name = self.PANES[index]
        for pane in self.query(f"#{name}"):
            return pane
        pane = self._new_pane(name)
        self.mount(pane, before=self.query_one(StatusLine))
        return pane

    def _new_pane(self, name: str) -> Widget:
        """Return a pane that is not there yet; screens that lay out all of theirs have none."""
        raise NotImplementedError(name)

    def _pane_focus(self, index: int) -> Widget:
        """Return what takes the focus of a pane."""
        return self._pane_widget(index)

    def _show_pane(self, index: int) -> None:
        shown = self._pane_widget(index)
        self._pane = index
        for name in self.PANES:
            for pane in self.query(f"#{name}"):
                pane.display = pane is shown
        self.query_one(PaneLine).current = index
        # At once, not as `focus` does: what opens next (the filter) must not lose it again.
        self.set_focus(self._pane_focus(index))

    def action_pane(self, number: int) -> None:
        """Show a pane by its number, from 1."""
        if number <= len(self.PANES):
            self._show_pane(number - 1)

    def action_next_pane(self) -> None:
        """Show the next pane."""
        self._show_pane((self._pane + 1) % len(self.PANES))

    def action_previous_pane(self) -> None:
        """Show the pane before."""
        self._show_pane((self._pane - 1) % len(self.PANES))

    def on_pane_line_pane_chosen(self, event: PaneLine.PaneChosen) -> None:
        """Show the pane that was clicked."""
        event.stop()
        self._show_pane(event.index)
