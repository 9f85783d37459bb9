"""Inspect AI's `.eval` files: a zip of JSON files, packed with zstd, read in place.

Nothing is ever unpacked to disk, and names in the archive are only compared, so they can lead
nowhere; what unpacks to far more than a log would is not read.
"""

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tui.errors import DataError
from tui.exchange.files import SourceFile, lenient
from tui.models import JsonObject, JsonValue
from tui.text import clean_line

if TYPE_CHECKING or sys.version_info >= (3, 14):
    import zipfile
else:
    from backports.zstd import zipfile

SAMPLE_BYTES = 256 * 1024 * 1024
"""Largest sample that is read; a larger one is passed over and named."""
_FREE_BYTES = 1024 * 1024 * 1024
_MOST_TIMES = 200
"""An archive may unpack to a GiB, or to this many times its own size."""
_HEADERS = ("header.json", "_journal/start.json")
"""The second stands alone in the log of an eval that was killed."""


class InspectArchive:
    """An opened `.eval` file."""

    def __init__(self, file: SourceFile) -> None:
        """Open it. Raises DataError."""
        self._file = file
        self._stream = file.open()
        try:
            self._zip = zipfile.ZipFile(self._stream)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            self._stream.close()
            raise DataError(
                f"{file.name} is not a whole zip file.", remedy="Copy it again."
            ) from error
        size = file.path.stat().st_size
        self._left = max(_FREE_BYTES, size * _MOST_TIMES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self._stream.close()

    def header(self) -> JsonObject:
        """Return the log's header. Raises DataError when it is no Inspect log."""
        names = set(self._zip.namelist())
        found = next((name for name in _HEADERS if name in names), None)
        if found is None:
            what = "holds nothing" if not names else "is a zip file, but not an Inspect log"
            raise DataError(
                f"{self._file.name} {what}.",
                remedy="Inspect's logs have a header.json. Unpack other archives first.",
            )
        try:
            told = self._json(self._zip.getinfo(found))
        except ValueError as error:
            raise DataError(f"{found} of {self._file.name} cannot be read: {error}") from None
        if not isinstance(told, dict) or not isinstance(told.get("eval"), dict):
            raise DataError(f"{found} of {self._file.name} is not the header of an Inspect log.")
        return told

    def samples(self) -> Iterator[tuple[str, JsonValue, str | None]]:
        """Yield each sample's name, what it holds, and why it could not be read."""
        infos = [
            info
            for info in self._zip.infolist()
            if info.filename.startswith("samples/") and info.filename.endswith(".json")
        ]
        for info in infos:
            name = clean_line(info.filename, 120)
            try:
                yield name, self._json(info), None
            except ValueError as error:
                yield name, None, str(error)

    def _json(self, info: "zipfile.ZipInfo") -> JsonValue:
        """Return what one file of the archive holds. Raises ValueError, DataError."""
        try:
            with self._zip.open(info) as stream:
                data = stream.read(SAMPLE_BYTES + 1)
        except _UNREADABLE as error:
            raise ValueError(f"it cannot be unpacked ({type(error).__name__}).") from None
        if len(data) > SAMPLE_BYTES:
            raise ValueError(f"it is larger than {SAMPLE_BYTES // 1024 // 1024} MiB.")
        self._left -= len(data)
        if self._left < 0:
            raise DataError(f"{self._file.name} unpacks to far more than a log would.")
        return lenient(data)


def _unreadable() -> tuple[type[Exception], ...]:
    """Return what a damaged or unknown packing raises."""
    import zlib

    kinds: list[Any] = [zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError]
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    # An encrypted member is a RuntimeError.
    return (*kinds, zstd.ZstdError, RuntimeError)


_UNREADABLE = _unreadable()
