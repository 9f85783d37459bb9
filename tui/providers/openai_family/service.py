"""The provider both hosts share: what is asked, in which order, and what an answer means."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.clock import Clock
from tui.errors import BadAnswerError, RetiredError
from tui.models import JsonObject, Row, Run, RunKind, RunRef, Trial
from tui.providers.base import (
    Capabilities,
    ProbeResult,
    RowPage,
    RunPage,
    RunSource,
    Skipped,
    SourcePage,
    TrialDetail,
)
from tui.providers.http import HttpClient
from tui.providers.openai_family.batch_rows import batch_rows
from tui.providers.openai_family.batches import read_batch
from tui.providers.openai_family.catalog import Catalog
from tui.providers.openai_family.dialect import Dialect
from tui.providers.openai_family.evals import EvalDefinition
from tui.providers.openai_family.files import FileRows
from tui.providers.openai_family.item_rows import item_rows
from tui.providers.openai_family.lists import ListPage
from tui.providers.openai_family.routes import Routes, batch_path, run_path, runs_path
from tui.providers.openai_family.run_config import INLINE_ROWS, source_file
from tui.providers.openai_family.runs import read_run

BATCHES = RunSource("batches")
"""The list of a connection's batches."""

_FOUNDRY_FILE = "azureai:"
"""How file ids begin that `/files` does not know."""


class EvalsProvider:
    """Evals, runs, output items and batches of one connection."""

    def __init__(self, client: HttpClient, dialect: Dialect, clock: Clock) -> None:
        self.kind = dialect.kind
        self.connection = dialect.connection
        self.capabilities = Capabilities(can_cancel=True, rows_append=True)
        self._client = client
        self._dialect = dialect
        self._routes = Routes(client, dialect, clock)
        self._catalog = Catalog(self._routes)
        self._files = FileRows(client, dialect.params, clock)

    async def iter_sources(self) -> AsyncGenerator[SourcePage, None]:
        """Yield the batches, which cost no request, then the evals, newest first.

        Raises RetiredError after the batches where the service has ended.
        """
        if self._dialect.batches:
            yield SourcePage((BATCHES,))
        if self._dialect.evals:
            yield await self._catalog.chosen(self._dialect.evals)
            return
        async for page in self._catalog.every():
            yield page

    async def list_runs(
        self, source: RunSource, *, after: str | None = None, limit: int | None = None
    ) -> RunPage:
        """Return a page of an eval's runs or of the batches, newest first."""
        if source.id == BATCHES.id:
            page = await self._batches(after=after, limit=limit)
            found = [self._batch(item) for item in page.items]
        else:
            definition = await self._catalog.definition(source.id)
            page = await self._routes.list_of_eval(
                runs_path(source.id),
                what="run",
                after=after,
                limit=limit,
                order="desc",
                drop=(INLINE_ROWS,),
            )
            found = [self._run(item, definition) for item in page.items]
        runs = sorted((run for run in found if isinstance(run, Run)), key=_age)
        unreadable = tuple(entry for entry in found if isinstance(entry, Skipped))
        return RunPage(tuple(runs), page.skipped + unreadable, page.cursor)

    async def get_run(self, ref: RunRef) -> Run:
        """Return a run (`eval_id/run_id`) or a batch (`batch_id`).

        Rows of a dataset file are counted here, so that a progress has a denominator.
        """
        eval_id, slash, run_id = ref.path.partition("/")
        if not slash:
            return _readable(self._batch(await self._routes.get(batch_path(ref.path))))
        definition = await self._catalog.definition(eval_id)
        item = await self._routes.get_of_eval(run_path(eval_id, run_id))
        return _readable(self._run(item, definition, await self._file_rows(item)))

    async def iter_rows(
        self, run: Run, *, resume: str | None = None
    ) -> AsyncGenerator[RowPage, None]:
        """Yield the rows: all pages of output items, or both files of a batch.

        The resume token is the id of the last output item; batches start over.
        """
        if run.kind is RunKind.BATCH:
            pages = batch_rows(self._client, run, self._dialect.params)
        else:
            eval_id, _, _ = run.ref.path.partition("/")
            definition = await self._catalog.definition(eval_id)
            foundry = self._dialect.foundry
            pages = item_rows(self._routes, run, definition, foundry=foundry, resume=resume)
        async with aclosing(pages):
            async for page in pages:
                yield page

    async def trial_detail(self, run: Run, row: Row, trial: Trial) -> TrialDetail:
        """Return the trial unchanged: output items and batch lines are whole."""
        del run, row
        return TrialDetail(trial)

    async def cancel(self, run: Run) -> Run:
        """Cancel a run or a batch, and return it as the answer or, without one, a look tells it."""
        eval_id, slash, run_id = run.ref.path.partition("/")
        if not slash:
            path = batch_path(run.ref.path)
            told = self._batch(await self._routes.cancel((f"{path}/cancel",)))
        else:
            definition = await self._catalog.definition(eval_id)
            path = run_path(eval_id, run_id)
            ways = tuple(f"{path}{end}" for end in self._dialect.cancel_paths)
            told = self._run(await self._routes.cancel(ways), definition)
        return told if isinstance(told, Run) else await self.get_run(run.ref)

    async def probe(self) -> ProbeResult:
        """Ask for one eval, and for one batch where the evals have ended."""
        try:
            await self._routes.evals(limit=1)
        except RetiredError as error:
            if not self._dialect.batches:
                raise
            await self._batches(limit=1)
            return ProbeResult(ok=True, sentence=f"The key works for batches. {error.message}")
        return ProbeResult(ok=True, sentence="The key works: evals can be read.")

    async def aclose(self) -> None:
        """Close connections. Safe to call twice."""
        await self._client.aclose()

    def _run(
        self, item: JsonObject, definition: EvalDefinition, file_rows: int | None = None
    ) -> Run | Skipped:
        return read_run(
            item,
            connection=self.connection,
            provider=self.kind,
            definition=definition,
            file_rows=file_rows,
        )

    def _batch(self, item: JsonObject) -> Run | Skipped:
        return read_batch(item, connection=self.connection, provider=self.kind)

    async def _batches(self, *, after: str | None = None, limit: int | None = None) -> ListPage:
        return await self._routes.lists.page("/batches", what="batch", after=after, limit=limit)

    async def _file_rows(self, item: JsonObject) -> int | None:
        data_source = item.get("data_source")
        file_id = source_file(data_source) if isinstance(data_source, dict) else None
        if not self._dialect.counts_files or file_id is None or file_id.startswith(_FOUNDRY_FILE):
            return None
        return await self._files.count(file_id)


def _age(run: Run) -> float:
    """Order newest first; runs without a time last."""
    return -run.created_at.timestamp() if run.created_at else 0.0


def _readable(found: Run | Skipped) -> Run:
    if isinstance(found, Skipped):
        raise BadAnswerError(f"The provider's answer for {found.what} cannot be read: {found.why}")
    return found
