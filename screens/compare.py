"""Compare: coverage, the verdict in words, and the rows behind it."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import bindings_for
from screens.panes import PanedScreen
from tui.errors import ProviderError
from tui.messages import CopyAsked, PairOpened, TextAsked, Told
from tui.models import RunRef
from tui.polling.row_walks import RowsProgress
from tui.presentation import compare as present
from tui.presentation import verdicts as words
from tui.presentation.comparison_text import plain_text
from tui.presentation.format import plural
from tui.presentation.sources import ListSource
from tui.services import Services
from tui.store import ReadCancelledError, StoredRun
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import Section, TextView
from tui.widgets.virtual_table import VirtualTable

if TYPE_CHECKING:  # NumPy and SciPy are loaded with the first comparison, in its thread
    from tui.analysis.changes import Kind, RowChanges
    from tui.analysis.compared import Comparison, Pair


class CompareScreen(PanedScreen):
    """Two to eight runs; one of them beside the baseline at a time."""

    PANES = ("verdicts", "rows", "details")

    NAME = "compare"
    CSS_PATH = "../styles/compare.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "compare", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, refs: Sequence[RunRef], key: str | None = None) -> None:
        """Compare runs, the baseline first; `key` None takes what is remembered, or chooses."""
        super().__init__(services)
        self._refs = tuple(refs)
        self._key = key
        self._comparison: Comparison | None = None
        self._place = 1
        self._changes: dict[int, RowChanges] = {}
        self._kind: Kind | None = None
        self._left = False

    def compose(self) -> ComposeResult:
        """Lay out header, panes and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield HeaderLine(tone="", classes="facts", id="coverage")
        yield HeaderLine(tone="", classes="facts", id="sentence")
        yield HeaderLine(tone="", classes="facts", id="more")
        yield PaneLine()
        yield VirtualTable(present.VERDICT_COLUMNS, id="verdicts", empty="Comparing…")
        yield VirtualTable(present.ROW_COLUMNS, id="rows", empty="No row is of this kind.")
        yield TextView(id="details")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Begin to compare."""
        self.query_one(PaneLine).panes = (("verdicts", ""), ("rows", ""), ("details", ""))
        self.query_one("#more").display = False
        self._show_pane(0)
        self._begin()

    def on_unmount(self) -> None:
        """Give up what is under way."""
        self._left = True

    def came_from(self) -> str:
        """Return the run that was shown beside the baseline."""
        return str(self._refs[min(self._place, len(self._refs) - 1)])

    # --- comparing

    def _begin(self) -> None:
        self.show_header(f"compare  {plural(len(self._refs), 'run')}", "comparing…")
        self.run_worker(
            self._compare(), name="compare", group="compare", exclusive=True, exit_on_error=False
        )

    async def _compare(self) -> None:
        from tui.analysis.changes import Kind, row_changes
        from tui.analysis.compared import Options
        from tui.analysis.comparing import compare_stored

        store = self.services.store
        runs = [await self._with_rows(ref) for ref in self._refs]
        known = [stored for stored in runs if stored is not None]
        if len(known) < len(runs):
            self.show_header("compare", "a run is not stored any more", "warn")
            return
        await self._ask_together(known)
        options = Options(key=self._key)

        def progress(done: int, of: int) -> bool:
            self.app.call_from_thread(self._tell_progress, f"{done:,} of {of:,} rows read…")
            return self._left

        try:
            comparison = await asyncio.to_thread(compare_stored, store, known, options, progress)
            self._changes = {
                pair.place: await asyncio.to_thread(row_changes, comparison.matched, pair.place)
                for pair in comparison.pairs
            }
        except ReadCancelledError:
            return
        self._comparison = comparison
        self._kind = self._kind or Kind.REGRESSED
        self._show()

    def _tell_progress(self, text: str) -> None:
        if self.is_attached and self._comparison is None:
            self.query_one("#title", HeaderLine).right = text

    async def _with_rows(self, ref: RunRef) -> StoredRun | None:
        """Return a run, its rows fetched where they are not whole; a failure is told."""
        store = self.services.store
        stored = await asyncio.to_thread(store.run, ref)
        link = self.services.links.get(ref.connection)
        if stored is None or stored.sync.final or link is None or self.services.poller.paused:
            return stored
        if stored.sync.completed_at is not None and not stored.run.live:
            return stored

        def progress(told: RowsProgress) -> None:
            of = "" if told.expected is None else f" of {told.expected:,}"
            letter = words.letter(self._refs.index(ref))
            self._tell_progress(f"{letter}: {told.rows:,}{of} rows fetched…")

        try:
            sync = await link.sync()
            await sync.rows(await sync.run(ref), progress)
        except ProviderError as error:
            self.post_message(Told(f"{ref}: {error.message}"))
        return await asyncio.to_thread(store.run, ref)

    async def _ask_together(self, runs: Sequence[StoredRun]) -> None:
        """Let a provider that can say what it knows of all runs together; a failure is told."""
        connections = {stored.run.ref.connection for stored in runs}
        link = self.services.links.get(connections.pop()) if len(connections) == 1 else None
        if link is None or self.services.poller.paused or self.services.poller.offline:
            return
        try:
            await (await link.sync()).joint([stored.run.ref for stored in runs])
        except ProviderError as error:
            self.post_message(Told(f"not asked of all runs together: {error.message}"))

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
        sections = [Section(text, heading) for heading, text in present.details(comparison, pair)]
        self.query_one("#details", TextView).show_sections(sections)
        self._show_rows()

    def _show_rows(self) -> None:
        comparison, kind = self._comparison, self._kind
        if comparison is None or kind is None:
            return
        changes = self._changes[self._place]
        source = present.PairRows(comparison.matched, self._place, changes, kind)
        self.query_one("#rows", VirtualTable).set_source(source)
        criteria = str(len(comparison.pairs[self._place - 1].criteria) + 1)
        self.query_one(PaneLine).panes = (
            ("verdicts", criteria),
            ("rows", f"{kind.value} {source.count():,}"),
            ("details", ""),
        )

    # --- actions

    def on_virtual_table_row_opened(self, event: VirtualTable.RowOpened) -> None:
        """Go from a verdict to its rows, and from a row to both answers."""
        event.stop()
        if event.table.id == "verdicts":
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

    def action_filter(self) -> None:
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
        self._show()

    def action_match_key(self) -> None:
        """Choose what rows are matched by; remembered for these groups."""
        from screens.menu import ChoiceMenu

        comparison = self._comparison
        if comparison is None:
            return
        current = comparison.matched.key.name
        names = dict.fromkeys(
            (current, *(name for name, _n in comparison.matched.keys_tried), *present.KEYS)
        )
        choices = [(name, name) for name in names]
        choices.append(("auto", "let evaltop choose"))
        self.app.push_screen(ChoiceMenu("Match rows by", choices, current), self._key_chosen)

    def _key_chosen(self, chosen: str | None) -> None:
        if chosen is not None:
            self._key = chosen
            self._comparison = None
            self._begin()

    def action_refresh(self) -> None:
        """Compare again, with what is stored now."""
        self._comparison = None
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
