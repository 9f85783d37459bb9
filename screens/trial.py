"""Trial: one row in full, trial by trial."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import bindings_for
from screens.panes import PanedScreen
from tui.errors import NotFoundError, ProviderError
from tui.messages import CopyAsked, JsonOpened, LinkAsked, TextAsked, Told
from tui.models import Outcome, Row, RunRef, Trial
from tui.presentation import trial as present
from tui.presentation.runs import run_name
from tui.presentation.search import FoundPlace
from tui.services import Services
from tui.store import Change, RowQuery
from tui.widgets.filter_bar import FilterBar
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.json_tree import JsonTree
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import TextView
from tui.widgets.transcript import Transcript
from tui.widgets.trial_strip import TrialStrip


class TrialScreen(PanedScreen):
    """One row of a run."""

    PANES = ("story", "criteria", "json")

    NAME = "trial"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("trial")

    def __init__(
        self,
        services: Services,
        ref: RunRef,
        key: str,
        query: RowQuery,
        place: FoundPlace | None = None,
    ) -> None:
        """Show row `key` of a run; `query` is the list it was chosen from, `place` what to find."""
        super().__init__(services)
        self._place = place
        self._ref = ref
        self._key = key
        self._list = query
        self._row: Row | None = None
        self._trial = 0
        self._detail_notes: dict[str, tuple[str, ...]] = {}
        self._failures: dict[tuple[str, str], str] = {}

    def compose(self) -> ComposeResult:
        """Lay out header, panes and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield HeaderLine(tone="", classes="facts", id="facts")
        yield HeaderLine(tone="", classes="facts", id="verdicts")
        yield TrialStrip()
        yield PaneLine()
        yield Transcript(id="story")
        yield Transcript(id="criteria")
        yield JsonTree(id="json")
        yield FilterBar(label="find", placeholder="words in this text")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Load the row."""
        self.query_one(TrialStrip).display = False
        self._show_pane(0)
        self.show_header(self._key)
        self._load(fresh=True)

    def data_at(self) -> datetime | None:
        """Return when the run was told."""
        stored = self.services.store.run(self._ref)
        return None if stored is None else stored.fetched_at

    def came_from(self) -> str:
        """Return the row's key."""
        return self._key

    # --- loading

    def _load(self, *, fresh: bool) -> None:
        """Read the row in a thread: its bodies may be megabytes. `fresh` chooses a trial."""
        self.run_worker(
            self._read(self._key, fresh=fresh),
            name="row",
            group="row",
            exclusive=True,
            exit_on_error=False,
        )

    async def _read(self, key: str, *, fresh: bool) -> None:
        store = self.services.store
        row = await asyncio.to_thread(store.row, self._ref, key)
        notes = await asyncio.to_thread(store.details, self._ref, key)
        if key != self._key:
            return
        self._row = row
        self._detail_notes = notes
        if row is None or not row.trials:
            self.show_header(key, "this row is not stored", "warn")
            return
        if fresh:
            self._trial = _most_telling(row.trials)
        place, self._place = self._place, None
        if place is not None:
            self._trial = _trial_of(row.trials, place.trial_id, self._trial)
        self._trial = min(self._trial, len(row.trials) - 1)
        self._show()
        if place is not None:
            self._find_place(row.trials[self._trial], place)
        self._fetch_detail(again=False)

    def _fetch_detail(self, *, again: bool) -> None:
        """Ask for what only the trial's own requests can tell, once unless asked again."""
        trial = self._shown
        if trial is None or (trial.id in self._detail_notes and not again) or self._imported():
            return
        self.run_worker(
            self._ask_detail(self._key, trial.id),
            name="trial detail",
            group="trial-detail",
            exclusive=True,
            exit_on_error=False,
        )

    def _imported(self) -> bool:
        """Return whether the run came from a file, so that there is nobody to ask."""
        stored = self.services.store.run(self._ref)
        return stored is not None and stored.imported

    async def _ask_detail(self, key: str, trial_id: str) -> None:
        self._failures.pop((key, trial_id), None)
        try:
            detail = await self.services.poller.trial_detail(self._ref, key, trial_id)
        except (ProviderError, NotFoundError) as error:
            self._failures[key, trial_id] = f"Its details could not be fetched. {error.sentence()}"
            detail = None
        if key != self._key:
            return
        if detail is None:
            self._show()
            return
        store = self.services.store
        row = await asyncio.to_thread(store.row, self._ref, key)
        if row is not None and key == self._key:
            self._row = row
            self._detail_notes = {**self._detail_notes, trial_id: detail.notes}
            self._show()

    @property
    def _shown(self) -> Trial | None:
        """The trial on screen."""
        row = self._row
        return None if row is None or not row.trials else row.trials[self._trial]

    # --- showing

    def _show(self) -> None:
        """Show the chosen trial; equal texts change nothing, pane and scroll stay."""
        row, trial = self._row, self._shown
        if row is None or trial is None:
            return
        text, tone = present.outcome_line(trial)
        self.show_header(present.title(row), text, tone)
        facts = self.query_one("#facts", HeaderLine)
        facts.left = present.facts(trial, number=self._trial + 1, of=len(row.trials))
        stored = self.services.store.run(self._ref)
        facts.right = str(self._ref) if stored is None else run_name(stored.run)
        verdicts = self.query_one("#verdicts", HeaderLine)
        verdicts.left = present.criteria_line(trial)
        verdicts.right = present.strip_sentence(row)
        strip = self.query_one(TrialStrip)
        strip.display = len(row.trials) > 1
        strip.outcomes = tuple(one.outcome for one in row.trials)
        strip.current = self._trial
        story = present.story(trial, self._notes(trial))
        self.query_one("#story", Transcript).set_blocks(story, keep_scroll=True)
        criteria = present.criterion_blocks(trial)
        self.query_one("#criteria", Transcript).set_blocks(criteria, keep_scroll=True)
        self.query_one(JsonTree).set_value(present.raw(row, trial))
        self.query_one(PaneLine).panes = (
            ("transcript", ""),
            ("criteria", str(len(trial.scores)) if trial.scores else ""),
            ("JSON", ""),
        )

    def _notes(self, trial: Trial) -> Sequence[str]:
        failure = self._failures.get((self._key, trial.id))
        notes = list(self._detail_notes.get(trial.id, ()))
        return [*notes, failure] if failure else notes

    def changed(self, change: Change) -> None:
        """Show what came for this row."""
        if self._ref in change.rows:
            self._load(fresh=False)

    # --- panes and trials

    def action_move_left(self) -> None:
        """Show the trial before."""
        self.query_one(TrialStrip).step(-1)

    def action_move_right(self) -> None:
        """Show the next trial."""
        self.query_one(TrialStrip).step(1)

    def on_trial_strip_trial_chosen(self, event: TrialStrip.TrialChosen) -> None:
        """Show the chosen trial."""
        event.stop()
        if event.index != self._trial:
            self._trial = event.index
            self._show()
            self._fetch_detail(again=False)

    def action_next_item(self) -> None:
        """Show the next row of the list."""
        self._step(1)

    def action_previous_item(self) -> None:
        """Show the row before."""
        self._step(-1)

    def _step(self, delta: int) -> None:
        self.run_worker(
            self._go(delta), name="next row", group="step", exclusive=True, exit_on_error=False
        )

    async def _go(self, delta: int) -> None:
        before, after = await asyncio.to_thread(
            self.services.store.neighbours, self._ref, self._list, self._key
        )
        key = after if delta > 0 else before
        if key is None:
            self.post_message(
                Told("this is the last row" if delta > 0 else "this is the first row")
            )
            return
        self._key = key
        self._load(fresh=True)

    # --- finding

    def _find_place(self, trial: Trial, place: FoundPlace) -> None:
        """Go to what a search found, as if it had been typed here."""
        story = self.query_one("#story", Transcript)
        section = present.first_block(trial, self._notes(trial), place.field)
        # Laid out as JSON a text may read differently; its first word does not.
        for words in (place.text, *place.text.split()[:1]):
            if words and story.find(words, section=section):
                self.query_one(FilterBar).text = words
                return
        story.find("")

    def _text(self) -> TextView | JsonTree:
        pane = self._pane_widget(self._pane)
        if isinstance(pane, TextView | JsonTree):
            return pane
        raise TypeError(type(pane))

    def action_filter(self) -> None:
        """Find in the text on screen."""
        self.query_one(FilterBar).open()

    def on_filter_bar_filter_changed(self, event: FilterBar.FilterChanged) -> None:
        """Find while it is typed."""
        event.stop()
        count = self._text().find(event.text)
        self.query_one(FilterBar).error = "nothing found" if event.text and not count else ""

    def on_filter_bar_filter_left(self, event: FilterBar.FilterLeft) -> None:
        """Give the focus back to the text."""
        event.stop()
        self._pane_widget(self._pane).focus()

    def action_next_match(self) -> None:
        """Go to the next match."""
        self._text().next_match()

    def action_previous_match(self) -> None:
        """Go to the match before."""
        self._text().previous_match()

    def action_back(self) -> None:
        """End the search, then go back to the run."""
        bar = self.query_one(FilterBar)
        if bar.text:
            bar.clear()
            self._pane_widget(self._pane).focus()
        else:
            self.leave()

    # --- taking along

    def action_refresh(self) -> None:
        """Ask for the run and for this trial's details again."""
        self.services.poller.refresh(self._ref)
        self._fetch_detail(again=True)

    def action_json(self) -> None:
        """Show the trial as the provider sent it, on a screen of its own."""
        row, trial = self._row, self._shown
        if row is not None and trial is not None:
            self.post_message(JsonOpened(present.title(row), present.raw(row, trial)))

    def action_copy(self) -> None:
        """Copy the block or node under the cursor."""
        self.post_message(CopyAsked(self._text().copy_text(), "this part"))

    def action_link(self) -> None:
        """Open or copy the provider's page of the run."""
        stored = self.services.store.run(self._ref)
        self.post_message(LinkAsked(None if stored is None else stored.run.url))

    def action_pager(self) -> None:
        """Read the whole trial in the pager."""
        self.post_message(TextAsked(self._as_text(), editor=False, suffix=".md"))

    def action_editor(self) -> None:
        """Take the whole trial into the editor."""
        self.post_message(TextAsked(self._as_text(), editor=True, suffix=".md"))

    def _as_text(self) -> str:
        return self.query_one("#story", Transcript).logical_text()


def _trial_of(trials: Sequence[Trial], trial_id: str, otherwise: int) -> int:
    return next((n for n, trial in enumerate(trials) if trial.id == trial_id), otherwise)


def _most_telling(trials: Sequence[Trial]) -> int:
    """Return the trial to show first: the first that failed, else that errored, else the first."""
    for outcome in (Outcome.FAILED, Outcome.ERRORED):
        for index, trial in enumerate(trials):
            if trial.outcome is outcome:
                return index
    return 0
