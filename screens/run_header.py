"""The lines above the panes of a run: state, progress, result, cost, what to know."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.presentation import run as present
from tui.presentation.course import course_text
from tui.presentation.progress import progress_view
from tui.presentation.status import offline_text
from tui.presentation.words import status_tone
from tui.services import Services
from tui.store import StoredRun
from tui.widgets.header_line import HeaderLine
from tui.widgets.progress import ProgressLine
from tui.widgets.surviving import Surviving


class RunHeader(Surviving, Vertical):
    """Shows one stored run; equal values repaint nothing."""

    DEFAULT_CSS = "RunHeader { height: auto; }"

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        yield HeaderLine(id="title")
        yield ProgressLine()
        yield HeaderLine(tone="", classes="facts", id="course")
        yield HeaderLine(tone="", classes="facts", id="outcome")
        yield HeaderLine(tone="muted", classes="facts", id="cost")
        yield HeaderLine(tone="warn", classes="facts", id="note")

    def show_run(
        self, stored: StoredRun, notes: Sequence[str], *, latency: str, pace: str, more_at: int
    ) -> None:
        """Show a run.

        Args:
            stored: the run.
            notes: sentences a person should read; the first is shown, the others are counted.
            latency: the latency of its rows, as text; empty when unknown.
            pace: of the fetching of its rows; it takes the place of the run's time while there is
                one.
            more_at: number of the pane that has all notes.
        """
        run, now = stored.run, self._services.clock.now()
        title = self.query_one("#title", HeaderLine)
        title.left, title.right = present.title(run), present.state(stored, now)
        title.right_tone = status_tone(run)
        store = self._services.store
        samples = store.progress(run.ref) if run.live else ()
        self.query_one(ProgressLine).view = progress_view(run, samples, now)
        course = self.query_one("#course", HeaderLine)
        course.left = course_text(store.course(run.ref), run.counts.total) if run.live else ""
        course.display = bool(course.left)
        outcome = self.query_one("#outcome", HeaderLine)
        outcome.left = present.outcome_text(run)
        poller = self._services.poller
        outcome.right = "paused" if poller.paused else ""
        if poller.offline:
            outcome.right = offline_text(stored.fetched_at, now)
        cost = self.query_one("#cost", HeaderLine)
        cost.left = present.cost_text(run, latency)
        cost.right = f"rows {pace}" if pace else present.when_text(stored, now)
        line = self.query_one("#note", HeaderLine)
        line.left = notes[0] if notes else ""
        line.right = f"+{len(notes) - 1} more under {more_at}" if len(notes) > 1 else ""
        line.display = bool(notes)
