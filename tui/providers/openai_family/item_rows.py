"""The rows of an eval run: its output items, page by page."""

import asyncio
from collections.abc import AsyncGenerator

from tui.errors import MissingError, RejectedError
from tui.models import Run
from tui.providers.base import RowPage
from tui.providers.openai_family.evals import EvalDefinition
from tui.providers.openai_family.items import read_items
from tui.providers.openai_family.routes import Routes, run_path


async def item_rows(
    routes: Routes, run: Run, definition: EvalDefinition, *, foundry: bool, resume: str | None
) -> AsyncGenerator[RowPage, None]:
    """Yield the rows, oldest item first.

    Args:
        routes: what is asked.
        run: whose items.
        definition: the run's eval, which names the criteria.
        foundry: whether outcomes follow Microsoft's rule.
        resume: id of the last item of an earlier walk; the server not knowing it any more means
            beginning again.
    """
    path = f"{run_path(definition.id, run.id)}/output_items"
    after = resume
    while True:
        try:
            page = await routes.list_of_eval(path, what="output item", after=after, order="asc")
        except (RejectedError, MissingError):
            if resume is None or after != resume:
                raise
            after = resume = None
            continue
        # A page takes longer than the event loop may be held.
        items = await asyncio.to_thread(read_items, page.items, definition, foundry=foundry)
        empty = after is None and not page.items and not page.skipped and not run.live
        yield RowPage(
            items.rows,
            page.skipped + items.skipped,
            resume=page.last_id or after,
            expected_rows=run.counts.total,
            notes=("The run has no output items.",) if empty else (),
            size=page.size,
        )
        after = page.cursor
        if after is None:
            return
