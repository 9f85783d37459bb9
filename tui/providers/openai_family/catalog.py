"""The evals of a connection, read from lists or one by one and remembered."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from tui.errors import MissingError
from tui.providers.base import RunSource, Skipped, SourcePage
from tui.providers.openai_family.evals import EvalDefinition, read_eval
from tui.providers.openai_family.routes import Routes, eval_path


class Catalog:
    """Knows eval definitions; what it has forgotten it can ask for again."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._known: dict[str, EvalDefinition] = {}

    async def definition(self, eval_id: str) -> EvalDefinition:
        """Return an eval's definition, asking for it once."""
        known = self._known.get(eval_id)
        if known is None:
            found = read_eval(await self._routes.get_of_eval(eval_path(eval_id)))
            # Runs are addressed by the id that was asked for, whatever the answer calls itself.
            known = (
                EvalDefinition(eval_id)
                if isinstance(found, Skipped)
                else replace(found, id=eval_id)
            )
            self._known[eval_id] = known
        return known

    async def every(self) -> AsyncGenerator[SourcePage, None]:
        """Yield all evals, newest first, each once. Raises RetiredError when they have ended."""
        seen: set[str] = set()
        after: str | None = None
        while True:
            page = await self._routes.evals(after)
            found = [read_eval(item) for item in page.items]
            fresh = {
                entry.id: entry
                for entry in found
                if isinstance(entry, EvalDefinition) and entry.id not in seen
            }
            seen.update(fresh)
            self._known.update(fresh)
            unreadable = tuple(entry for entry in found if isinstance(entry, Skipped))
            yield SourcePage(
                tuple(entry.source for entry in fresh.values()), page.skipped + unreadable
            )
            after = page.cursor
            if after is None:
                return

    async def chosen(self, eval_ids: tuple[str, ...]) -> SourcePage:
        """Return the configured evals, asked for afresh; one that is gone is named, not fatal."""
        sources: list[RunSource] = []
        skipped: list[Skipped] = []
        for eval_id in eval_ids:
            self._known.pop(eval_id, None)
            try:
                sources.append((await self.definition(eval_id)).source)
            except MissingError as error:
                skipped.append(Skipped(what=f"eval {eval_id}", why=error.message))
        return SourcePage(tuple(sources), tuple(skipped))
