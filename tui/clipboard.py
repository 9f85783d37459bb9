"""The terminal's clipboard: OSC 52, wrapped so that it passes through tmux and screen.

The sequence is understood by the terminal the person sits at, so it works over SSH. tmux takes it
with `set-clipboard on`, and hands a wrapped one through with `allow-passthrough on`; screen hands
through what is wrapped, in strings of at most 256 bytes. Terminals take up to 100,000 bytes.
"""

import base64
import os
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from tui.private import make_private_folder

LIMIT_BYTES = 74_994
"""UTF-8 bytes of text that fit a sequence of 100,000 bytes."""
_SCREEN_CHUNK = 240


class Multiplexer(StrEnum):
    """What stands between evaltop and the terminal."""

    NONE = "none"
    TMUX = "tmux"
    SCREEN = "screen"


def multiplexer(environ: Mapping[str, str]) -> Multiplexer:
    """Return what evaltop runs in; beyond an SSH connection only TERM tells."""
    term = environ.get("TERM", "")
    if environ.get("TMUX") or term.startswith("tmux"):
        return Multiplexer.TMUX
    if environ.get("STY") or term.startswith("screen"):
        return Multiplexer.SCREEN
    return Multiplexer.NONE


def copy_sequence(text: str, environ: Mapping[str, str]) -> str | None:
    """Return what puts a text on the clipboard when it is written to the terminal.

    None for a text no terminal would take whole. The text is encoded: no byte of it is a control.
    """
    data = text.encode(errors="replace")
    if len(data) > LIMIT_BYTES:
        return None
    plain = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"
    match multiplexer(environ):
        case Multiplexer.TMUX:
            # Which of the two tmux takes depends on its settings; both say the same.
            doubled = plain.replace("\x1b", "\x1b\x1b")
            return f"{plain}\x1bPtmux;{doubled}\x1b\\"
        case Multiplexer.SCREEN:
            pieces = (
                plain[start : start + _SCREEN_CHUNK]
                for start in range(0, len(plain), _SCREEN_CHUNK)
            )
            return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return plain


def copy_or_keep(text: str, what: str, folder: Path, at: datetime) -> tuple[bool, str]:
    """Return whether a text fits the clipboard, and what to tell the person.

    One that does not is kept in a private file in `folder`.
    """
    size = "1 character" if len(text) == 1 else f"{len(text):,} characters"
    if copy_sequence(text, {}) is not None:
        return True, f"copied {what}, {size}"
    try:
        kept = f"it is in {keep_copy(text, folder, at)}"
    except OSError as error:
        kept = f"no file could be written: {(error.strerror or 'unknown reason').lower()}"
    return False, f"{what}, {size}, is too large for the clipboard; {kept}"


def keep_copy(text: str, folder: Path, at: datetime) -> Path:
    """Write a text too large for the clipboard to a file only its owner can read.

    Raises:
        OSError: it cannot be written.
    """
    make_private_folder(folder)
    path = folder / f"copy-{at:%Y%m%dT%H%M%S%f}.txt"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return path
