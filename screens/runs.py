"""Runs: every run of every connection in one list. The home screen."""

import asyncio
from dataclasses import replace
from typing import ClassVar, get_args

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import bindings_for, interval_text, keep_or_let_go
from screens.comparing import comparison_of, runs_to_compare
from screens.filtering import Filtering
from screens.following import FollowingScreen
from screens.runs_feed import RunsFeed, RunsLook
from tui.errors import QueryError
from tui.messages import CopyAsked, LinkAsked, RunOpened, SearchOpened
from tui.models import RunRef
from tui.presentation.format import plural
from tui.presentation.runs import COLUMNS, SORTS, title_text
from tui.presentation.sources import RunsSource
from tui.presentation.table import SortMark
from tui.services import Services
from tui.store import Change, RunQuery
from tui.store.types import RunSort
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_table import VirtualTable

SHORT = 500
"""So many runs are read within the time a key takes."""
WIDE = 100
"""Columns from which the title has room for the pace, too."""


class RunsScreen(FollowingScreen, Filtering):
    """All runs, newest first unless sorted otherwise."""

    NAME = "runs"
    FILTERS = "runs"
    PLACEHOLDER = "words, or status:failed age<2d pass_rate<90%"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "runs", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._sort: RunSort = "started"
        self._descending = True
        self._text = ""
        self._good_text = ""
        self._length = 0
        self._shown: RunsLook | None = None
        self._feed = RunsFeed(
            self,
            services.store,
            services.clock,
            show=self._show,
            show_mistake=self._show_mistake,
        )
        self._slept = False
        self._stale: set[str] | None = None
        """Keys of the runs told of as changed since they were last shown; None = any may have."""

    def compose(self) -> ComposeResult:
        """Lay out title, table and the lines at the bottom; the first frame needs no more."""
        yield HeaderLine(id="title")
        yield VirtualTable(COLUMNS, id="runs")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Show what is stored."""
        self.read()
        self.table.focus()
        self.call_after_refresh(self.add_filter_bar)

    def on_screen_suspend(self) -> None:
        """Another screen is on top: changes are not shown meanwhile."""
        self._slept = True

    def on_screen_resume(self) -> None:
        """Follow no single run any more, and catch up."""
        if self._slept:
            self._slept = False
            self.services.poller.focus()
            self.read()

    @property
    def table(self) -> VirtualTable:
        """The list."""
        return self.query_one("#runs", VirtualTable)

    @property
    def query_now(self) -> RunQuery:
        """What the list shows."""
        return RunQuery(
            text=self._text,
            sort=self._sort,
            descending=self._descending,
            connections=self.services.shown or None,
        )

    # --- showing

    @property
    def _is_short(self) -> bool:
        """Whether what is wanted is read within the time a key takes."""
        return self._length <= SHORT and not self._text.strip()

    def read(self, *, urgent: bool = True) -> None:
        """Read the list again; cursor and scroll stay where they are.

        A short one is shown when this returns, and of a long one, the first time, the beginning.
        The rest is read in a thread: at once for a person, after a rest for live data.
        """
        query = self.query_now
        if urgent:
            self._stale = None
        if self._is_short:
            store = self.services.store
            view = store.runs(replace(query, limit=SHORT + 1))
            self._feed.forget()
            self._show(RunsLook(query, view, store.counts(query.connections)))
        if not self._is_short:
            self._feed.want(query, urgent=urgent)

    def _show(self, looked: RunsLook) -> None:
        shown, self._shown = self._shown, looked
        self._good_text = looked.query.text
        if not looked.query.text.strip():
            self._length = looked.view.count()
        self.table.empty = self._why_empty()
        if shown is not None and shown.query == looked.query and shown.view.same_order(looked.view):
            self.table.rows_changed(self._stale)
        else:
            self.table.sort = SortMark(SORTS[self._sort][0], self._descending)
            store, clock = self.services.store, self.services.clock
            self.table.set_source(RunsSource(looked.view, store, clock))
        self._stale = set()
        self._show_title()
        self._tell_visible()

    def _show_mistake(self, mistake: QueryError) -> None:
        """Go back to the filter of the runs that are shown."""
        self._text = self._good_text
        self.filter_bar().show_mistake(mistake)

    def _show_title(self) -> None:
        if self._shown is None:
            return
        marked = len(self.table.marked)
        shown, filtered = self.table.row_count, bool(self._text)
        story = title_text(self._shown.counts, shown=shown, filtered=filtered)
        if marked:
            story = f"{marked} marked · {story}"
        arrow = "↓" if self._descending else "↑"
        sort = f"sort: {self._sort} {arrow}"
        poller = self.services.poller
        unusual = poller.paused or poller.pace != 1
        pace = interval_text(self.services) if unusual or self.size.width >= WIDE else ""
        self.show_header(f"evaltop  {story}", f"{sort}   {pace}" if pace else sort)

    def _tell_visible(self) -> None:
        self.services.poller.set_visible(RunRef.parse(key) for key in self.table.visible_keys())

    def _why_empty(self) -> str:
        """Return what an empty list means."""
        if self._text:
            return f"No run matches “{self._text}”.\nesc clears the filter."
        if self.services.poller.offline:
            return "Offline, and no run is stored."
        return self._why_no_answer()

    def _why_no_answer(self) -> str:
        health = list(self.services.poller.status().values())
        if not health:
            return "No connection is configured. A shows the three ways to begin."
        failed = [one for one in health if one.error]
        waiting = [one for one in health if not one.error and one.ok_at is None]
        if self.services.poller.paused and waiting:
            return "Paused before the first answer. p goes on."
        if waiting:
            return f"Asking {plural(len(waiting), 'connection')}…"
        if len(failed) == len(health):
            return "No connection has answered well. A says why, and what helps."
        return "There are no runs yet. New ones appear here by themselves."

    def changed(self, change: Change) -> None:
        """Show new and changed runs."""
        if change.refs:
            keys = {str(ref) for ref in change.refs}
            if not self._is_short:
                self.table.rows_changed(keys)
            if self._stale is not None:
                self._stale |= keys
            self.read(urgent=False)
        elif change.connections:
            self.table.empty = self._why_empty()
            self._show_title()

    def minute_passed(self) -> None:
        """Let ages tick."""
        self.table.rows_changed()

    def pause_changed(self) -> None:
        """Say so in the title."""
        self.read()

    def came_back(self, key: str | None) -> None:
        """Put the cursor on the run that was read last."""
        if key:
            self.table.move_to(key)

    # --- actions

    def chosen_runs(self) -> list[RunRef]:
        """Return the marked runs, else the one under the cursor."""
        table = self.table
        keys = sorted(table.marked) or ([table.cursor_key] if table.cursor_key else [])
        return [RunRef.parse(key) for key in keys]

    def run_here(self) -> RunRef | None:
        """Return the run under the cursor."""
        key = self.table.cursor_key
        return RunRef.parse(key) if key else None

    def runs_changed(self) -> None:
        """Read the list again."""
        self.read()

    def show_run(self, ref: RunRef) -> bool:
        """Put the cursor on a run, if it is listed."""
        return self.table.move_to(str(ref))

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Open the run."""
        event.stop()
        self.post_message(RunOpened(RunRef.parse(event.key), self.query_now))

    def on_virtual_table_row_marked(self, event: VirtualTable.RowMarked) -> None:
        """Count the marked ones."""
        event.stop()
        self._show_title()

    def on_virtual_table_row_highlighted(self, event: VirtualTable.RowHighlighted) -> None:
        """The list may have scrolled."""
        event.stop()
        self._tell_visible()

    def action_filter(self) -> None:
        """Type a filter."""
        self.filter_bar().open()

    @property
    def filter_text(self) -> str:
        """The filter that is wanted."""
        return self._text

    def filter_typed(self, text: str) -> None:
        """Read the runs that pass it."""
        self._text = text
        self.read()

    def filtered(self) -> VirtualTable:
        """Return the list."""
        return self.table

    def action_back(self) -> None:
        """Clear the filter, then the marks; the home screen itself stays."""
        if self.has_filter():
            self.filter_bar().clear()
            self.table.focus()
        elif self.table.marked:
            self.table.clear_marks()
            self._show_title()

    def action_quit_or_back(self) -> None:
        """Quit."""
        self.app.exit(0, return_code=0)

    def action_search(self) -> None:
        """Search everything that is stored."""
        self.post_message(SearchOpened(None))

    def action_sort(self) -> None:
        """Choose the order; choosing the current one again turns it round."""
        from screens.menu import ChoiceMenu

        choices = [(sort, text) for sort, (_column, text, _down) in SORTS.items()]
        arrow = "↓" if self._descending else "↑"
        self.app.push_screen(ChoiceMenu("Sort runs by", choices, self._sort, arrow), self._sorted)

    def _sorted(self, chosen: str | None) -> None:
        for sort in get_args(RunSort):
            if sort == chosen:
                again = sort == self._sort
                self._descending = not self._descending if again else SORTS[sort][2]
                self._sort = sort
                self.read()

    def action_copy(self) -> None:
        """Copy the references of the marked runs, else of the one under the cursor."""
        keys = [str(ref) for ref in self.chosen_runs()]
        if keys:
            what = "the reference" if len(keys) == 1 else plural(len(keys), "reference")
            self.post_message(CopyAsked("\n".join(keys), what))

    def action_keep(self) -> None:
        """Keep the marked runs, else the one under the cursor; let them go if all are kept."""
        self.post_message(keep_or_let_go(self.services.store, self.chosen_runs()))
        self.read()

    def action_compare(self) -> None:
        """Compare the marked runs, else the one under the cursor with what came before."""
        table = self.table
        keys = sorted(table.marked) or ([table.cursor_key] if table.cursor_key else [])
        if keys:
            self.run_worker(
                self._compare(keys), name="baseline", group="compare", exit_on_error=False
            )

    async def _compare(self, keys: list[str]) -> None:
        refs = await asyncio.to_thread(runs_to_compare, self.services.store, keys)
        self.post_message(comparison_of(refs))

    def action_link(self) -> None:
        """Open or copy the provider's page of the run."""
        if self.table.cursor_key:
            stored = self.services.store.run(RunRef.parse(self.table.cursor_key))
            self.post_message(LinkAsked(None if stored is None else stored.run.url))
