"""Run: what came out, how sure that is, and its rows."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from screens.base import bindings_for, keep_or_let_go
from screens.comparing import comparison_of, runs_to_compare
from screens.following import FollowingScreen
from screens.panes import PanedScreen
from screens.rows_pane import RowsPane
from screens.run_header import RunHeader
from screens.run_panes import fill_pane, new_pane
from screens.spread_panes import CausesTable, ScoresPane, SpreadFeed
from tui.messages import (
    CopyAsked,
    JsonOpened,
    LinkAsked,
    RowOpened,
    SearchOpened,
    StatisticsOpened,
    TextAsked,
    Told,
)
from tui.models import RunRef
from tui.polling.rows_progress import RowsProgress
from tui.presentation import run as present
from tui.presentation.fetching import rows_pace, rows_so_far
from tui.presentation.format import short_number
from tui.presentation.spread import cause_text
from tui.services import Services
from tui.store import Change, RunQuery, StoredRun
from tui.widgets.header_line import HintLine
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView
from tui.widgets.virtual_table import VirtualTable


class RunScreen(FollowingScreen, PanedScreen):
    """One run."""

    PANES = ("pane-rows", "criteria", "scores", "errors", "usage", "details")

    NAME = "run"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "run", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, ref: RunRef, query: RunQuery) -> None:
        """Show `ref`; `query` is the list it was chosen from, for previous and next."""
        super().__init__(services)
        self._ref = ref
        self._list = query
        self._stored: StoredRun | None = None
        self._latency = ""
        self._slept = False
        self._notes: tuple[str, ...] = ()
        self._spread = SpreadFeed(self, services.store)

    def compose(self) -> ComposeResult:
        """Lay out header, panes and the lines at the bottom."""
        yield RunHeader(self.services)
        yield PaneLine()
        yield RowsPane(
            self,
            self.services,
            id="pane-rows",
            why_empty=self._why_empty,
            show_latency=self._show_latency,
        )
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Show what is stored, and follow the run."""
        self._show_pane(0)
        self._follow()

    def on_screen_suspend(self) -> None:
        """Another screen is on top: changes are not shown meanwhile."""
        self._slept = True

    def on_screen_resume(self) -> None:
        """Follow the run again, and catch up."""
        if self._slept:
            self._slept = False
            self.services.poller.focus(self._ref)
            self._read()
            self._rows.read(urgent=False)
            self._read_spread()

    def _follow(self) -> None:
        self.services.poller.focus(self._ref)
        self.services.poller.set_visible((self._ref,))
        self._latency = ""
        self._read()
        self._rows.follow(self._ref)
        self._read_spread()

    @property
    def _rows(self) -> RowsPane:
        return self.query_one(RowsPane)

    @property
    def table(self) -> VirtualTable:
        """The rows."""
        return self._rows.table

    def came_from(self) -> str:
        """Return the run's reference."""
        return str(self._ref)

    # --- the run itself

    def _read(self) -> None:
        """Read the run again and show it; equal values repaint nothing."""
        stored = self.services.store.run(self._ref)
        self._stored = stored
        if stored is None:
            self.show_header(str(self._ref), "not fetched yet")
            return
        if stored.news and self.is_current:
            self.services.store.events.see(self._ref)
        notes = list(present.notes(stored))
        failure, wait = self._failure(), self._wait()
        if failure or wait:
            notes.insert(0, f"✗ {failure}" if failure else f"… {wait}")
        self._notes = tuple(notes)
        progress = self._progress(stored)
        self.query_one(RunHeader).show_run(
            stored,
            notes,
            latency=self._latency,
            pace="" if progress is None else rows_pace(progress),
            more_at=self.PANES.index("details") + 1,
        )
        run = stored.run
        self._rows.show_criteria(present.criteria_rows(run.criteria, live=run.live))
        self._show_pane_line(stored)
        fill_pane(self._pane_widget(self._pane), stored, notes)

    def _show_pane_line(self, stored: StoredRun) -> None:
        run, rows = stored.run, self._rows
        found = rows.found if rows.narrowed or not rows.whole else None
        self.query_one(PaneLine).panes = (
            ("rows", self._rows_state(stored, found)),
            ("criteria", short_number(len(run.criteria))),
            ("scores", ""),
            ("errors", short_number(run.counts.errored) if run.counts.errored else ""),
            ("usage", short_number(len(run.usage))),
            ("details", ""),
        )

    def _rows_state(self, stored: StoredRun, found: int | None) -> str:
        """Return how many rows there are and, while they are fetched, how that goes."""
        poller = self.services.poller
        progress = self._progress(stored)
        if progress is not None:
            return f"{rows_so_far(progress)}, {'held' if poller.paused else 'fetching'}"
        state = present.rows_state(stored, found, whole=self._rows.whole)
        return f"{state}, stopped" if poller.rows_stopped else state

    def _progress(self, stored: StoredRun) -> RowsProgress | None:
        """Return how far the rows of this run are while they are fetched; else None."""
        progress = self.services.poller.rows_progress
        fetched = stored.sync.walking and progress is not None and progress.ref == self._ref
        return progress if fetched else None

    def _failure(self) -> str:
        trouble = self.services.poller.trouble
        if trouble is not None and trouble.ref == self._ref:
            return f"{trouble.message} {trouble.remedy}".strip()
        return ""

    def _wait(self) -> str:
        poller, connection = self.services.poller, self._ref.connection
        if connection in self.services.links and not poller.budget_left(connection):
            limit = self.services.links[connection].budget.limit
            return f"Waiting: {connection} may be asked {limit} times a minute."
        return ""

    def _why_empty(self, text: str) -> str:
        if self._stored is None:
            return self._failure() or self._wait() or "Fetching the run…"
        if self.services.poller.offline and self._stored.sync.begun_at is None:
            return "Its rows have never been fetched."
        return present.empty_rows(
            self._stored,
            text=text,
            trouble=self._failure() or self._wait(),
            paused=self.services.poller.paused,
        )

    def on_rows_pane_counted(self, event: RowsPane.Counted) -> None:
        """Tell how many rows pass the filter."""
        event.stop()
        if self._stored is not None:
            self._show_pane_line(self._stored)

    def _show_latency(self, latency: str) -> None:
        if latency != self._latency:
            self._latency = latency
            self._read()

    def changed(self, change: Change) -> None:
        """Show what came; cursor and scroll stay."""
        if self._ref in change.refs | change.rows or self._ref.connection in change.connections:
            self._read()
        if self._ref in change.rows:
            self._rows.read(urgent=False)
            self._read_spread()

    def minute_passed(self) -> None:
        """Let ages tick."""
        self._read()

    def pause_changed(self) -> None:
        """Say so."""
        self._read()

    def came_back(self, key: str | None) -> None:
        """Put the cursor on the row that was read last."""
        if key:
            self.table.move_to(key)

    # --- panes

    def _pane_focus(self, index: int) -> Widget:
        pane = self._pane_widget(index)
        return pane.table if isinstance(pane, RowsPane | ScoresPane) else pane

    def _new_pane(self, name: str) -> Widget:
        return new_pane(name)

    def _show_pane(self, index: int) -> None:
        super()._show_pane(index)
        if self._stored is not None:
            fill_pane(self._pane_widget(index), self._stored, self._notes)
        self._read_spread()

    def _read_spread(self) -> None:
        """Read scores and errors again while one of their panes is seen."""
        if self.PANES[self._pane] in ("scores", "errors"):
            self._spread.read(self._ref)

    def on_scores_pane_rows_asked(self, event: ScoresPane.RowsAsked) -> None:
        """Show the rows of a bar."""
        event.stop()
        self._show_pane(0)
        self._rows.filter_by(event.text)

    def on_causes_table_cause_chosen(self, event: CausesTable.CauseChosen) -> None:
        """Show the rows with an error of a cause."""
        event.stop()
        self._show_pane(0)
        self._rows.show_cause(event.cause.id, cause_text(event.cause))

    # --- actions

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Open the row."""
        event.stop()
        if event.table is self.table:
            self.post_message(RowOpened(self._ref, event.key, self._rows.rows))

    def action_filter(self) -> None:
        """Filter the rows."""
        if self._pane:
            self._show_pane(0)
        self._rows.open_filter()

    def action_back(self) -> None:
        """Clear the filter, then go back to the list."""
        if not self._rows.clear_filter():
            self.leave()

    def action_sort(self) -> None:
        """Choose the order of the rows."""
        self._rows.choose_sort(lambda: self._show_pane(0))

    def action_search(self) -> None:
        """Search the rows of this run."""
        self.post_message(SearchOpened(self._ref))

    def action_statistics(self) -> None:
        """Show how sure the figures are."""
        self.post_message(StatisticsOpened(self._ref))

    def action_next_item(self) -> None:
        """Show the next run of the list."""
        self._step(1)

    def action_previous_item(self) -> None:
        """Show the run before."""
        self._step(-1)

    def _step(self, delta: int) -> None:
        view = self.services.store.runs(self._list)
        place = view.index_of(str(self._ref))
        target = 0 if place is None else place + delta
        if not 0 <= target < view.count():
            self.post_message(
                Told("this is the last run" if delta > 0 else "this is the first run")
            )
            return
        self.show_run(RunRef.parse(view.key_at(target)))

    def chosen_runs(self) -> tuple[RunRef]:
        """Return this run."""
        return (self._ref,)

    def run_here(self) -> RunRef:
        """Return this run."""
        return self._ref

    def runs_changed(self) -> None:
        """Read the run again."""
        self._read()

    def show_run(self, ref: RunRef) -> bool:
        """Show another run."""
        self._ref = ref
        self._follow()
        return True

    def action_refresh(self) -> None:
        """Ask for this run now."""
        self.services.poller.refresh(self._ref)

    def action_keep(self) -> None:
        """Keep the run's rows for good, or let them go again."""
        self.post_message(keep_or_let_go(self.services.store, [self._ref]))
        self._read()

    def action_stop_rows(self) -> None:
        """End the fetching of the rows; what came stays."""
        stopped = self.services.poller.stop_rows()
        self.post_message(
            Told("fetching stopped; r goes on" if stopped else "no rows are being fetched")
        )
        self._read()

    def action_json(self) -> None:
        """Show the run as the provider sent it."""
        if self._stored is not None:
            run = self._stored.run
            self.post_message(JsonOpened(present.title(run), present.raw(run)))

    def action_copy(self) -> None:
        """Copy what the pane is about: row key, table line, details; else the reference."""
        if self._pane == self.PANES.index("details"):
            self.post_message(
                CopyAsked(self.query_one("#details", TextView).copy_text(), "details")
            )
            return
        if self._pane == 0:
            key = self.table.cursor_key
            self.post_message(CopyAsked(key or str(self._ref), "the row key" if key else "the ref"))
            return
        table = self._pane_focus(self._pane)
        row = table.cursor_row() if isinstance(table, VirtualTable) else None
        if row is not None:
            self.post_message(CopyAsked("  ".join(cell.text for cell in row.cells), "the line"))

    def action_compare(self) -> None:
        """Compare this run with its baseline, else with the run before."""
        self.run_worker(self._compare(), name="baseline", group="compare", exit_on_error=False)

    async def _compare(self) -> None:
        refs = await asyncio.to_thread(runs_to_compare, self.services.store, [str(self._ref)])
        self.post_message(comparison_of(refs))

    def action_link(self) -> None:
        """Open or copy the provider's page."""
        self.post_message(LinkAsked(None if self._stored is None else self._stored.run.url))

    def action_pager(self) -> None:
        """Read the details in the pager."""
        self.post_message(TextAsked(self._as_text(), editor=False))

    def action_editor(self) -> None:
        """Take the details into the editor."""
        self.post_message(TextAsked(self._as_text(), editor=True))

    def _as_text(self) -> str:
        return str(self._ref) if self._stored is None else present.as_text(self._stored)
