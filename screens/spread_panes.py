"""The panes of a run's scores and of its errors, read in a thread while one of them is seen."""

import asyncio

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from tui.frozen import frozen
from tui.models import RunRef, ScoreStats
from tui.presentation import spread as present
from tui.presentation.sources import ListSource
from tui.store import ErrorCause, Histogram, Store
from tui.widgets.header_line import HeaderLine
from tui.widgets.surviving import Surviving
from tui.widgets.virtual_table import VirtualTable

TALL_LINES = 32
MOST_BARS, FEW_BARS = 20, 10
"""Bars on a screen of that height, and on a lower one: all of them are seen at once."""


@frozen
class Spread:
    """What both panes show of a run."""

    histogram: Histogram
    stats: ScoreStats | None
    causes: tuple[ErrorCause, ...]
    rows: int


class ScoresPane(Surviving, Vertical):
    """Bars, and the exact figures above them."""

    class RowsAsked(Message):
        """The rows of one bar are wanted."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text
            """The filter that means them."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._histogram = Histogram()
        self._facts = HeaderLine(tone="", classes="facts", id="score-facts")
        self.table = VirtualTable(present.SCORE_COLUMNS, id="bars", empty="No row has a score.")
        """The bars."""

    def compose(self) -> ComposeResult:
        """Lay out figures and bars."""
        yield self._facts
        yield self.table

    def show_spread(self, spread: Spread) -> None:
        """Show other figures; the cursor stays on its bar."""
        self._histogram = spread.histogram
        facts = present.score_facts(spread.histogram, spread.stats)
        self._facts.left = facts
        self.table.set_source(ListSource(present.score_rows(spread.histogram)))

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Ask for the rows of a bar."""
        event.stop()
        text = present.bin_filter(self._histogram, event.key)
        if text is not None:
            self.post_message(self.RowsAsked(text))


class CausesTable(VirtualTable):
    """Errors by cause."""

    class CauseChosen(Message):
        """The rows with an error of one cause are wanted."""

        def __init__(self, cause: ErrorCause) -> None:
            super().__init__()
            self.cause = cause

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(present.CAUSE_COLUMNS, id=id, empty="No row has an error.")
        self._causes: dict[str, ErrorCause] = {}

    def show_spread(self, spread: Spread) -> None:
        """Show other figures; the cursor stays on its cause."""
        self._causes = {str(cause.id): cause for cause in spread.causes}
        self.set_source(ListSource(present.cause_rows(spread.causes, spread.rows)))

    def action_select(self) -> None:
        """Ask for the rows with this cause."""
        cause = self._causes.get(self.cursor_key or "")
        if cause is not None:
            self.post_message(self.CauseChosen(cause))


class SpreadFeed:
    """Reads what the panes show; what comes meanwhile is caught up with."""

    def __init__(self, screen: Screen[str], store: Store) -> None:
        self._screen = screen
        self._store = store
        self._wanted: RunRef | None = None
        self._reading = False
        self._stale = False

    def read(self, ref: RunRef) -> None:
        """Read a run's scores and errors and show them."""
        self._wanted, self._stale = ref, True
        if not self._reading:
            self._reading = True
            self._screen.run_worker(
                self._read(), name="spread", group="spread", exit_on_error=False
            )

    async def _read(self) -> None:
        try:
            while self._stale and self._wanted is not None:
                self._stale = False
                ref = self._wanted
                most = MOST_BARS if self._screen.size.height >= TALL_LINES else FEW_BARS
                spread = await asyncio.to_thread(_look, self._store, ref, most)
                if ref == self._wanted:
                    for pane in self._screen.query("ScoresPane, CausesTable"):
                        if isinstance(pane, ScoresPane | CausesTable):
                            pane.show_spread(spread)
        finally:
            self._reading = False


def _look(store: Store, ref: RunRef, most: int) -> Spread:
    stored = store.run(ref)
    return Spread(
        store.histogram(ref, most=most),
        store.score_stats(ref),
        tuple(store.error_causes(ref)),
        0 if stored is None else stored.sync.rows_stored,
    )
