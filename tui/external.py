"""Other programs: pager, editor, browser."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

_AT_ONCE_S = 1.0
"""A diff tool that ends sooner has not waited for anybody to read."""


def pager_command(environ: Mapping[str, str]) -> list[str]:
    """Return the person's pager."""
    return shlex.split(environ.get("PAGER", "")) or ["less"]


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """Return the person's editor."""
    return shlex.split(environ.get("VISUAL", "") or environ.get("EDITOR", "")) or ["vi"]


def diff_command(environ: Mapping[str, str]) -> list[str] | None:
    """Return the person's diff tool: `$EVALTOP_DIFF`, else what git would use; None without any."""
    own = shlex.split(environ.get("EVALTOP_DIFF", ""))
    if own:
        return own
    git = shutil.which("git")
    if git is None:
        return None
    asked = subprocess.run(  # noqa: S603 - git itself, no words of others
        [git, "config", "--get", "diff.tool"], capture_output=True, check=False, text=True
    )
    if not asked.stdout.strip():
        return None
    return [git, "difftool", "--no-index", "--no-prompt"]


def show_difference(environ: Mapping[str, str], before: str, after: str) -> str | None:
    """Show two texts in the person's diff tool; without one, as a unified diff in the pager.

    The files are readable by their owner only and gone afterwards. Returns what went wrong, as a
    sentence; None when nothing did.
    """
    command = diff_command(environ)
    if command is None:
        from difflib import unified_diff

        one, other = ([f"{line}\n" for line in text.split("\n")] for text in (before, after))
        text = "".join(unified_diff(one, other, "A", "B", n=5))
        return show_text(pager_command(environ), text or "Both are the same.\n", ".diff")
    try:
        with tempfile.TemporaryDirectory(prefix="evaltop-") as folder:
            files = []
            for name, text in (("A.txt", before), ("B.txt", after)):
                path = Path(folder, name)
                path.write_text(text, encoding="utf-8", errors="backslashreplace")
                files.append(str(path))
            begun = time.monotonic()
            subprocess.run([*command, *files], check=False)  # noqa: S603 - the person's own program
            if time.monotonic() - begun < _AT_ONCE_S and sys.stdin.isatty():
                # It printed and ended, as `diff` does: the app would paint over what it said.
                sys.stdout.write("\n[enter goes back to evaltop] ")
                sys.stdout.flush()
                sys.stdin.readline()
    except OSError as error:
        return f"{command[0]} could not be started: {error.strerror}."
    return None


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
