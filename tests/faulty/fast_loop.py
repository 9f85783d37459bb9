"""An event loop whose seconds are shorter, for deadlines over real sockets."""

import asyncio
import selectors
from collections.abc import Mapping
from typing import Any

TIMES = 30
"""How many of the loop's seconds pass in one."""


class _Hurried(selectors.BaseSelector):
    """A selector that waits a part of what it is asked to wait."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Hand on."""
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Hand on."""
        return self._inner.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """Hand on."""
        return self._inner.modify(fileobj, events, data)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait `TIMES` times as short."""
        return self._inner.select(None if timeout is None else timeout / TIMES)

    def close(self) -> None:
        """Hand on."""
        self._inner.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """Hand on."""
        return self._inner.get_map()


class FastLoop(asyncio.SelectorEventLoop):
    """A loop in which a deadline of a minute passes in seconds; the network is the real one."""

    def __init__(self) -> None:
        super().__init__(_Hurried())

    def time(self) -> float:
        """Return the loop's seconds."""
        return super().time() * TIMES
