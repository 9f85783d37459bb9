r"""Fewer bytes for the same picture: only what differs between two styles is sent.

Textual ends every piece of a line with a reset and begins the next with all of its style: about 40
bytes for each change of colour, on every line of every page. Most of them change the foreground
alone. Over SSH these bytes are what a person waits for.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from textual.driver import Driver

_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_MOVE = re.compile(r"(?:\n|\x1b\[\d+;\d+H)+")

_OFF = {
    "1": "22",
    "2": "22",
    "3": "23",
    "4": "24",
    "5": "25",
    "6": "25",
    "7": "27",
    "8": "28",
    "9": "29",
    "21": "24",
    "51": "54",
    "52": "54",
    "53": "55",
}
"""Attribute → what ends it, and everything else that the same code ends."""

_COLOR_LENGTHS = {"2": 5, "5": 3}


class _Pen(NamedTuple):
    """How the terminal draws."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""


_PLAIN = _Pen()


def compact(output: str) -> str:
    """Return output that draws the same picture, beginning and ending with a plain pen.

    Output with style codes that Rich does not write is returned as it is.
    """
    pieces = _SGR.split(output)
    if len(pieces) == 1:
        return output
    kept: list[str] = []
    drawn = wanted = _PLAIN
    for place, piece in enumerate(pieces):
        if place % 2:
            pen = _styled(wanted, piece)
            if pen is None:
                return output
            wanted = pen
        elif piece:
            # Moving the cursor needs no pen; anything else may draw.
            if drawn != wanted and not _MOVE.fullmatch(piece):
                kept.append(_change(drawn, wanted))
                drawn = wanted
            kept.append(piece)
    if drawn != wanted:
        kept.append(_change(drawn, wanted))
    return "".join(kept)


@lru_cache(maxsize=4096)
def _styled(pen: _Pen, codes: str) -> _Pen | None:
    """Return the pen after a style sequence; None for a code that is not known."""
    attributes, foreground, background = pen
    left = codes.split(";") if codes else ["0"]
    while left:
        code = left[0]
        used = 1
        if code == "0":
            attributes, foreground, background = _PLAIN
        elif code in _OFF:
            attributes = attributes | {code}
        elif code in ("38", "48") and len(left) > 1 and left[1] in _COLOR_LENGTHS:
            used = _COLOR_LENGTHS[left[1]]
            color = ";".join(left[:used])
            foreground, background = (color, background) if code == "38" else (foreground, color)
        elif code.isdecimal() and (30 <= int(code) <= 37 or 90 <= int(code) <= 97):  # noqa: PLR2004
            foreground = code
        elif code.isdecimal() and (40 <= int(code) <= 47 or 100 <= int(code) <= 107):  # noqa: PLR2004
            background = code
        elif code == "39":
            foreground = ""
        elif code == "49":
            background = ""
        else:
            return None
        del left[:used]
    return _Pen(attributes, foreground, background)


@lru_cache(maxsize=4096)
def _change(drawn: _Pen, wanted: _Pen) -> str:
    """Return the shorter of: only what differs, or everything after a reset."""
    whole = [*sorted(wanted.attributes, key=int), wanted.foreground, wanted.background]
    reset = (
        ";".join(["0", *filter(None, whole)]) if drawn != _PLAIN else ";".join(filter(None, whole))
    )
    off = {_OFF[attribute] for attribute in drawn.attributes - wanted.attributes}
    parts = sorted(off, key=int)
    parts += sorted(
        (
            attribute
            for attribute in wanted.attributes
            if attribute not in drawn.attributes or _OFF[attribute] in off
        ),
        key=int,
    )
    if drawn.foreground != wanted.foreground:
        parts.append(wanted.foreground or "39")
    if drawn.background != wanted.background:
        parts.append(wanted.background or "49")
    differing = ";".join(parts)
    # A reset alone needs no number.
    return f"\x1b[{min(differing, '' if reset == '0' else reset, key=len)}m"


@lru_cache(maxsize=8)
def compact_driver(driver: type[Driver]) -> type[Driver]:
    """Return a driver that writes compact output; for `App.get_driver_class`."""

    class CompactDriver(driver):  # type: ignore[valid-type, misc] # the base is chosen by platform
        """Textual's driver of this platform, with fewer bytes."""

        def write(self, data: str) -> None:
            """Write the data in fewer bytes."""
            super().write(compact(data))

    return CompactDriver
