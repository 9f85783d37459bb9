"""The contract between a provider and the rest of the program.

A provider turns one connection's API into the models of `tui.models`. It holds no state that
matters: what it caches (eval definitions, joined names) it can ask for again. It never touches the
store, never schedules, never retries beyond the one client policy in `tui.providers.http`. It only
reads, but for `cancel`.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import field
from typing import Protocol, runtime_checkable

from tui.frozen import frozen
from tui.models import Group, JointResults, ProviderKind, Row, Run, RunRef, Trial


@frozen
class Capabilities:
    """What a provider can and cannot do; screens and scheduler read it instead of guessing."""

    can_cancel: bool
    list_refreshes: bool = True
    """False where a list is a stale snapshot and live runs must be asked one by one (GoModel)."""
    list_counts: bool = True
    """False where a list tells a live run's status, but not how far it is (Weave)."""
    rows_paged: bool = True
    """False where all rows come in one answer (Datalab, GoModel, batch files)."""
    rows_append: bool = False
    """True where new rows come behind all earlier ones, so that a live run's next rows can be
    asked from the last known one on (OpenAI); the walk after its end still begins at the start."""
    trial_detail: bool = False
    """True where opening a trial can fetch more (Weave calls, Datalab documents)."""
    details_kept_s: float | None = None
    """How long after a run's end that more is kept; None = as long as the run (Datalab: 1 h)."""
    rows_while_live: bool = True
    """False where rows exist only after the end (batch files)."""


@frozen
class RunSource:
    """One list that must be asked to know some of a connection's runs.

    OpenAI and Azure have one per eval plus one for batches; the others have a single one.
    """

    id: str
    """Stable within the connection: the eval id, `batches`, or `runs`."""
    group: Group | None = None
    created_at: float | None = None
    """Unix seconds, to ask new evals first; None when unknown."""


@frozen
class Skipped:
    """An item that could not be read; it is counted and named, its page goes on."""

    what: str
    """`run evalrun_x`, `row 17`, `line 5 of file-abc`."""
    why: str
    """One sentence without the item's content."""


@frozen
class SourcePage:
    """A page of run sources."""

    sources: tuple[RunSource, ...]
    skipped: tuple[Skipped, ...] = ()


@frozen
class RunPage:
    """A page of runs."""

    runs: tuple[Run, ...]
    skipped: tuple[Skipped, ...] = ()
    next_cursor: str | None = None
    """Pass it to `list_runs(after=…)` to go on; None on the last page."""


@frozen
class RowPage:
    """A bounded batch of rows: a page of a paged API, or a slice of a streamed answer."""

    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()
    resume: str | None = None
    """Opaque; `iter_rows(resume=…)` goes on after this page. None when it can only start over."""
    expected_rows: int | None = None
    """How many rows the provider says there are in all; None when it does not say."""
    notes: tuple[str, ...] = ()
    """Sentences for the person: `the output file has expired`, `3 rows have no result`."""
    size: int = 0
    """About how many bytes its rows came as, which bounds what waits to be stored."""


@frozen
class TrialDetail:
    """What opening a trial fetched on top of the stored one."""

    trial: Trial
    notes: tuple[str, ...] = ()
    """Sentences for the person, e.g. why the document is gone."""


@frozen
class ProbeResult:
    """The answer to a cheap test request."""

    ok: bool
    sentence: str
    facts: dict[str, str] = field(default_factory=dict)


@runtime_checkable
class JointProvider(Protocol):
    """A provider that tells of several runs at once what they have in common (Weave)."""

    async def joint_results(self, runs: Sequence[Run]) -> JointResults:
        """Return common rows and criteria of at least two runs; one request. Raises as below."""
        ...


class Provider(Protocol):
    """One connection's API. All methods raise `tui.errors.ProviderError` subclasses only.

    Async generators are consumed to the end or closed by the caller (`contextlib.aclosing`).
    """

    kind: ProviderKind
    connection: str
    capabilities: Capabilities

    def iter_sources(self) -> AsyncGenerator[SourcePage, None]:
        """Yield the run sources, newest first where the API can; one request per page or none."""
        ...

    async def list_runs(
        self, source: RunSource, *, after: str | None = None, limit: int | None = None
    ) -> RunPage:
        """Return one page of a source's runs, newest first for the person.

        APIs without an order are sorted within the page. `limit` is a wish within the API's
        bounds.
        """
        ...

    async def get_run(self, ref: RunRef) -> Run:
        """Return the run with everything the API tells. Raises MissingError when it is gone."""
        ...

    def iter_rows(self, run: Run, *, resume: str | None = None) -> AsyncGenerator[RowPage, None]:
        """Yield all rows of a run in bounded pages, in the API's order.

        An iterator that ends normally has seen everything the API has now. A run whose rows do
        not exist yet (an unfinished batch) yields one page without rows and a note.
        """
        ...

    async def trial_detail(self, run: Run, row: Row, trial: Trial) -> TrialDetail:
        """Return the trial with whatever only its own requests can tell.

        Providers without `capabilities.trial_detail` return it unchanged, without a request.
        """
        ...

    async def cancel(self, run: Run) -> Run:
        """Ask the provider to cancel a live run, once, and return what it says of it then.

        Raises RejectedError where the provider cannot cancel (`capabilities.can_cancel`), or will
        not cancel this one.
        """
        ...

    async def probe(self) -> ProbeResult:
        """Make the cheapest request that proves address and key. Raises like the others."""
        ...

    async def aclose(self) -> None:
        """Close connections. Safe to call twice."""
        ...
