"""Files to be imported: opened with care, and refused with a sentence a newcomer understands."""

import json
import os
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from tui.errors import DataError, NotFoundError
from tui.frozen import frozen
from tui.models import JsonValue
from tui.text import clean_line

LINE_BYTES = 64 * 1024 * 1024
"""Longest line that is read; a longer one is passed over and named."""
HEAD_BYTES = 1024 * 1024
"""How far into a file its format is looked for."""
_CHUNK = 1024 * 1024
_PACKED = (
    (b"\x1f\x8b", "gzip", "gunzip -k"),
    (b"\x28\xb5\x2f\xfd", "zstd", "unzstd"),
    (b"BZh", "bzip2", "bunzip2 -k"),
    (b"\xfd7zXZ\x00", "xz", "unxz -k"),
)
_BOM = b"\xef\xbb\xbf"


@frozen
class SourceFile:
    """A file to be imported."""

    path: Path

    @property
    def name(self) -> str:
        """Its name without the folder, safe to show."""
        return clean_line(self.path.name, 200)

    @property
    def stem(self) -> str:
        """Its name without folder and endings: what a run is called when nothing else says."""
        return self.path.name.partition(".")[0] or self.path.name

    def open(self) -> BinaryIO:
        """Open it for reading.

        Raises:
            NotFoundError: it is not there.
            DataError: it is a folder or no file at all, or may not be read.
        """
        shown = clean_line(str(self.path))
        try:
            # A pipe that nobody writes to would otherwise wait for ever.
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            raise NotFoundError(f"There is no file {shown}.") from None
        except OSError as error:
            raise DataError(f"{shown} cannot be read ({error.strerror}).") from None
        stream = os.fdopen(descriptor, "rb") if _is_file(descriptor) else None
        if stream is None:
            folder = self.path.is_dir()
            os.close(descriptor)
            raise DataError(
                f"{shown} is a folder." if folder else f"{shown} is not a plain file.",
                remedy="Name the files in it; of what `evaltop export` wrote, its manifest.json."
                if folder
                else "Save what it gives to a file first.",
            )
        return stream

    def head(self) -> bytes:
        """Return its beginning, without a byte order mark. Raises as `open`, and DataError.

        Empty and packed files are refused here.
        """
        with self.open() as stream:
            head = stream.read(HEAD_BYTES)
        if not head.strip():
            raise DataError(f"{self.name} is empty.", remedy="There is nothing in it to import.")
        for magic, kind, command in _PACKED:
            if head.startswith(magic):
                raise DataError(
                    f"{self.name} is compressed with {kind}.",
                    remedy=f"Unpack it first, e.g. `{command} {self.name}`.",
                )
        return head.removeprefix(_BOM)

    def digest(self) -> bytes:
        """Return the SHA-256 of its content. Raises as `open`."""
        found = sha256()
        with self.open() as stream:
            while chunk := stream.read(_CHUNK):
                found.update(chunk)
        return found.digest()


@frozen
class Line:
    """One line of a JSONL file: its value, or why it has none."""

    number: int
    """1-based."""
    value: JsonValue = None
    why: str | None = None


def json_lines(file: SourceFile) -> Iterator[Line]:
    """Yield the lines that are not blank, with JSON exactly as it stands, lone surrogates too.

    NaN and infinities become null. Raises as `SourceFile.open`.
    """
    with file.open() as stream:
        number = 0
        while line := stream.readline(LINE_BYTES):
            number += 1
            if not line.endswith(b"\n") and len(line) == LINE_BYTES:
                while (rest := stream.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield Line(number, why=f"it is longer than {LINE_BYTES // 1024 // 1024} MiB.")
                continue
            text = line.removeprefix(_BOM) if number == 1 else line
            if text.strip():
                yield _line(number, text)


def lenient(data: bytes) -> JsonValue:
    """Return a JSON text's value; NaN and infinities, which Python writes, become null.

    Raises ValueError, with a reason that holds none of the content.
    """
    try:
        value: JsonValue = json.loads(data, parse_constant=lambda _name: None)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON at character {error.pos + 1}.") from None
    except RecursionError:
        raise ValueError("it is nested too deeply.") from None
    return value


def _line(number: int, text: bytes) -> Line:
    try:
        return Line(number, lenient(text))
    except ValueError as error:
        return Line(number, why=str(error))


def _is_file(descriptor: int) -> bool:
    return stat.S_ISREG(os.fstat(descriptor).st_mode)
