"""The rows of a run with their filter and order; the criteria above them where there is room."""

from collections.abc import Callable
from dataclasses import replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import Screen

from screens.filtering import Filtering
from screens.menu import ChoiceMenu
from screens.rows_feed import RowsFeed, RowsLook
from tui.errors import QueryError
from tui.models import RunRef
from tui.presentation import run as present
from tui.presentation.row_order import order_choices, order_chosen, order_column, reordered
from tui.presentation.rows import RowsShape, row_columns
from tui.presentation.sources import RowsSource
from tui.presentation.table import Cell, SortMark
from tui.services import Services
from tui.store import RowQuery
from tui.widgets.grid_table import GridTable
from tui.widgets.header_line import HeaderLine
from tui.widgets.surviving import Surviving
from tui.widgets.virtual_table import VirtualTable

TALL_LINES = 32
"""From this height of the screen on the criteria stand above the rows, too."""


class RowsPane(Surviving, Vertical, Filtering):
    """Reads and shows the rows that are wanted; the screen says of which run, and when."""

    PLACEHOLDER = "words, or outcome:failed latency>2s"

    class Counted(Message):
        """Other rows, or more of them, are shown: `found` and `whole` have changed."""

    def __init__(
        self,
        owner: Screen[str],
        services: Services,
        *,
        id: str,  # noqa: A002 - Textual's name
        why_empty: Callable[[str], str],
        show_latency: Callable[[str], None],
    ) -> None:
        """Prepare an empty pane.

        Args:
            owner: the screen, whose workers read.
            services: store and clock.
            id: the DOM id.
            why_empty: told the filter, returns what an empty table says.
            show_latency: called with the latency of all rows where that is cheap to know.
        """
        super().__init__(id=id)
        self._why_empty = why_empty
        self._ref: RunRef | None = None
        self.rows = RowQuery()
        """Which rows are wanted, in which order."""
        self.found = 0
        """How many rows are shown."""
        self.whole = True
        """False while more are looked for."""
        self._good_rows = self.rows
        self._shape = RowsShape()
        self._feed = RowsFeed(
            owner,
            services.store,
            services.clock,
            show=self._show_rows,
            show_latency=show_latency,
            show_mistake=self._show_mistake,
        )

    def compose(self) -> ComposeResult:
        """Lay out criteria and table; the filter's bar is not seen yet."""
        yield GridTable(present.CRITERIA_COLUMNS, id="brief")
        yield HeaderLine(tone="accent", classes="facts", id="cause")
        yield VirtualTable((), id="rows")

    @property
    def table(self) -> VirtualTable:
        """The rows."""
        return self.query_one("#rows", VirtualTable)

    @property
    def narrowed(self) -> bool:
        """Whether rows are left out."""
        return bool(self.rows.text) or self.rows.cause is not None

    # --- showing

    def follow(self, ref: RunRef) -> None:
        """Show the rows of a run from now on; its columns are found anew."""
        self._ref = ref
        self.rows = replace(self.rows, cause=None)  # a cause is one run's
        self._tell_cause("")
        self._shape = RowsShape()
        self.table.columns = ()
        self.read(urgent=True)

    def read(self, *, urgent: bool) -> None:
        """Read the rows again: at once for a person, after a rest for live data."""
        if self._ref is not None:
            self._feed.read(self._ref, self.rows, urgent=urgent)

    def show_criteria(self, rows: tuple[tuple[Cell, ...], ...]) -> None:
        """Show the criteria above the rows where there is room, and why there are no rows."""
        self.query_one("#brief", GridTable).rows = rows
        self._show_brief()
        self.tell_empty()

    def tell_empty(self) -> None:
        """Say why there are no rows."""
        self.table.empty = self._why_empty(self.rows.text) if self.whole else "None so far…"

    def on_resize(self) -> None:
        """Show the criteria above the rows where there is room."""
        self._show_brief()

    def _show_brief(self) -> None:
        brief = self.query_one("#brief", GridTable)
        brief.display = self.screen.size.height >= TALL_LINES and bool(brief.rows)

    def _show_rows(self, looked: RowsLook) -> None:
        """Show a view; columns stay when a filter leaves rows that need fewer."""
        self._good_rows = self.rows
        shape = self._shape | looked.shape
        table = self.table
        if shape != self._shape or not table.columns:
            self._shape = shape
            table.columns = row_columns(shape)
        table.sort = SortMark(order_column(self.rows, shape.criteria), self.rows.descending)
        source = RowsSource(looked.view, shape)
        self.found, self.whole = source.count(), looked.whole
        self.tell_empty()
        if looked.grown:
            table.grow(source)
        else:
            table.set_source(source)
            if not looked.whole and table.cursor_lost:
                table.to_top()  # what follows must not carry the cursor along
        self.post_message(self.Counted())

    # --- filter

    def filter_by(self, text: str) -> None:
        """Show the rows a filter means."""
        self.filter_bar().text = text
        self.rows = replace(self.rows, text=text, cause=None)
        self._tell_cause("")
        self.read(urgent=True)

    def show_cause(self, cause: int, text: str) -> None:
        """Show the rows with an error of one cause, whatever was filtered before.

        Args:
            cause: its id.
            text: what such errors say.
        """
        self.filter_bar().text = ""
        self.rows = replace(self.rows, text="", cause=cause)
        self._tell_cause(f"only rows with the error: {text}")
        self.read(urgent=True)

    def _tell_cause(self, text: str) -> None:
        line = self.query_one("#cause", HeaderLine)
        line.left, line.right = text, "esc shows all" if text else ""
        line.display = bool(text)

    def _show_mistake(self, mistake: QueryError) -> None:
        """Go back to the filter of the rows that are shown."""
        self.rows = self._good_rows
        self.filter_bar().show_mistake(mistake)

    def open_filter(self) -> None:
        """Let the person type a filter."""
        self.filter_bar().open()

    def clear_filter(self) -> bool:
        """Show all rows; False when they are shown already."""
        if not (self.narrowed or self.has_filter()):
            return False
        if self.rows.cause is not None:
            self.rows = replace(self.rows, cause=None)
            self._tell_cause("")
            self.read(urgent=True)
        self.filter_bar().clear()
        self.table.focus()
        return True

    @property
    def filter_text(self) -> str:
        """The filter that is wanted."""
        return self.rows.text

    def filter_typed(self, text: str) -> None:
        """Read the rows that pass it."""
        self.rows = replace(self.rows, text=text)
        self.read(urgent=True)

    def filtered(self) -> VirtualTable:
        """Return the rows' table."""
        return self.table

    # --- order

    def choose_sort(self, then: Callable[[], None]) -> None:
        """Let the person choose the order; choosing the current one again turns it round.

        `then` is called when one was chosen.
        """

        def sorted_by(chosen: str | None) -> None:
            if chosen is not None:
                self.rows = reordered(self.rows, chosen)
                then()
                self.read(urgent=True)

        choices = order_choices(self._shape.criteria)
        arrow = "↓" if self.rows.descending else "↑"
        menu = ChoiceMenu("Sort rows by", choices, order_chosen(self.rows), arrow)
        self.app.push_screen(menu, sorted_by)
