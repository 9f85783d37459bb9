"""Compare: coverage, the verdict in words, and the rows behind it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from screens.base import bindings_for
from screens.comparison_feed import Changes, ComparisonFeed, Passing, PassingFeed
from screens.comparison_options import OptionMenus
from screens.filtering import Filtering
from screens.panes import PanedScreen
from tui.errors import QueryError
from tui.messages import CopyAsked, PairOpened, TextAsked, Told
from tui.models import RunRef
from tui.presentation import compare as present
from tui.presentation import verdicts as words
from tui.presentation.comparison_text import plain_text
from tui.presentation.format import plural
from tui.presentation.sources import ListSource
from tui.services import Services
from tui.store import Change
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import Section, TextView
from tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:  # NumPy and SciPy are loaded with the first comparison, in its thread
    from tui.analysis.changes import Flags, Kind
    from tui.analysis.compared import Comparison, Options, Pair


class CompareScreen(PanedScreen, Filtering):
    """Two to eight runs; one of them beside the baseline at a time."""

    PANES = ("verdicts", "pane-rows", "slices", "details")

    NAME = "compare"
    PLACEHOLDER = "words, or outcome:failed output:refund"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "compare", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, refs: Sequence[RunRef]) -> None:
        """Compare runs, the baseline first, by the key that is remembered or fits best."""
        super().__init__(services)
        self._refs = tuple(refs)
        self._options: Options | None = None
        self._comparison: Comparison | None = None
        self._place = 1
        self._changes: Changes = {}
        self._kind: Kind | None = None
        self._text = ""
        """The filter of the rows that are shown."""
        self._passing: Flags | None = None
        """Which rows pass it; None for all."""
        self._feed = ComparisonFeed(self, services, refs, show=self._show_new, tell=self._tell)
        self._filter = PassingFeed(
            self, services, show=self._show_passing, show_mistake=self._show_mistake
        )
        self._menus = OptionMenus(self, services.store, self._judge_by)

    def compose(self) -> ComposeResult:
        """Lay out header, panes and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield HeaderLine(tone="", classes="facts", id="coverage")
        yield HeaderLine(tone="", classes="facts", id="sentence")
        yield HeaderLine(tone="", classes="facts", id="more")
        yield PaneLine()
        yield VirtualTable(present.VERDICT_COLUMNS, id="verdicts", empty="Comparing…")
        with Vertical(id="pane-rows"):
            yield VirtualTable(present.ROW_COLUMNS, id="rows", empty="No row is of this kind.")
        yield VirtualTable(
            present.SLICE_COLUMNS, id="slices", empty="t chooses a field to compare rows apart by."
        )
        yield TextView(id="details")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Begin to compare."""
        self.query_one(PaneLine).panes = tuple((name, "") for name in present.PANE_NAMES)
        self.query_one("#more").display = False
        self._show_pane(0)
        self._begin()

    def on_unmount(self) -> None:
        """Give up what is under way."""
        self._feed.forget()
        self._filter.forget()

    def on_screen_resume(self) -> None:
        """Follow the runs that are live, and catch up."""
        poller, store = self.services.poller, self.services.store
        live = [ref for ref in self._refs if (one := store.run(ref)) is not None and one.run.live]
        poller.set_visible(self._refs)
        poller.focus(*reversed(live))
        if self._options is not None and self._comparison is not None and live:
            self._feed.want(self._options, urgent=False)

    def came_from(self) -> str:
        """Return the run that was shown beside the baseline."""
        return str(self._refs[min(self._place, len(self._refs) - 1)])

    def _pane_focus(self, index: int) -> Widget:
        return self.query_one("#rows") if index == 1 else self._pane_widget(index)

    # --- comparing

    def _begin(self) -> None:
        from tui.analysis.compared import Options

        if self._comparison is None:
            self.show_header(f"compare  {plural(len(self._refs), 'run')}", "comparing…")
        self._options = self._options or Options()
        self._feed.begin(self._options)

    def _judge_by(self, options: "Options") -> None:
        """Compare anew by what a person chose."""
        self._options = options
        self.query_one("#title", HeaderLine).right = "comparing…"
        self._feed.want(options, urgent=True)

    def _tell(self, text: str) -> None:
        if self.is_attached and self._comparison is None:
            self.query_one("#title", HeaderLine).right = text

    def changed(self, change: Change) -> None:
        """Compare again as rows of a live run come; cursor and scroll stay."""
        options = self._options if self._comparison is not None else None
        if options is not None and not change.rows.isdisjoint(self._refs):
            self._feed.want(options, urgent=False)

    def _show_new(self, comparison: "Comparison", changes: Changes) -> None:
        from tui.analysis.changes import Kind

        self._comparison, self._changes = comparison, changes
        self._kind = self._kind or Kind.REGRESSED
        self._passing = None
        self._show()

    # --- showing

    @property
    def _pair(self) -> "Pair | None":
        comparison = self._comparison
        return None if comparison is None else comparison.pairs[self._place - 1]

    def _show(self) -> None:
        comparison, pair = self._comparison, self._pair
        if comparison is None or pair is None:
            return
        matched, word = comparison.matched, pair.overall.verdict.word
        one, other = words.run_name(matched, 0), words.run_name(matched, self._place)
        of = f" ({self._place} of {len(comparison.pairs)})" if len(comparison.pairs) > 1 else ""
        letter = words.letter(self._place)
        self.show_header(
            f"compare  {letter} {other} beside A {one}{of}",
            f"{words.GLYPHS[word]} {words.WORDS[word]}",
            words.TONES[word] or "muted",
        )
        coverage = self.query_one("#coverage", HeaderLine)
        coverage.left = words.coverage_line(matched)
        coverage.right = f"by {matched.key.name}"
        told, _, more = words.sentence(pair.overall).partition("; ")
        self.query_one("#sentence", HeaderLine).left = told
        rest = self.query_one("#more", HeaderLine)
        rest.left, rest.display = more, bool(more)
        self.query_one("#verdicts", VirtualTable).set_source(ListSource(present.verdict_rows(pair)))
        self.query_one("#slices", VirtualTable).set_source(ListSource(present.slice_rows(pair)))
        sections = [Section(text, heading) for heading, text in present.details(comparison, pair)]
        self.query_one("#details", TextView).show_sections(sections, keep_scroll=True)
        self._show_rows()

    def _show_rows(self) -> None:
        """Show the rows of the kind; those that pass the filter, once they are known."""
        comparison, kind = self._comparison, self._kind
        if comparison is None or kind is None:
            return
        if self._text and self._passing is None:
            self._filter.want((comparison, self._place, self._text), urgent=True)
            return
        changes = self._changes[self._place]
        source = present.PairRows(comparison.matched, self._place, changes, kind, self._passing)
        self.query_one("#rows", VirtualTable).set_source(source)
        pair = comparison.pairs[self._place - 1]
        self.query_one(PaneLine).panes = present.panes(pair, comparison.options, kind, source)

    def _show_passing(self, passing: "Flags", asked: Passing) -> None:
        if asked[0] is self._comparison and asked[1:] == (self._place, self._text):
            self._passing = passing
            self._show_rows()

    # --- the filter of rows

    def action_filter(self) -> None:
        """Filter the rows by what they say."""
        if self._comparison is not None:
            self._show_pane(1)
            self.filter_bar().open()

    @property
    def filter_text(self) -> str:
        """The filter that is wanted."""
        return self._text

    def filter_typed(self, text: str) -> None:
        """Show the rows that pass it, once they are known."""
        self._text, self._passing = text, None
        self._show_rows()

    def filtered(self) -> VirtualTable:
        """Return the rows' table."""
        return self.query_one("#rows", VirtualTable)

    def _show_mistake(self, mistake: QueryError) -> None:
        """Go back to all rows."""
        self._text, self._passing = "", None
        self.filter_bar().show_mistake(mistake)
        self._show_rows()

    def action_back(self) -> None:
        """Clear the filter, then go back."""
        if not self.has_filter():
            self.leave()
            return
        self.filter_bar().clear()
        self.filtered().focus()

    # --- actions

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Go from a verdict to its rows, and from a row to both answers."""
        event.stop()
        if event.table.id != "rows":
            self._open_rows()
            return
        source = self.query_one("#rows", VirtualTable).source
        comparison = self._comparison
        if comparison is not None and isinstance(source, present.PairRows):
            refs = comparison.runs[0].run.ref, comparison.runs[self._place].run.ref
            self.post_message(PairOpened(refs, source, event.key))

    def _open_rows(self) -> None:
        """Show what speaks for the verdict: losses where it is worse, gains where it is better."""
        from tui.analysis.changes import Kind
        from tui.analysis.verdicts import Word

        pair = self._pair
        if pair is None:
            return
        better = pair.overall.verdict.word is Word.BETTER
        self._kind = Kind.IMPROVED if better else Kind.REGRESSED
        self._show_rows()
        self._show_pane(1)

    def came_back(self, key: str | None) -> None:
        """Put the cursor on the pair that was read last."""
        if key:
            self.query_one("#rows", VirtualTable).move_to(key)

    def action_row_kind(self) -> None:
        """Choose which rows are shown."""
        from screens.menu import ChoiceMenu

        if self._comparison is None or self._kind is None:
            return
        choices = present.kind_choices(self._changes[self._place])
        self.app.push_screen(ChoiceMenu("Show rows", choices, self._kind.value), self._chosen)

    def _chosen(self, chosen: str | None) -> None:
        from tui.analysis.changes import Kind

        if chosen is not None:
            self._kind = Kind(chosen)
            self._show_rows()
            self._show_pane(1)

    def action_next_item(self) -> None:
        """Show the next run beside the baseline."""
        self._step(1)

    def action_previous_item(self) -> None:
        """Show the run before."""
        self._step(-1)

    def _step(self, delta: int) -> None:
        comparison = self._comparison
        if comparison is None:
            return
        if not 1 <= self._place + delta <= len(comparison.pairs):
            self.post_message(Told("there is no other run on this side"))
            return
        self._place += delta
        self._passing = None
        self._show()

    def action_match_key(self) -> None:
        """Choose what rows are matched by; remembered for these groups."""
        if self._comparison is not None:
            self._menus.match_key(self._comparison)

    def action_judging(self) -> None:
        """Choose margin, correction, clusters, slices."""
        if self._comparison is not None:
            self._menus.judging(self._comparison)

    def action_refresh(self) -> None:
        """Fetch and compare again."""
        self._begin()

    def action_copy(self) -> None:
        """Copy the verdict with its table."""
        if self._comparison is not None:
            self.post_message(CopyAsked(plain_text(self._comparison), "the comparison"))

    def action_pager(self) -> None:
        """Read the whole comparison in the pager."""
        if self._comparison is not None:
            self.post_message(TextAsked(plain_text(self._comparison), editor=False))

    def action_editor(self) -> None:
        """Take the whole comparison into the editor."""
        if self._comparison is not None:
            self.post_message(TextAsked(plain_text(self._comparison), editor=True))
