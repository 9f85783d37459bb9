"""What every reading command shares: the services, the chosen connections, and who failed."""

import asyncio
import errno
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from tui.errors import (
    ConfigError,
    ConfigProblem,
    EvaltopError,
    MissingError,
    NotFoundError,
    ProviderError,
    RetiredError,
    StoreError,
)
from tui.models import RunRef
from tui.polling.links import Link
from tui.presentation.format import age, plural
from tui.presentation.retirement import holdings_text
from tui.services import Services
from tui.store import StoredRun
from tui.text import clean_line

SLOW_S = 3.0
"""After so long without an answer it is said who is waited for."""
_WORST_FIRST = (70, 78, 77, 69, 75, 66, 65, 64)


@dataclass(slots=True)
class Session:
    """One headless command under way."""

    services: Services
    out: TextIO
    err: TextIO
    offline: bool
    chosen: tuple[str, ...]
    """Names given with `--connection`; empty = all."""
    begun_at: datetime
    failures: list[EvaltopError] = field(default_factory=list)
    """What went wrong with a connection or run; the sentences name it."""
    codes: set[int] = field(default_factory=set)
    """Exit codes of the failures."""
    ended: set[str] = field(default_factory=set)
    """Connections whose service has ended; that has been told."""
    detailed: set[RunRef] = field(default_factory=set)
    """Runs whose own answer was fetched in this command; a list tells less."""
    store_told: StoreError | None = None
    """What was last told of the store's file."""

    def connections(self) -> list[str]:
        """Return the names this command concerns, configured ones first.

        Those of imported runs exist in the store alone, without a link.

        Raises:
            NotFoundError: a named one is neither configured nor imported.
            ConfigError: there is none at all.
        """
        links = self.services.links
        imported = [one.connection for one in self.services.store.imports()]
        names = list(dict.fromkeys([*links, *imported]))
        if not names:
            raise ConfigError(
                (ConfigProblem("No connection is configured.", "connections", None, None),),
                remedy="Set a provider's key variable (OPENAI_API_KEY, …), write a config file "
                "(`evaltop config path` says where), or try `evaltop demo`.",
            )
        for name in self.chosen:
            if name not in names:
                raise NotFoundError(
                    f"There is no connection {clean_line(name)!r}.",
                    remedy=f"There are: {', '.join(names)}.",
                )
        return [name for name in names if not self.chosen or name in self.chosen]

    def links(self) -> list[Link]:
        """Return those of `connections` that have a provider to ask. Raises the same."""
        links = self.services.links
        return [links[name] for name in self.connections() if name in links]

    def tell(self, sentence: str) -> None:
        """Write one line of story on stderr; a terminal that has hung up ends nothing."""
        self.out.flush()
        try:
            self.err.write(f"{clean_line(sentence, 2_000)}\n")
            self.err.flush()
        except OSError as error:
            if error.errno != errno.EIO:
                raise

    def failed(self, error: EvaltopError) -> None:
        """Tell a failure on stderr, once, and remember it for the exit code."""
        if all(error.sentence() != known.sentence() for known in self.failures):
            self.tell(error.sentence())
        self.failures.append(error)
        self.codes.add(error.exit_code)

    def tell_store(self) -> None:
        """Tell what has happened to the store's file since this was last called."""
        problem = self.services.store.problem
        if problem is not None and problem is not self.store_told:
            self.store_told = problem
            self.tell(problem.sentence())

    def nothing_is_kept(self) -> bool:
        """Return whether what is stored now is lost at the end, which is told and a failure.

        For commands that are about keeping something: the others answer all the same.
        """
        store = self.services.store
        if store.problem is None or store.file is not None:
            return False
        self.tell_store()
        self.codes.add(store.problem.exit_code)
        return True

    def retired(self, connection: str, error: RetiredError) -> None:
        """Tell once that a service has ended and what is stored of it.

        That is no failure of a command: what is stored is all there will be, as with `--offline`.
        """
        if connection not in self.ended:
            self.ended.add(connection)
            holdings = self.services.store.holdings(connection)
            stored = holdings_text(holdings, self.services.clock.now())
            self.tell(f"{connection}: {error.message} {stored}")

    def exit_code(self) -> int:
        """Return 0, or the code of the worst failure (77 before 69)."""
        return next((code for code in _WORST_FIRST if code in self.codes), 0)

    def stale(self, fetched_at: datetime) -> bool:
        """Return whether a record was not confirmed by its provider in this command."""
        return fetched_at < self.begun_at

    def unconfirmed(self, runs: Iterable[StoredRun]) -> Iterator[datetime]:
        """Yield when those of the runs were fetched that no provider has confirmed just now."""
        for stored in runs:
            if not stored.imported and self.stale(stored.fetched_at):
                yield stored.fetched_at

    def tell_age(self, old: Sequence[datetime]) -> None:
        """Tell how old what was answered is; see `unconfirmed`."""
        if not old:
            return
        now = self.services.clock.now()
        newest, oldest = age(max(old), now), age(min(old), now)
        span = newest if newest == oldest else f"{newest} to {oldest}"
        self.tell(f"From the store, not confirmed now: {plural(len(old), 'run')}, data {span} old.")

    @property
    def from_store(self) -> bool:
        """Whether nobody was asked, or somebody did not answer."""
        return self.offline or bool(self.failures)

    @contextmanager
    def told_when_slow(self, waiting: Sequence[str]) -> Iterator[None]:
        """Say once who is still asked, when that takes long; `waiting` may shrink meanwhile."""

        def tell() -> None:
            if waiting:
                self.tell(f"Still asking {', '.join(waiting)} …")

        timer = asyncio.get_running_loop().call_later(SLOW_S, tell)
        try:
            yield
        finally:
            timer.cancel()

    async def each(
        self, links: Sequence[Link], ask: Callable[[Link], Coroutine[Any, Any, None]]
    ) -> None:
        """Do something with several connections at once; one failing leaves the others."""

        async def one(link: Link) -> None:
            try:
                await ask(link)
            except RetiredError as error:
                self.retired(link.name, error)
            except ProviderError as error:
                self.failed(error)

        async with asyncio.TaskGroup() as group:
            for link in links:
                group.create_task(one(link))

    async def list_everything(self, links: Sequence[Link]) -> None:
        """Store all runs of these connections; failures are told and remembered."""
        waiting = [link.name for link in links]

        async def ask(link: Link) -> None:
            try:
                await listed(link)
            finally:
                waiting.remove(link.name)

        async def listed(link: Link) -> None:
            for _source, error in await (await link.sync()).everything():
                if isinstance(error, RetiredError):
                    self.retired(link.name, error)
                    continue
                self.failed(error)
                if isinstance(error, MissingError):  # a whole list, not a run that was asked for
                    self.codes.add(ProviderError.exit_code)

        with self.told_when_slow(waiting):
            await self.each(links, ask)
