"""A chat with its tool calls and results, foldable."""

from collections.abc import Sequence

from tui.presentation.blocks import Block, BlockKind
from tui.widgets.text_document import Section
from tui.widgets.text_highlight import Language
from tui.widgets.text_view import TextView

__all__ = ["Block", "Transcript"]

_LANGUAGES: dict[BlockKind, Language] = {
    "message": "markdown",
    "tool_call": "json",
    "tool_result": "json",
    "reasoning": "markdown",
    "note": "plain",
    "json": "json",
}
_WORDS: dict[BlockKind, str] = {
    "message": "",
    "tool_call": "calls",
    "tool_result": "result",
    "reasoning": "reasoning",
    "note": "",
    "json": "",
}
_ROLE_TONES = {
    "system": "muted",
    "developer": "muted",
    "user": "accent",
    "assistant": "good",
    "tool": "live",
    "error": "bad",
}


class Transcript(TextView):
    """Blocks one under the other, each under its heading `assistant calls search · call_1`."""

    def set_blocks(self, blocks: Sequence[Block], *, keep_scroll: bool = False) -> None:
        """Show these blocks.

        What the person folded or unfolded stays so where the heading at that place is the same.
        """
        before = [
            (section.heading, section.folded, self.is_folded(number))
            for number, section in enumerate(self.sections)
        ]
        sections = []
        for number, block in enumerate(blocks):
            folded = block.folded
            heading = _heading(block)
            if number < len(before) and before[number][0] == heading:
                was_told, is_now = before[number][1:]
                folded = is_now if was_told != is_now else folded
            sections.append(
                Section(
                    block.text,
                    heading,
                    tone="muted" if block.kind == "reasoning" else _tone(block.role),
                    language=_LANGUAGES[block.kind],
                    folded=folded,
                    text_tone="muted" if block.kind == "reasoning" else "",
                )
            )
        self.show_sections(sections, keep_scroll=keep_scroll)


def _heading(block: Block) -> str:
    words = (block.role or "message", _WORDS[block.kind], block.title)
    return " ".join(word for word in words if word)


def _tone(role: str) -> str:
    return _ROLE_TONES.get(role, "title")
