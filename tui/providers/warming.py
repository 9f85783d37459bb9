"""What would else be loaded and built in the middle of the first answers, done in a thread.

The network library is loaded with the first request, and a wire model is built with its first
item: together over 100 ms in which no key would be answered.
"""

import sys
from functools import cache

import anyio

from tui.providers.wire import Shape, Wire

_M_ARENA_MAX = -8
"""glibc's number for it (`malloc.h`)."""
_ARENAS = 2


@cache
def warm_network() -> None:
    """Load what the first request needs. Called in a thread; later calls do nothing."""
    _share_heaps()
    anyio.run(anyio.sleep, 0)


def _share_heaps() -> None:
    """Let threads share two heaps, where the C library is glibc.

    It gives each a heap of its own, and what is freed in one is of no use in another: rows that
    are parsed, mapped and written by three threads take a third more memory.
    """
    if sys.platform != "linux":
        return
    import ctypes

    change = getattr(ctypes.CDLL(None), "mallopt", None)
    if change is not None:
        change(_M_ARENA_MAX, _ARENAS)


def warm_models(parent: type[Wire] = Wire) -> None:
    """Build the wire models that are imported and not built yet. Called in a thread."""
    _build_below(parent)
    for shape in Shape.known:
        shape.build()


def _build_below(parent: type[Wire]) -> None:
    for model in parent.__subclasses__():
        model.model_rebuild()
        _build_below(model)
