"""Search: every stored trial that says something, in all runs or in one."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import EvalScreen, bindings_for
from screens.search_feed import Finding, SearchFeed
from tui.messages import CopyAsked, RowOpened
from tui.models import RunRef
from tui.presentation import search as present
from tui.presentation.runs import run_name
from tui.presentation.sources import ListSource
from tui.services import Services
from tui.store import Hit, RowQuery, Wanted
from tui.widgets.filter_bar import FilterBar
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.status_line import StatusLine
from tui.widgets.virtual_table import VirtualTable


class SearchScreen(EvalScreen):
    """Matches in their context; enter opens the trial there."""

    NAME = "search"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "search", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, ref: RunRef | None) -> None:
        """Search the run `ref`; None searches all that is stored."""
        super().__init__(services)
        self._ref = ref
        self._within: str | None = None
        self._finding = Finding()
        self._hits: dict[str, Hit] = {}
        self._feed = SearchFeed(self, services.store, services.clock, self._show)

    def compose(self) -> ComposeResult:
        """Lay out title, the line to type in, matches, and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield FilterBar(label="search", placeholder='words, or "words in a row"')
        yield VirtualTable(present.columns(within_run=self._ref is not None), id="hits")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Wait for words."""
        if self._ref is not None:
            stored = self.services.store.run(self._ref)
            self._within = str(self._ref) if stored is None else run_name(stored.run)
        self._show(self._finding)
        self._bar.open()

    def on_unmount(self) -> None:
        """Look for nothing any more."""
        self._feed.stop()

    @property
    def table(self) -> VirtualTable:
        """The matches."""
        return self.query_one("#hits", VirtualTable)

    @property
    def _bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    # --- showing

    def _show(self, finding: Finding) -> None:
        """Show what was found so far; cursor and scroll stay on their match."""
        self._finding = finding
        self._hits = {str(hit.number): hit for hit in finding.hits}
        table = self.table
        table.empty = present.why_empty(
            self._bar.text,
            done=finding.done,
            lacking=finding.lacking,
            runs=finding.stored_runs,
        )
        within = self._ref is not None
        table.set_source(
            ListSource([present.hit_row(hit, within_run=within) for hit in finding.hits])
        )
        self._show_title()

    def _show_title(self) -> None:
        where = self._within or "all stored runs"
        if not self._bar.text.strip():
            self.show_header("search", where)
            return
        finding = self._finding
        story = present.title_text(
            len(finding.hits), finding.runs, cut=finding.cut, within=self._within
        )
        self.show_header(f"search  {story}", present.progress_text(finding.left))

    def _look(self) -> None:
        """Look for what is typed; what was found before stays until something else is."""
        wanted = Wanted.read(self._bar.text)
        if wanted is None:
            self._feed.stop()
            self._show(Finding())
        else:
            self._feed.search(wanted, self._ref)

    # --- typing

    def on_filter_bar_filter_changed(self, event: FilterBar.FilterChanged) -> None:
        """Search while it is typed."""
        event.stop()
        self._look()

    def on_filter_bar_filter_left(self, event: FilterBar.FilterLeft) -> None:
        """Go to the matches; without words there is nothing to stay for."""
        event.stop()
        if event.clear:
            self.leave()
        else:
            self.table.focus()

    def action_search(self) -> None:
        """Type other words."""
        self._bar.open()

    def action_filter(self) -> None:
        """Type other words."""
        self._bar.open()

    def action_refresh(self) -> None:
        """Look again: more may be stored by now."""
        self._look()

    # --- going on

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Open the trial at the match."""
        event.stop()
        hit = self._hits.get(event.key)
        if hit is not None:
            place = present.place_of(hit)
            self.post_message(RowOpened(hit.ref, hit.row_key, RowQuery(), place))

    def action_copy(self) -> None:
        """Copy the text around the match under the cursor."""
        hit = self._hits.get(self.table.cursor_key or "")
        if hit is not None:
            self.post_message(CopyAsked(f"{hit.before}{hit.match}{hit.after}", "the match"))
