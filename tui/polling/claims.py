"""Who asks what next, so that several processes on one store ask no more than one would.

Before a process asks for something it claims it; a claim is refused to everybody for as long as
the thing need not be asked again. Nobody has to give a claim back: it runs out by itself.
"""

import os
import struct
from hashlib import blake2b
from pathlib import Path

from tui.clock import Clock
from tui.polling.shared_file import AHEAD_S, locked, read_all, write_all

KEPT_S = 600.0
"""Claims older than this are forgotten; no interval is longer."""

_ITEM = struct.Struct("<8s8sd")
_Claim = tuple[bytes, float]
"""Who, and when."""


class Claims:
    """The claims on one connection, shared by all processes that use the same file."""

    def __init__(self, file: Path | None, clock: Clock) -> None:
        """Keep the claims in this file; None = this process is alone.

        Times are those of the monotonic clock, which all processes of a machine share.
        """
        self._file = file
        self._clock = clock
        self._me = os.urandom(8)
        self._own: dict[bytes, _Claim] = {}

    def take(self, name: str, every_s: float, *, against_own: bool = True) -> bool:
        """Claim `name` unless it was claimed within `every_s` seconds; return whether it is ours.

        A claim of this process's own does not stand in the way if `against_own` is False.
        """
        now = self._clock.monotonic()
        key = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        me = self._me
        if self._file is not None:
            try:
                with locked(self._file) as descriptor:
                    claims = _decoded(read_all(descriptor))
                    granted = _grant(claims, key, (me, now), every_s, against_own=against_own)
                    if granted:
                        write_all(descriptor, _encoded(claims))
                    return granted
            except OSError:
                pass  # without the file this process claims alone
        return _grant(self._own, key, (me, now), every_s, against_own=against_own)


def _grant(
    claims: dict[bytes, _Claim], key: bytes, claim: _Claim, every_s: float, *, against_own: bool
) -> bool:
    """Note a claim and forget old ones, unless a newer one stands. Returns whether it is noted."""
    me, now = claim
    holder, at = claims.get(key, claim)
    if key in claims and -AHEAD_S <= now - at < every_s and (against_own or holder != me):
        return False
    for old in [each for each, (_who, at) in claims.items() if not -AHEAD_S <= now - at < KEPT_S]:
        del claims[old]
    claims[key] = claim
    return True


def _encoded(claims: dict[bytes, _Claim]) -> bytes:
    return b"".join(_ITEM.pack(key, *claim) for key, claim in claims.items())


def _decoded(data: bytes) -> dict[bytes, _Claim]:
    whole = data[: len(data) // _ITEM.size * _ITEM.size]
    return {key: (holder, at) for key, holder, at in _ITEM.iter_unpack(whole)}
