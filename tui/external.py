"""Other programs: pager, editor, browser."""

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path


def pager_command(environ: Mapping[str, str]) -> list[str]:
    """Return the person's pager."""
    return shlex.split(environ.get("PAGER", "")) or ["less"]


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the person's editor."""
    return shlex.split(environ.get("VISUAL", "") or environ.get("EDITOR", "")) or ["vi"]


def show_text(command: list[str], text: str, suffix: str) -> str | None:
    """Run a program on a private temporary file and wait for it.

    The file is readable by its owner only and gone afterwards. Returns what went wrong, as a
    sentence; None when nothing did.
    """
    try:
        handle, name = tempfile.mkstemp(prefix="evaltop-", suffix=suffix)
    except OSError as error:
        return f"No temporary file could be made: {error.strerror}."
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        subprocess.run([*command, name], check=False)  # noqa: S603 - the person's own program
    except OSError as error:
        return f"{command[0]} could not be started: {error.strerror}."
    finally:
        path.unlink(missing_ok=True)
    return None


def can_browse(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether a graphical browser would open here; over SSH the link is copied instead."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    if platform == "darwin":
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
