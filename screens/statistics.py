"""Statistics: how sure a run's figures are, how its trials agree, slices, and the group's trend."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from screens.base import bindings_for
from screens.feed import Feed
from screens.panes import PanedScreen
from tui.analysis.single import RunStatistics, statistics_of
from tui.clock import Clock
from tui.messages import CopyAsked, RowOpened, RunOpened, Told
from tui.models import RunRef
from tui.presentation import statistics as present
from tui.presentation.run import state, title
from tui.presentation.sources import ListSource
from tui.presentation.table import TableRow
from tui.services import Services
from tui.store import Change, RowQuery, RunQuery, Store
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_table import VirtualTable

Wanted = tuple[RunRef, str | None, bool]
"""A run, what to slice by (None: the most telling field), and whether slices are wanted."""


class StatisticsScreen(PanedScreen):
    """One run's statistics, kept up while it is live."""

    PANES = ("figures", "trials", "stable", "slices", "trend")

    NAME = "statistics"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "statistics", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, ref: RunRef) -> None:
        """Show the statistics of a run."""
        super().__init__(services)
        self._ref = ref
        self._field: str | None = None
        self._found: RunStatistics | None = None
        self._rows: present.StableRows | None = None
        """All rows, made in the thread: a hundred thousand take a while."""
        self._chosen: tuple[str, tuple[int, ...]] | None = None
        self._feed = StatisticsFeed(self, services.store, services.clock, self._show)

    def compose(self) -> ComposeResult:
        """Lay out header, panes and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield HeaderLine(tone="", classes="facts", id="sentence")
        yield HeaderLine(tone="muted", classes="facts", id="agreement")
        yield PaneLine()
        yield VirtualTable(present.FIGURE_COLUMNS, id="figures", empty="Reading the rows…")
        yield VirtualTable(
            present.TRIAL_COLUMNS, id="trials", empty="Every row of this run has one trial."
        )
        yield VirtualTable(present.ROW_COLUMNS, id="stable", empty="No row is stored yet.")
        yield VirtualTable(present.SLICE_COLUMNS, id="slices", empty="Reading the items…")
        yield VirtualTable(
            present.TREND_COLUMNS, id="trend", empty="No comparable run came before this one."
        )
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Begin to read."""
        self.show_header("statistics", "reading…")
        self._show_pane(0)
        self._show_pane_line()

    def came_from(self) -> str:
        """Return the row that was looked at last, where that was the pane."""
        return self.query_one("#stable", VirtualTable).cursor_key or ""

    def on_unmount(self) -> None:
        """Give up what is being read."""
        self._feed.forget()

    def _show_pane(self, index: int) -> None:
        super()._show_pane(index)
        found = self._found
        if found is None or (self._sliced and found.field and not found.slices):
            self._read(urgent=True)

    @property
    def _sliced(self) -> bool:
        return self.PANES[self._pane] == "slices"

    def _read(self, *, urgent: bool) -> None:
        self._feed.want((self._ref, self._field, self._sliced), urgent=urgent)

    def changed(self, change: Change) -> None:
        """Show what came; cursor and scroll stay."""
        if self._ref in change.refs | change.rows:
            self._read(urgent=False)

    def on_screen_resume(self) -> None:
        """Follow the run, and catch up with what came while another screen was on top."""
        self.services.poller.focus(self._ref)
        self.services.poller.set_visible((self._ref,))
        if self._found is not None:
            self._read(urgent=False)

    # --- showing

    def _show(self, found: RunStatistics, rows: present.StableRows) -> None:
        self._found, self._rows = found, rows
        now = self.services.clock.now()
        run = found.stored.run
        self.show_header(f"statistics  {title(run)}", state(found.stored, now))
        self.query_one("#sentence", HeaderLine).left = present.headline(found)
        agreement = self.query_one("#agreement", HeaderLine)
        agreement.left = present.trials_line(found)
        agreement.display = bool(agreement.left)
        self._fill("figures", present.figure_rows(found), "No row has a result yet.")
        self._fill("trials", present.trial_rows(found))
        self._fill("slices", present.slice_rows(found), _no_slices(found))
        self._fill("trend", present.trend_rows(found, now))
        self._show_rows()

    def _fill(self, name: str, rows: list[TableRow], empty: str = "") -> None:
        table = self.query_one(f"#{name}", VirtualTable)
        if empty:
            table.empty = empty
        table.set_source(ListSource(rows))

    def _show_rows(self) -> None:
        found, rows = self._found, self._rows
        if found is not None and rows is not None:
            chosen = self._chosen
            source = rows if chosen is None else present.StableRows(found, chosen[1])
            self.query_one("#stable", VirtualTable).set_source(source)
        self._show_pane_line()

    def _show_pane_line(self) -> None:
        found, chosen = self._found, self._chosen
        field = None if found is None else found.field
        rows = self.query_one("#stable", VirtualTable).row_count
        self.query_one(PaneLine).panes = (
            ("figures", ""),
            ("trials", "" if found is None or not found.at_k else str(len(found.at_k))),
            ("rows", f"{rows:,}" if chosen is None else f"{chosen[0]} {rows:,}"),
            ("slices", "" if field is None else f"by {present.field_text(field)}"),
            ("trend", "" if found is None or not found.trend else str(len(found.trend))),
        )

    # --- actions

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Open the row, the run, or the rows behind a line."""
        event.stop()
        name, found = event.table.id, self._found
        if name == "stable":
            query = RowQuery(sort="instability", descending=True)
            self.post_message(RowOpened(self._ref, event.key, query))
        elif name == "trend":
            ref = RunRef.parse(event.key)
            if ref != self._ref:
                self.post_message(RunOpened(ref, RunQuery()))
        elif found is not None:
            self._choose(present.slice_place(found, event.key) if name == "slices" else None)
            self._show_pane(self.PANES.index("stable"))

    def _choose(self, chosen: tuple[str, tuple[int, ...]] | None) -> None:
        self._chosen = chosen
        self._show_rows()

    def action_back(self) -> None:
        """Show all rows again, then go back."""
        if self._chosen is None:
            self.leave()
        else:
            self._choose(None)

    def action_slice_field(self) -> None:
        """Choose what rows are sliced by."""
        from screens.menu import ChoiceMenu

        found = self._found
        if found is None or not found.fields:
            self.post_message(Told("no field of the items falls into a few kinds"))
            return
        choices = [(name, present.field_text(name)) for name in found.fields]
        self.app.push_screen(
            ChoiceMenu("Slices by", choices, found.field or found.fields[0]), self._sliced_by
        )

    def _sliced_by(self, chosen: str | None) -> None:
        if chosen is not None:
            self._field = chosen
            self._choose(None)
            self._show_pane(self.PANES.index("slices"))
            self._read(urgent=True)

    def action_refresh(self) -> None:
        """Ask for this run now."""
        self.services.poller.refresh(self._ref)

    def action_copy(self) -> None:
        """Copy the line under the cursor."""
        table = self._pane_widget(self._pane)
        row = table.cursor_row() if isinstance(table, VirtualTable) else None
        if row is not None:
            text = "  ".join(cell.text for cell in row.cells if cell.text)
            self.post_message(CopyAsked(text, "the line"))

    def came_back(self, key: str | None) -> None:
        """Put the cursor on the row that was read last."""
        if key and self.PANES[self._pane] == "stable":
            self.query_one("#stable", VirtualTable).move_to(key)


class StatisticsFeed(Feed[Wanted]):
    """Reads a run's statistics in a thread."""

    def __init__(
        self,
        screen: Screen[str],
        store: Store,
        clock: Clock,
        show: Callable[[RunStatistics, present.StableRows], None],
    ) -> None:
        super().__init__(screen, clock, "statistics")
        self._store = store
        self._show = show

    async def look(self, wanted: Wanted) -> bool:
        """Read and show; False for a run that is not stored."""
        outdated = partial(self.is_outdated, wanted)
        found = await self.in_thread(wanted, partial(_read, self._store, *wanted, outdated))
        if found is None:
            return False
        self._show(*found)
        return True


def _read(
    store: Store, ref: RunRef, field: str | None, slices: bool, outdated: Callable[[], bool]
) -> tuple[RunStatistics, present.StableRows] | None:
    stored = store.run(ref)
    if stored is None:
        return None
    found = statistics_of(store, stored, field, slices=slices, cancelled=outdated)
    return found, present.StableRows(found)


def _no_slices(found: RunStatistics) -> str:
    if found.field is None:
        return "No field of the items falls into a few kinds."
    return "Reading the items…" if not found.slices else ""
