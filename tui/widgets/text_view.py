"""A viewer for texts of any length: wrapped, folded, highlighted and searched where one looks."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from tui.widgets.drawing import Part, shorten
from tui.widgets.line_view import LineState, LineView
from tui.widgets.text_document import HEADING, LineKind, Place, Section, TextDocument
from tui.widgets.text_drawing import text_parts, toned_spans
from tui.widgets.text_highlight import Language
from tui.widgets.text_search import Match, find_all, matches_within

SLICE = 50_000
"""Characters wrapped between two frames: some milliseconds."""

UNSEEN_WIDTH = 80
"""Cells assumed before the first layout."""

INDENT = 2
"""Cells in front of text that has a heading above it."""

__all__ = ["Language", "Section", "TextView"]


class TextView(LineView):
    """Sections of text. With headings there is a cursor line, to fold with; without, keys scroll.

    Texts are shown clean and copied as they are. Styles: `.line--cursor`, `.line--match`
    and `.line--match-current`; the rest is drawn in tones.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "toggle_fold", "Fold or unfold", show=False, id="open"),
        Binding("space", "toggle_or_page", "Fold, unfold or page down", show=False, id="mark"),
    ]

    match_count: reactive[int] = reactive(0, repaint=False)
    match_index: reactive[int] = reactive(-1, repaint=False)
    """0-based; -1 without a match."""

    def __init__(
        self,
        text: str = "",
        *,
        language: Language = "plain",
        name: str | None = None,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._wrap_width = UNSEEN_WIDTH
        self._document = TextDocument((Section(text, language=language),), UNSEEN_WIDTH)
        self._generation = 0
        self._search = ""
        self._matches: list[Match] = []
        self._wrap_pending = False

    # --- content

    def show_text(self, text: str, language: Language = "plain") -> None:
        """Show one text from its top; an equal one changes nothing."""
        self.show_sections((Section(text, language=language),))

    def show_sections(self, sections: Sequence[Section], *, keep_scroll: bool = False) -> None:
        """Show sections; equal ones change nothing.

        `keep_scroll` leaves scroll and cursor at their lines, for the same view of another row;
        else it starts at the top. A search goes on in the new text.
        """
        if tuple(sections) == self._document.sections:
            return
        top, cursor = (self.top, self._cursor) if keep_scroll else (0, 0)
        self._wrap_width = self._text_width(sections)
        self._document = TextDocument(sections, self._wrap_width)
        self._generation += 1
        self._document.reach_line(top + self.page_lines)
        self._cursor = max(0, min(cursor, self._document.total - 1))
        self._matches = find_all([section.text for section in sections], self._search)
        self._tell_matches(-1)
        self.set_top(top)
        self.lines_changed()
        self._wrap_on()

    @property
    def sections(self) -> tuple[Section, ...]:
        """What is shown."""
        return self._document.sections

    @property
    def cursor_section(self) -> int:
        """Number of the section under the cursor; without headings, the first on screen."""
        if not self._document.total:
            return 0
        line = self._cursor if self._document.has_headings else self.top
        return self._document.line(line).section

    def copy_text(self) -> str:
        """Return the text as it came: the section under the cursor; without headings, all."""
        if self._document.has_headings:
            return self._document.sections[self.cursor_section].text
        return self.logical_text()

    def logical_text(self) -> str:
        """Return everything, folded or not, for a pager or an editor."""
        return "\n\n".join(
            f"{section.heading}\n{section.text}" if section.heading else section.text
            for section in self._document.sections
        )

    def is_folded(self, section: int) -> bool:
        """Return whether a section shows only its heading."""
        return self._document.folded[section]

    # --- folding

    def fold(self, section: int, *, folded: bool = True) -> None:
        """Fold or unfold a section; the cursor stays, or goes to the heading that hides it."""
        place = self._document.place(self._cursor) if self._document.total else Place(0, HEADING)
        self._document.fold(section, folded=folded)
        self._cursor = min(self._document.line_of(place), max(0, self._document.total - 1))
        self.reveal(self._cursor)
        self.lines_changed()
        self._wrap_on()

    def action_toggle_fold(self) -> None:
        """Fold or unfold the section whose heading the cursor is on."""
        heading = self._heading_at(self._cursor)
        if heading is not None:
            self.fold(heading, folded=not self.is_folded(heading))

    def action_toggle_or_page(self) -> None:
        """On a heading fold or unfold, elsewhere go on by a page."""
        if self._heading_at(self._cursor) is None:
            self.action_page_down()
        else:
            self.action_toggle_fold()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the line; on a heading, fold or unfold."""
        target = self.clicked_line(event)
        if target is None or not self._document.has_headings:
            return
        event.stop()
        self.go_to(target)
        self.action_toggle_fold()

    def _heading_at(self, index: int) -> int | None:
        if index >= self._document.total:
            return None
        line = self._document.line(index)
        return line.section if line.kind is LineKind.HEADING else None

    # --- moving

    def go_to(self, target: int) -> None:
        """Put the cursor on a line; without headings, scroll so that it is at the top."""
        self._document.reach_line(target + self.page_lines)
        if self._document.has_headings:
            super().go_to(target)
        else:
            self.set_top(target)
            self._cursor = self.top
            self.draw_changes()

    def scroll_lines(self, delta: int) -> None:
        """Scroll; without headings the place follows."""
        self._document.reach_line(self.top + delta + self.page_lines)
        super().scroll_lines(delta)
        if not self._document.has_headings:
            self._cursor = self.top

    def action_page_down(self) -> None:
        """Go one page down."""
        self._document.reach_line(self.top + 2 * self.page_lines)
        if self._document.has_headings:
            super().action_page_down()
        else:
            self.scroll_lines(self.page_lines)

    def action_page_up(self) -> None:
        """Go one page up."""
        if self._document.has_headings:
            super().action_page_up()
        else:
            self.scroll_lines(-self.page_lines)

    def action_end(self) -> None:
        """Go to the end, however far."""
        self._document.reach_end()
        super().action_end()

    # --- searching

    def find(self, text: str, *, section: int | None = None) -> int:
        """Search without regard to case and go to the first match from the screen on.

        With `section` it is the first from the beginning of that section on.

        Returns how many there are (at most 10,000); an empty text ends the search. Folded
        sections are searched, too, and unfold when a match in them is gone to.
        """
        self._search = text
        self._matches = find_all([section.text for section in self._document.sections], text)
        if not self._matches or not self._document.total:
            self._tell_matches(-1)
        else:
            here = self._document.place(self.top) if section is None else Place(section, HEADING)
            after = [
                index
                for index, match in enumerate(self._matches)
                if (match.section, match.start) >= here
            ]
            self._go_to_match(after[0] if after else 0)
        self.draw_changes()
        return len(self._matches)

    def next_match(self) -> None:
        """Go to the next match, after the last to the first."""
        if self._matches:
            self._go_to_match((self.match_index + 1) % len(self._matches))

    def previous_match(self) -> None:
        """Go to the match before, before the first to the last."""
        if self._matches:
            self._go_to_match((max(self.match_index, 0) - 1) % len(self._matches))

    def _go_to_match(self, index: int) -> None:
        match = self._matches[index]
        self._document.fold(match.section, folded=False)
        target = self._document.line_of(Place(match.section, match.start))
        self._tell_matches(index)
        self._document.reach_line(target + self.page_lines)
        self.lines_changed()
        self._touched = True
        self.reveal(target)
        self._cursor = target if self._document.has_headings else self.top
        self.draw_changes()
        self._wrap_on()

    def _tell_matches(self, index: int) -> None:
        self.match_count, self.match_index = len(self._matches), index

    # --- wrapping

    def on_resize(self) -> None:
        """Wrap at the new width; what was at the top stays there."""
        width = self._text_width(self._document.sections)
        if width == self._wrap_width:
            self._document.reach_line(self.top + self.page_lines)
            self._wrap_on()
            return
        had_lines = self._document.total > 0
        top = self._document.place(self.top) if had_lines else None
        cursor = self._document.place(self._cursor) if had_lines else None
        self._wrap_width = width
        self._document.rewrap(width)
        if top is not None and cursor is not None:
            first = self._document.line_of(top)
            self._cursor = self._document.line_of(cursor)
            self._document.reach_line(first + self.page_lines)
            self.set_top(first)
        else:
            self._document.reach_line(self.page_lines)
        self._wrap_on()

    def _text_width(self, sections: Sequence[Section]) -> int:
        indent = INDENT if any(section.heading for section in sections) else 0
        width = self.size.width or UNSEEN_WIDTH
        return max(1, width - 1 - indent)

    def _wrap_on(self) -> None:
        """Wrap the rest in slices, so that keys and frames come between."""
        # A pane that was never shown has no width to wrap at.
        if self._wrap_pending or not self.size or not self.is_mounted:
            return
        if not self._document.complete:
            self._wrap_pending = True
            self.set_timer(0.001, self._wrap_slice)

    def _wrap_slice(self) -> None:
        self._wrap_pending = False
        self._document.advance(SLICE)
        self.lines_changed()
        self._wrap_on()

    # --- drawing

    def line_total(self) -> int:
        """Return how many lines are known."""
        return self._document.total

    def line_state(self, y: int) -> LineState:
        """Return what a screen line shows: text, whether the cursor is there, matches."""
        index = self.top + y
        if index >= self._document.total:
            return None
        line = self._document.line(index)
        at_cursor = index == self._cursor and self._document.has_headings
        marks: tuple[tuple[Match, bool], ...] = ()
        if self._matches and line.kind is LineKind.TEXT:
            marks = tuple(
                (self._matches[place], place == self.match_index)
                for place in matches_within(self._matches, line.section, line.start, line.end)
            )
        return line, at_cursor, marks, self._generation

    def line_parts(self, state: LineState, width: int) -> Sequence[Part]:
        """Draw a heading or a line of text."""
        line, at_cursor, marks, _ = state
        section = self._document.sections[line.section]
        base = self.palette.component("line--cursor") if at_cursor else self.palette.base
        if line.kind is LineKind.HEADING:
            style = base if at_cursor else self.palette.tone(section.tone)
            return [(self._heading(section, width, folded=line.folded), style)]
        parts: list[Part] = [(" " * INDENT, base)] if self._document.has_headings else []
        if line.kind is LineKind.TEXT:
            spans = [] if at_cursor else toned_spans(section, line, self.palette)
            for match, current in marks:
                name = "line--match-current" if current else "line--match"
                spans.append((match.start, match.end, self.palette.component(name)))
            plain = base if at_cursor else self.palette.tone(section.text_tone)
            parts += text_parts(section.text, line, spans, plain)
        return parts or [("", base)]

    def _heading(self, section: Section, width: int, *, folded: bool) -> str:
        note = f" · {len(section.text):,} characters" if folded else ""
        title = shorten(section.heading, max(1, width - INDENT - cell_len(note)))
        return f"{'▸' if folded else '▾'} {title}{note}"
