"""What the contract suite must know about one provider."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.providers.wiring import CANARY, World
from tui.config import ConnectionConfig
from tui.models import Row, Run, RunRef, Status
from tui.providers.base import RunSource, Skipped
from tui.providers.registry import make_provider

Fault = Callable[[httpx.Request], httpx.Response]


class Case(ABC):
    """One provider's own wire answers over an invented account."""

    name: str
    config: ConnectionConfig
    source: RunSource
    page_limit: int | None = 2
    """The wish that makes small pages; None where the provider's lists take none."""
    key_optional = False
    """Whether requests without a key are sent."""
    run_identity: frozenset[str] = frozenset({"id"})
    """The keys of a run that are insisted on."""
    bare_status: tuple[Status, str] = (Status.UNKNOWN, "")
    """What a run is of which only the identity is known, and the provider's word for it."""
    unreadable_run: Any = 7
    """An item of the run list that cannot be a run."""
    unreadable_row: Any = 7
    """An item of the rows that cannot be a row."""
    unfinished_statuses: frozenset[int] = frozenset()
    """Statuses whose answer to a rows request is no failure (a page with a note)."""
    lines: frozenset[str] = frozenset()
    """Questions that are answered by lines, each of which stands for itself: `list`, `rows`."""
    gone_detail_statuses: frozenset[int] = frozenset()
    """Statuses by which a trial's own requests say that there is no more (a note)."""
    unsaid_statuses: frozenset[int] = frozenset()
    """Statuses whose sentence is ours alone, without the provider's words."""

    @abstractmethod
    def run(self, n: int) -> dict[str, Any]:
        """Return the n-th run as the API tells it, 0 the oldest; ended, with a total of 5."""

    @abstractmethod
    def run_path(self, n: int) -> str:
        """Return the provider path of the n-th run."""

    @abstractmethod
    def with_status(self, run: dict[str, Any], word: str | None) -> dict[str, Any]:
        """Return the run with this status word and no end time."""

    @abstractmethod
    def row(self, n: int) -> dict[str, Any]:
        """Return the n-th row item, 0 the first one told."""

    @abstractmethod
    def row_key(self, n: int) -> str:
        """Return the key of the n-th row."""

    @abstractmethod
    def answer(self, request: httpx.Request, site: "Site") -> httpx.Response:
        """Answer as the provider does, refusing requests without its kind of authentication."""

    @abstractmethod
    def failure(self, status: int) -> tuple[Any, str]:
        """Return this provider's body for a status, and its words a person should see."""


@dataclass
class Site:
    """An account of one case: what it holds, what is broken, what was asked."""

    case: Case
    runs: list[Any] = field(default_factory=list)
    """The API's own run objects, oldest first."""
    rows: list[Any] = field(default_factory=list)
    """The row items of every run."""
    fault: Fault | None = None
    """Answers everything instead, while set."""
    key: str | None = CANARY
    asked_before: int = 0
    """Requests that are answered before everything is redirected, where a test redirects."""

    def __post_init__(self) -> None:
        self.world = World(self._answer, key=self.key)
        self.provider = make_provider(self.case.config, self.world.context)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.fault is not None:
            return self.fault(request)
        return self.case.answer(request, self)

    async def walk_runs(self) -> tuple[list[Run], list[Skipped]]:
        """Walk the run list to its end."""
        runs: list[Run] = []
        skipped: list[Skipped] = []
        after: str | None = None
        for _ in range(100):
            page = await self.provider.list_runs(
                self.case.source, after=after, limit=self.case.page_limit
            )
            runs += page.runs
            skipped += page.skipped
            after = page.next_cursor
            if after is None:
                return runs, skipped
        raise AssertionError("the run list has no end")

    async def get(self, n: int = 0) -> Run:
        """Return the n-th run's detail."""
        return await self.provider.get_run(RunRef(self.case.config.name, self.case.run_path(n)))

    async def walk_rows(self, run: Run) -> tuple[list[Row], list[Skipped], list[str]]:
        """Walk a run's rows to their end: rows, skipped items, notes."""
        rows: list[Row] = []
        skipped: list[Skipped] = []
        notes: list[str] = []
        async for page in self.provider.iter_rows(run):
            rows += page.rows
            skipped += page.skipped
            notes += page.notes
        return rows, skipped, notes


MISSING = object()
"""Stands for a key that is not sent."""

STRANGE: tuple[Any, ...] = (
    None,
    MISSING,
    True,
    -7,
    2**70,
    1e300,
    "",
    "\x1b[2Jword",
    [],
    [None],
    {},
    {"a": [1]},
)


def drifted(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the item with one value at a time replaced by each strange one, at any depth."""
    for path in _paths(item):
        for strange in STRANGE:
            changed = deepcopy(item)
            holder: Any = changed
            for step in path[:-1]:
                holder = holder[step]
            if strange is not MISSING:
                holder[path[-1]] = deepcopy(strange)
            elif isinstance(holder, dict):
                del holder[path[-1]]
            yield f"{'.'.join(map(str, path))} = {strange!r}", changed


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value[:2])
    for key, child in children:
        yield (key,)
        for path in _paths(child):
            yield (key, *path)
