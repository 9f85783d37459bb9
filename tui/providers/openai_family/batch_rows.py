"""The rows of a batch: its output and error files, line by line."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from tui.errors import MissingError
from tui.models import Run
from tui.providers.base import RowPage
from tui.providers.http import HttpClient
from tui.providers.openai_family.batches import result_files
from tui.providers.openai_family.files import content_path
from tui.providers.openai_family.lines import LineReader


async def batch_rows(
    client: HttpClient, batch: Run, params: Mapping[str, str]
) -> AsyncGenerator[RowPage, None]:
    """Yield the rows of both files; a file that is gone is a note, not a failure."""
    files = result_files(batch)
    total = batch.counts.total
    if not files:
        note = (
            "Rows come when the batch has ended."
            if batch.live
            else "The batch ended without an output or error file."
        )
        yield RowPage((), expected_rows=total, notes=(note,))
        return
    reader = LineReader()
    gone = False
    for name, file_id in files:
        slices = client.stream_lines("GET", content_path(file_id), params=params)
        try:
            async with aclosing(slices):
                async for batch_slice in slices:
                    rows, skipped = await asyncio.to_thread(reader.read, batch_slice, file=name)
                    size = batch_slice.size
                    yield RowPage(rows, skipped, expected_rows=total, size=size)
        except MissingError as error:
            gone = True
            note = f"The {name} file has expired or was deleted ({error.status})."
            yield RowPage((), expected_rows=total, notes=(note,))
    missing = 0 if total is None or gone else total - reader.lines
    if missing > 0 and not batch.live:
        note = f"{missing} of {total} requests have no line in the result files."
        yield RowPage((), expected_rows=total, notes=(note,))
