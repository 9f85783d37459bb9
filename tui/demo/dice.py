"""Repeatable chance: every draw of the simulation is a function of a 64-bit key."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

_T = TypeVar("_T")
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
UNIT = 1.0 / (1 << 53)
"""Turns 53 bits into a number in [0, 1)."""


def key(*parts: object) -> int:
    """Return the 64-bit key of `parts`; the same on every machine and in every process."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def hex_id(length: int, *parts: object) -> str:
    """Return `length` (at most 128) lower-case hex characters that stand for `parts`."""
    text = "\x1f".join(map(str, parts)).encode()
    return blake2b(text, digest_size=64).hexdigest()[:length]


def uuid4_id(*parts: object) -> str:
    """Return a text in the form of a version 4 UUID that stands for `parts`."""
    h = hex_id(32, "uuid4", *parts)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) % 4]}{h[17:20]}-{h[20:]}"


def uuid7_id(milliseconds: int, *parts: object) -> str:
    """Return a version 7 UUID text: sorts by `milliseconds` (Unix), the rest stands for `parts`."""
    h = hex_id(32, "uuid7", *parts)
    time = f"{milliseconds:012x}"
    variant = "89ab"[int(h[16], 16) % 4]
    return f"{time[:8]}-{time[8:12]}-7{h[13:16]}-{variant}{h[17:20]}-{h[20:]}"


def scramble(number: int) -> int:
    """Return `number` mixed over 64 bits (the finaliser of SplitMix64)."""
    z = number & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


class Dice:
    """A stream of draws that depends on its key alone."""

    __slots__ = ("_state",)

    def __init__(self, number: int) -> None:
        self._state = number & _MASK

    def bits(self) -> int:
        """Return 64 fresh bits."""
        self._state = z = (self._state + _GOLDEN) & _MASK
        # `scramble`, written out: this is where the simulation spends its time.
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return z ^ (z >> 31)

    def unit(self) -> float:
        """Return a number in [0, 1)."""
        return (self.bits() >> 11) * UNIT

    def spread(self, width: float) -> float:
        """Return a number in [-width, width)."""
        return (self.unit() * 2.0 - 1.0) * width

    def below(self, bound: int) -> int:
        """Return an integer in [0, bound)."""
        return self.bits() % bound

    def pick(self, choices: Sequence[_T]) -> _T:
        """Return one of `choices`, which must not be empty."""
        return choices[self.bits() % len(choices)]
