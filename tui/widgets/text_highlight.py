"""Light highlighting of single lines: enough to find one's way, cheap enough for every redraw."""

import re
from typing import Literal

Language = Literal["plain", "json", "markdown"]

Span = tuple[int, int, str]
"""First and end character, tone."""

LONGEST = 4_000
"""Characters of a line that is still highlighted: strings in longer ones are too far away."""

_JSON = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)'
    r'|(?P<text>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b)"
    r"|(?P<word>\b(?:true|false|null)\b)"
)
_JSON_TONES = {"key": "accent", "text": "good", "number": "live", "word": "live"}

_MARKDOWN = re.compile(
    r"(?P<heading>^#{1,6} .*)|(?P<fence>^\s*(?:```|~~~).*)|(?P<quote>^\s*>.*)"
    r"|(?P<item>^\s*(?:[-*+]|\d{1,9}[.)])(?= ))|(?P<code>`[^`]+`)|(?P<bold>\*\*[^*]+\*\*)"
)
_MARKDOWN_TONES = {
    "heading": "title",
    "fence": "muted",
    "quote": "muted",
    "item": "accent",
    "code": "accent",
    "bold": "strong",
}


def highlight(line: str, language: Language) -> list[Span]:
    """Return the toned parts of one whole line, in order; none for a plain or very long one."""
    if language == "plain" or len(line) > LONGEST:
        return []
    pattern, tones = (_JSON, _JSON_TONES) if language == "json" else (_MARKDOWN, _MARKDOWN_TONES)
    return [
        (found.start(), found.end(), tones[found.lastgroup or ""])
        for found in pattern.finditer(line)
    ]
