"""Files: how many rows one holds, read once and remembered."""

from collections.abc import Mapping
from contextlib import aclosing
from urllib.parse import quote

from tui.clock import Clock
from tui.errors import ProviderError
from tui.providers.http import HttpClient

_COUNTED_LINES = 100_000
"""Above it a file is left uncounted: nobody waits for its denominator."""

_PATIENCE_S = 20.0
"""How long a run's detail waits for it."""


def content_path(file_id: str) -> str:
    """Return the path of a file's content."""
    return f"/files/{quote(file_id, safe='')}/content"


class FileRows:
    """Counts the rows of dataset files; a file that cannot be read has an unknown number."""

    def __init__(self, client: HttpClient, params: Mapping[str, str], clock: Clock) -> None:
        self._client = client
        self._params = params
        self._clock = clock
        self._counts: dict[str, int | None] = {}

    async def count(self, file_id: str) -> int | None:
        """Return the number of non-empty lines; None when it could not be learned.

        A file that is gone, refused, very long or slow is not asked for again: the number only
        serves a progress bar.
        """
        if file_id not in self._counts:
            try:
                self._counts[file_id] = await self._read(file_id)
            except ProviderError:
                self._counts[file_id] = None
        return self._counts[file_id]

    async def _read(self, file_id: str) -> int | None:
        lines = 0
        give_up_at = self._clock.monotonic() + _PATIENCE_S
        slices = self._client.stream_lines(
            "GET", content_path(file_id), params=self._params, deadline_s=_PATIENCE_S
        )
        async with aclosing(slices):
            async for batch in slices:
                lines += len(batch.items) + len(batch.bad)
                if lines > _COUNTED_LINES or self._clock.monotonic() > give_up_at:
                    return None
        return lines
