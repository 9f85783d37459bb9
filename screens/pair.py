"""Pair: one row in both runs, answers beside each other, and what differs."""

import asyncio
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widget import Widget

from screens.base import bindings_for
from screens.panes import PanedScreen
from tui.messages import CopyAsked, DiffAsked, TextAsked, Told
from tui.models import Row, RunRef, Trial
from tui.presentation import compare as present
from tui.presentation.answers import said, telling_trial
from tui.presentation.diffs import json_diff, word_diff
from tui.presentation.sources import ListSource
from tui.presentation.trial import outcome_line
from tui.services import Services
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.pane_line import PaneLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import Section, TextView
from tui.widgets.virtual_table import VirtualTable

WIDE = 100
"""Columns from which both answers stand side by side."""


class PairScreen(PanedScreen):
    """One row of two runs."""

    PANES = ("answers", "diff", "criteria", "input")

    NAME = "pair"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "pair", frozenset({"move-left", "move-right"})
    )

    def __init__(
        self, services: Services, refs: tuple[RunRef, RunRef], rows: present.PairRows, key: str
    ) -> None:
        """Show a row of a comparison.

        Args:
            services: everything screens need.
            refs: the baseline and the run.
            rows: the list it was chosen from, for previous and next.
            key: its key there.
        """
        super().__init__(services)
        self._refs = refs
        self._rows = rows
        self._key = key
        self._texts = ("", "")

    def compose(self) -> ComposeResult:
        """Lay out header, panes and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield HeaderLine(tone="", classes="facts", id="verdict-a")
        yield HeaderLine(tone="", classes="facts", id="verdict-b")
        yield PaneLine()
        with Container(id="answers"):
            yield TextView(id="before")
            yield TextView(id="after")
        yield TextView(id="diff")
        yield VirtualTable(
            present.PAIR_CRITERIA_COLUMNS, id="criteria", empty="Neither run has criteria."
        )
        yield TextView(id="input")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Load both rows."""
        self.query_one(PaneLine).panes = tuple((name, "") for name in self.PANES)
        self._fit()
        self._show_pane(0)
        self._load()

    def on_resize(self) -> None:
        """Put the answers beside or above each other."""
        self._fit()

    def _fit(self) -> None:
        self.query_one("#answers").set_class(self.size.width >= WIDE, "-wide")

    def came_from(self) -> str:
        """Return the pair's key in the list."""
        return self._key

    def _pane_focus(self, index: int) -> Widget:
        return self.query_one("#after") if index == 0 else self._pane_widget(index)

    # --- loading

    def _load(self) -> None:
        self.run_worker(
            self._read(self._key), name="pair", group="pair", exclusive=True, exit_on_error=False
        )

    async def _read(self, key: str) -> None:
        store = self.services.store
        keys = self._rows.row_keys(key)
        rows = [
            await asyncio.to_thread(store.row, ref, row)
            for ref, row in zip(self._refs, keys, strict=True)
        ]
        trials = [None if row is None else telling_trial(row) for row in rows]
        texts = [
            "" if trial is None else await asyncio.to_thread(said, trial.output) for trial in trials
        ]
        diff = await asyncio.to_thread(_differences, texts[0], texts[1])
        if key == self._key and self.is_attached:
            self._texts = texts[0], texts[1]
            self._show(rows, trials, diff)

    def _show(
        self, rows: list[Row | None], trials: list[Trial | None], diff: list[Section]
    ) -> None:
        change, tone = self._rows.change(self._key)
        place = self._rows.index_of(self._key)
        of = "" if place is None else f"{place + 1:,} of {self._rows.count():,}  "
        title = present.pair_title(rows[1] or rows[0], self._key)
        self.show_header(title, f"{of}{change}", tone or "muted")
        for name, letter, run, ref, trial in zip(
            ("verdict-a", "verdict-b"), "AB", self._rows.names, self._refs, trials, strict=True
        ):
            line = self.query_one(f"#{name}", HeaderLine)
            text, word_tone = ("not stored", "warn") if trial is None else outcome_line(trial)
            line.left = f"{letter}  {run}  {ref.connection}"
            line.right, line.right_tone = text, word_tone
        for name, heading, text, trial in zip(
            ("before", "after"), ("A", "B"), self._texts, trials, strict=True
        ):
            error = "" if trial is None or trial.error is None else trial.error.message
            section = Section(text or error or "no answer", heading, tone="title")
            self.query_one(f"#{name}", TextView).show_sections((section,))
        self.query_one("#diff", TextView).show_sections(diff)
        criteria = present.criteria_rows(*trials)
        self.query_one("#criteria", VirtualTable).set_source(ListSource(criteria))
        given = next((trial.input for trial in trials if trial and trial.input is not None), None)
        self.query_one("#input", TextView).show_text(said(given) or "the input is not known")
        self.query_one(PaneLine).panes = (
            ("answers", ""),
            ("diff", "same" if self._texts[0] == self._texts[1] else ""),
            ("criteria", str(len(criteria)) if criteria else ""),
            ("input", ""),
        )

    # --- actions

    def action_next_item(self) -> None:
        """Show the next pair of the list."""
        self._step(1)

    def action_previous_item(self) -> None:
        """Show the pair before."""
        self._step(-1)

    def _step(self, delta: int) -> None:
        place = self._rows.index_of(self._key)
        target = 0 if place is None else place + delta
        if not 0 <= target < self._rows.count():
            self.post_message(
                Told("this is the last pair" if delta > 0 else "this is the first pair")
            )
            return
        self._key = self._rows.key_at(target)
        self._load()

    def action_diff(self) -> None:
        """Hand both answers to the person's own diff tool."""
        self.post_message(DiffAsked(*self._texts))

    def action_copy(self) -> None:
        """Copy the part under the cursor."""
        view = self._pane_focus(self._pane)
        if isinstance(view, TextView):
            self.post_message(CopyAsked(view.copy_text(), "this part"))

    def action_pager(self) -> None:
        """Read what differs in the pager."""
        self.post_message(TextAsked(self._as_text(), editor=False))

    def action_editor(self) -> None:
        """Take what differs into the editor."""
        self.post_message(TextAsked(self._as_text(), editor=True))

    def _as_text(self) -> str:
        return "\n\n".join(
            f"{section.heading}\n{section.text}"
            for section in (
                Section(self._texts[0], "A"),
                Section(self._texts[1], "B"),
                *self.query_one("#diff", TextView).sections,
            )
        )


def _differences(before: str, after: str) -> list[Section]:
    """Return both diffs; texts of a megabyte take a while: call it in a thread."""
    if before == after:
        return [Section("Both answers are the same.")]
    sections = []
    fields = json_diff(before, after)
    if fields is not None:
        text = "\n".join(fields) or "The fields are the same; only the layout differs."
        sections.append(Section(text, "fields: ~ changed  - only in A  + only in B"))
    sections.append(Section(word_diff(before, after), "words: [-only in A-] {+only in B+}"))
    return sections
