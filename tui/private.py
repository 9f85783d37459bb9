"""Folders that only their owner can enter, whatever the umask."""

from contextlib import suppress
from pathlib import Path


def make_private_folder(folder: Path) -> None:
    """Make a folder and the ones above it that are missing, all 0700. Raises OSError.

    Folders that were there keep their mode: they may be the person's own choice.
    """
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        with suppress(FileExistsError):  # another instance was faster
            one.mkdir(mode=0o700)
            one.chmod(0o700)
