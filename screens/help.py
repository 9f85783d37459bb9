"""Help: made from the action registry, for the screen it was asked on."""

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from screens.base import EvalScreen, bindings_for
from tui.actions import actions_for, keys_label, keys_of
from tui.messages import CopyAsked
from tui.services import Services
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.status_line import StatusLine
from tui.widgets.text_view import Section, TextView

INTRODUCTIONS = {
    "runs": "Every run and batch job of every connection, in one list.",
    "run": "One run: what came out, how sure that is, and its rows.",
    "statistics": "How sure a run's figures are: intervals, which while it is live hold however "
    "often you look, k tries at a row, rows whose trials disagree, slices, the group's last runs.",
    "trial": "One row in full: what was asked, what was said, how it was graded.",
    "json": "What the provider sent, nothing added and nothing left out but inline rows.",
    "compare": "Runs joined row by row: what was matched, the verdict with its interval, the rows "
    "that changed. enter leads from a verdict to its rows, and from a row to both answers.",
    "pair": "One row of two runs: both answers, what differs in words and in JSON, the criteria.",
    "search": "Every trial that is stored and says something: words begun count from three letters "
    "on, quotes hold words together. enter opens the trial at the match, n goes on in it.",
    "connections": "Each account, where its key comes from, and how its last answer was.",
    "help": "",
}
GLYPHS = (
    ("✓ passed", "✗ failed", "! errored", "- skipped", "· ungraded", "○ pending"),
    ("~ its trials disagree", "! beside a score: rows that errored, not counted in it"),
    ("* beside an ETA: the batch's own window ends then",),
    ("COURSE, TREND: a live run's progress and pass rate over time, ▁ is none, █ is all",),
    (
        "• changed since you looked",
        "◉ watched",
        "⚑ kept",
        "◆ baseline",
        "⚠ stalled: what is wrong with it",
    ),
)


class HelpScreen(EvalScreen):
    """Keys and signs of one screen."""

    NAME = "help"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(
        "help", frozenset({"move-left", "move-right"})
    )

    def __init__(self, services: Services, about: str) -> None:
        """Explain the screen named `about`."""
        super().__init__(services)
        self._about = about

    def compose(self) -> ComposeResult:
        """Lay out title, text and the lines at the bottom."""
        yield HeaderLine(id="title")
        yield TextView(id="help")
        yield StatusLine()
        yield HintLine()

    def on_mount(self) -> None:
        """Show the help."""
        self.show_header(f"Help: {self._about}", "q or esc goes back")
        view = self.query_one(TextView)
        view.show_sections(self._sections())
        view.focus()

    def _sections(self) -> list[Section]:
        sections = [Section(INTRODUCTIONS[self._about])]
        listed = [one for one in actions_for(self._about) if one.show]
        for group, actions in groupby(
            sorted(listed, key=lambda one: _place(one.group)), key=lambda one: one.group
        ):
            lines = []
            for one in actions:
                numbered = one.id == "pane-1"
                keys = "1 … 9" if numbered else keys_label(keys_of(one, self.keys))
                lines.append(f"{keys:<14} {'numbered pane' if numbered else one.text}")
            sections.append(Section("\n".join(lines), heading=group))
        signs = "\n".join("   ".join(line) for line in GLYPHS)
        sections.append(Section(signs, heading="Signs"))
        return sections

    def action_copy(self) -> None:
        """Copy the group under the cursor."""
        self.post_message(CopyAsked(self.query_one(TextView).copy_text(), "this part"))


def _place(group: str) -> int:
    """Return where a group of keys stands: what a newcomer looks for comes first."""
    return ("Go", "Connect", "Find", "Compare", "Live", "Take along", "Move", "evaltop").index(
        group
    )
