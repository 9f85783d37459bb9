"""When a failed connection is asked again: who asks it tells those who read what it stores."""

import struct
from datetime import UTC, datetime
from pathlib import Path

from tui.polling.shared_file import locked, read_all, write_all

_AT = struct.Struct("<d")


class NextTry:
    """The next attempt at one connection, shared by all processes that use the same file."""

    def __init__(self, file: Path | None) -> None:
        """Keep it in this file, made when first needed; None = nobody else is there."""
        self._file = file
        self.told: datetime | None = None
        """What the others were last told from here."""

    def tell(self, at: datetime | None) -> None:
        """Tell when the next attempt is; None = it answers. Where that cannot be, nobody hears."""
        if self._file is None or at == self.told:
            return
        try:
            with locked(self._file) as descriptor:
                write_all(descriptor, b"" if at is None else _AT.pack(at.timestamp()))
        except OSError:
            return
        self.told = at

    def heard(self, now: datetime) -> datetime | None:
        """Return what was told; None when nothing was, or its time is over."""
        if self._file is None:
            return None
        try:
            with locked(self._file) as descriptor:
                data = read_all(descriptor)
            at = datetime.fromtimestamp(_AT.unpack(data)[0], UTC)
        except (OSError, struct.error, ValueError, OverflowError):
            return None
        return at if at > now else None
