"""How much faster or slower than configured is asked: a person's wish, for all on one store.

The last wish counts, whichever process it was told to, until that process ends or the usual pace
is wished for. A lock tells whether it lives: the system takes it away however a process ends.
"""

import os
import struct
import threading
from pathlib import Path

from tui.polling.shared_file import locked, read_all, write_all
from tui.polling.turns import Turns

PACES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
USUAL = 1.0

_WISH = struct.Struct("<8sd")


class Pace:
    """How many times as long as configured is waited between two questions."""

    def __init__(self, file: Path | None, turns: Turns) -> None:
        """Begin at the usual pace.

        Args:
            file: where the wish is kept, made when first needed; None = nobody else is there.
            turns: has the locks that tell who lives.
        """
        self._file = file
        self._turns = turns
        self._me = os.urandom(8)
        self._alive = turns.turn("pace", self._me.hex())
        self._value = USUAL
        self._one_at_a_time = threading.Lock()
        """A look that began before a wish must not end after it, with what was wished before."""

    @property
    def value(self) -> float:
        """The pace as last wished here or seen by `look`; one of `PACES`."""
        return self._value

    def set(self, value: float) -> None:
        """Let this pace hold from now on, here and, where there is a file, everywhere."""
        with self._one_at_a_time:
            self._set(value)

    def _set(self, value: float) -> None:
        self._value = value
        if self._file is None:
            return
        usual = value == USUAL
        if not usual:
            self._alive.take()
        try:
            with locked(self._file) as descriptor:
                write_all(descriptor, b"" if usual else _WISH.pack(self._me, value))
        except OSError:
            return  # it holds here alone

    def look(self) -> bool:
        """Take over what was wished elsewhere; return whether that changes the pace."""
        if self._file is None:
            return False
        with self._one_at_a_time:
            before, self._value = self._value, self._told()
            return self._value != before

    def _told(self) -> float:
        """Return the pace that holds now. Blocks briefly."""
        assert self._file is not None  # noqa: S101 - for the type checker
        try:
            data = self._file.read_bytes()
        except FileNotFoundError:  # nobody has wished for anything yet
            return USUAL
        except OSError:
            return self._value
        try:
            who, value = _WISH.unpack(data)
        except struct.error:
            return USUAL
        if value not in PACES:
            return USUAL
        if who == self._me or not self._has_ended(who):
            return float(value)
        self._forget(data)
        return USUAL

    def _has_ended(self, who: bytes) -> bool:
        """Return whether the process that wished has gone: then its lock is free."""
        lock = self._turns.turn("pace", who.hex())
        free = lock.take()
        lock.release()
        return free

    def _forget(self, data: bytes) -> None:
        """Take away the wish of one that has ended, unless somebody has wished anew."""
        assert self._file is not None  # noqa: S101 - for the type checker
        try:
            with locked(self._file) as descriptor:
                if read_all(descriptor) == data:
                    write_all(descriptor, b"")
        except OSError:
            return
