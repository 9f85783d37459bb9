"""Cleaning of untrusted text for display.

Texts are stored exactly as received; what is shown passes through here first. Control characters
become the control pictures a person can recognise; what could move the cursor, reorder, hide or
break text (C1, bidi, zero-width, tags, lone surrogates) becomes U+FFFD. Visible, never deleted: a
reader should see that something was there.
"""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
NEWLINE_MARK = "\N{RETURN SYMBOL}"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
TAB_WIDTH = 4
LINE_LIMIT = 2000
"""Characters kept by `clean_line` unless told otherwise; far more than any cell shows."""

_RANGES = (
    (0x80, 0x9F),  # C1: CSI, OSC and friends in one byte
    (0xAD, 0xAD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # invisible Khmer vowels
    (0x180B, 0x180F),  # Mongolian selectors and vowel separator
    (0x200B, 0x200F),  # zero-width and direction marks
    (0x2028, 0x202E),  # line and paragraph separator, bidi embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, bidi isolates, deprecated controls
    (0x3164, 0x3164),  # Hangul filler
    (0xD800, 0xDFFF),  # lone surrogates
    (0xFDD0, 0xFDEF),  # noncharacters
    (0xFEFF, 0xFEFF),  # byte order mark
    (0xFFA0, 0xFFA0),  # half-width Hangul filler
    (0xFFF0, 0xFFFB),  # unassigned specials and interlinear annotation
    (0xFFFE, 0xFFFF),  # noncharacters
    (0x13430, 0x13455),  # hieroglyph format controls
    (0x1BCA0, 0x1BCA3),  # shorthand format controls
    (0x1D173, 0x1D17A),  # musical format controls
    (0xE0000, 0xE0FFF),  # tags and further variation selectors
)
_CLASS = "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES)

FORBIDDEN = re.compile(f"[\x00-\x1f\x7f{_CLASS}]")
"""Any character that must not reach the terminal from data. Includes LF and TAB."""

_FORBIDDEN_IN_BLOCK = re.compile(f"[\x00-\x08\x0b-\x1f\x7f{_CLASS}]")


def picture(character: str) -> str:
    """Return the visible stand-in of one forbidden character."""
    code = ord(character)
    if code < 0x20:  # noqa: PLR2004 - the end of C0
        return chr(0x2400 + code)
    return "\N{SYMBOL FOR DELETE}" if character == "\x7f" else REPLACEMENT


def is_clean(text: str) -> bool:
    """Return whether a one-line text can be shown as it is."""
    return (text.isascii() and text.isprintable()) or FORBIDDEN.search(text) is None


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return a text as one displayable line of at most `limit` characters.

    Line breaks become `⏎`, TAB a space; a cut ends in `…`. The cut comes before the cleaning, so
    the cost is bounded by `limit` whatever the text's length.
    """
    if len(text) > limit:
        text = text[: max(0, limit - 1)] + ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    if FORBIDDEN.search(text) is None:
        return text
    text = text.replace("\r\n", "\n").replace("\t", " ")
    return FORBIDDEN.sub(_line_picture, text)


def clean_block(text: str, limit: int | None = None) -> str:
    """Return a text of many lines, displayable: LF kept, TAB expanded, CRLF read as LF.

    Args:
        text: anything a provider sent.
        limit: characters to keep; None keeps all.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(0, limit - 1)] + ELLIPSIS
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if "\t" in text:
        text = text.expandtabs(TAB_WIDTH)
    return _FORBIDDEN_IN_BLOCK.sub(_block_picture, text)


def _line_picture(match: re.Match[str]) -> str:
    character = match[0]
    return NEWLINE_MARK if character in "\n\r\u2028\u2029" else picture(character)


def _block_picture(match: re.Match[str]) -> str:
    return picture(match[0])
