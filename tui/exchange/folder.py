"""A folder that gets all files of an export or none of them.

Files are written under hidden temporary names, forced to the disk, and take their names together
at the end. Everything happens relative to the opened folder: links in it are not followed, and one
that takes the folder's place leads nowhere.
"""

import errno
import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from tui.errors import DataError, UsageError
from tui.text import clean_line

_TEMPORARY = re.compile(r"\.evaltop-[0-9a-f]{16}\.tmp")
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
"""What file systems answer that know no hard links."""


class OutFile:
    """One file on its way: bytes go in, and it counts and digests them."""

    def __init__(self, name: str, temporary: str, stream: BinaryIO) -> None:
        self.name = name
        """What it will be called."""
        self.temporary = temporary
        self.size = 0
        self.records = 0
        """Counted by whoever writes them."""
        self._stream = stream
        self._digest = sha256()

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of what was written so far."""
        return self._digest.hexdigest()

    @property
    def closed(self) -> bool:
        """Whether it was closed; Arrow asks."""
        return self._stream.closed

    def write(self, data: Any) -> int:
        """Append bytes, or anything that shows its bytes. Raises DataError."""
        self._digest.update(data)
        with _told(self.name):
            written = self._stream.write(data)
        self.size += written
        return written

    def flush(self) -> None:
        """Let what was written out of this process. Raises DataError."""
        with _told(self.name):
            self._stream.flush()

    def close(self) -> None:
        """Force it to the disk and close it. Raises DataError."""
        if not self._stream.closed:
            with _told(self.name):
                self._stream.flush()
                os.fsync(self._stream.fileno())
                self._stream.close()

    def abandon(self) -> None:
        """Close it as it is; whether its last bytes were written does not matter any more."""
        with suppress(OSError):
            self._stream.close()


class Folder:
    """The target folder, opened. Use `open_folder`."""

    def __init__(self, descriptor: int, path: Path, *, force: bool) -> None:
        self._descriptor = descriptor
        self._path = path
        self._force = force
        self._files: list[OutFile] = []
        self._placed: list[str] = []

    def refuse_taken(self, names: Sequence[str]) -> None:
        """Raise UsageError when a file would be overwritten and the person did not say so."""
        taken = [name for name in names if self._there(name)]
        if taken and not self._force:
            others = "" if len(taken) == 1 else f" and {len(taken) - 1} more"
            raise UsageError(
                f"{clean_line(str(self._path))} already has {taken[0]}{others}.",
                remedy="Give another --out, or --force to overwrite.",
            )

    def new(self, name: str) -> OutFile:
        """Begin a file that will be called `name`. Raises DataError."""
        temporary = f".evaltop-{secrets.token_hex(8)}.tmp"
        with _told(name):
            descriptor = os.open(temporary, _NEW, 0o600, dir_fd=self._descriptor)
            os.fchmod(descriptor, 0o600)  # a umask may have taken what it must have
        file = OutFile(name, temporary, os.fdopen(descriptor, "wb"))
        self._files.append(file)
        return file

    def place(self) -> None:
        """Close all files and give them their names, in the order they were begun.

        Raises DataError or UsageError; then none of the names is left behind.
        """
        for file in self._files:
            file.close()
        for file in self._files:
            with _told(file.name):
                self._name(file)
            self._placed.append(file.name)
        with _told(str(self._path)):
            os.fsync(self._descriptor)
        self._files.clear()
        self._placed.clear()

    def give_up(self) -> None:
        """Remove what was written; files that were overwritten by force are gone."""
        for file in self._files:
            file.abandon()
            with suppress(OSError):
                os.unlink(file.temporary, dir_fd=self._descriptor)
        for name in self._placed:
            with suppress(OSError):
                os.unlink(name, dir_fd=self._descriptor)
        self._files.clear()
        self._placed.clear()

    def _name(self, file: OutFile) -> None:
        here = self._descriptor
        if not self._force:
            # Unlike a rename, a link never takes the place of something that came meanwhile.
            try:
                os.link(file.temporary, file.name, src_dir_fd=here, dst_dir_fd=here)
            except OSError as error:
                self.refuse_taken([file.name])
                if error.errno not in _NO_LINKS:
                    raise
            else:
                os.unlink(file.temporary, dir_fd=here)
                return
        os.rename(file.temporary, file.name, src_dir_fd=here, dst_dir_fd=here)

    def _there(self, name: str) -> bool:
        try:
            os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True


@contextmanager
def open_folder(path: Path, *, force: bool) -> Iterator[Folder]:
    """Open the target folder, made private (0700) if it is not there.

    What was not placed when the block ends is removed again, and what exports that were killed
    left behind is removed first.

    Raises:
        UsageError: it is not a folder.
        DataError: it cannot be made or opened.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(
            f"{clean_line(str(path))} is not a folder.", remedy="Give --out a folder's name."
        ) from None
    except OSError as error:
        raise _unwritten(str(path), error) from None
    folder = Folder(descriptor, path, force=force)
    try:
        _clear_left_behind(descriptor)
        yield folder
    finally:
        folder.give_up()
        os.close(descriptor)


def _clear_left_behind(descriptor: int) -> None:
    """Remove the temporary files of exports that are no more; none while one is at work here.

    Every export has a share in the folder's lock, which the system takes away with its process.
    """
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for name in filter(_TEMPORARY.fullmatch, os.listdir(descriptor)):
            os.unlink(name, dir_fd=descriptor)
    with suppress(OSError):  # a file system without locks, where nothing is removed either
        fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn an error of the file system into one a person understands."""
    try:
        yield
    except OSError as error:
        raise _unwritten(name, error) from None


def _unwritten(name: str, error: OSError) -> DataError:
    remedy = "Free some space and export again." if error.errno == errno.ENOSPC else ""
    return DataError(
        f"{clean_line(name)} cannot be written ({error.strerror or type(error).__name__}).",
        remedy=remedy or "Give --out a folder that can be written.",
    )
