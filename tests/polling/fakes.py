"""A provider that tests script, and the smallest services around it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tui.config import OpenAIConnection, PollSettings
from tui.errors import ProviderError
from tui.models import (
    Counts,
    CriterionType,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Score,
    Status,
    Trial,
)
from tui.polling.rows_progress import RowsProgress
from tui.providers.base import (
    Capabilities,
    ProbeResult,
    RowPage,
    RunPage,
    RunSource,
    SourcePage,
    TrialDetail,
)

BORN = datetime(2026, 11, 20, 9, tzinfo=UTC)


def make_run(
    name: str,
    status: Status = Status.COMPLETED,
    *,
    done: int | None = None,
    total: int | None = None,
    age_min: int = 0,
    ended: bool | None = None,
) -> Run:
    """Return a run of connection `prod`; an ended one ended a minute after its birth."""
    created = BORN - timedelta(minutes=age_min)
    live = status in (Status.QUEUED, Status.RUNNING, Status.UNKNOWN)
    return Run(
        ref=RunRef("prod", name),
        provider=ProviderKind.OPENAI,
        kind=RunKind.EVAL,
        id=name,
        status=status,
        raw_status=status.value,
        name=name,
        created_at=created,
        ended_at=created + timedelta(minutes=1) if (not live if ended is None else ended) else None,
        counts=Counts(total=total, done=done),
    )


def make_row(key: str, *, passed: bool = True) -> Row:
    """Return a row with one graded trial."""
    trial = Trial(
        id=f"t-{key}",
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        input=f"question {key}",
        output=f"answer {key}",
        scores=(Score("exact", CriterionType.BINARY, passed=passed),),
    )
    return Row(key=key, label=f"row {key}", trials=(trial,), index=int(key))


@dataclass
class FakeProvider:
    """Answers from its fields and logs every question in `asked`."""

    connection: str = "prod"
    kind: ProviderKind = ProviderKind.OPENAI
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(can_cancel=True))
    sources: dict[str, list[Run]] = field(default_factory=dict)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    details: dict[str, Run] = field(default_factory=dict)
    failures: dict[str, ProviderError] = field(default_factory=dict)
    """Question (as it is logged) to the error it gets."""
    asked: list[str] = field(default_factory=list)
    page_size: int = 2
    closed: bool = False
    stored: list[RowsProgress] | None = None
    """Of the walk: then a page of rows comes when those before it have been stored."""

    def ask(self, question: str) -> None:
        """Log a question and fail if the test said so."""
        self.asked.append(question)
        if question in self.failures:
            raise self.failures[question]

    async def iter_sources(self) -> AsyncGenerator[SourcePage, None]:
        """Yield one page."""
        self.ask("sources")
        yield SourcePage(tuple(RunSource(name) for name in self.sources))

    async def list_runs(
        self, source: RunSource, *, after: str | None = None, limit: int | None = None
    ) -> RunPage:
        """Return `page_size` runs from position `after`."""
        self.ask(f"list {source.id}" + (f" after {after}" if after else ""))
        start = int(after or 0)
        runs = self.sources[source.id]
        end = start + self.page_size
        return RunPage(tuple(runs[start:end]), next_cursor=str(end) if end < len(runs) else None)

    async def get_run(self, ref: RunRef) -> Run:
        """Return the detail, else the list's form."""
        self.ask(f"get {ref.path}")
        return self.details.get(ref.path) or next(
            run for runs in self.sources.values() for run in runs if run.ref == ref
        )

    async def iter_rows(
        self, run: Run, *, resume: str | None = None
    ) -> AsyncGenerator[RowPage, None]:
        """Yield the rows in pages."""
        rows: Sequence[Row] = self.rows.get(run.id, [])
        start = int(resume or 0)
        while True:
            self.ask(f"rows {run.id} {start}")
            while start > int(resume or 0) and not self._came(start):  # noqa: ASYNC110 - nobody wakes
                await asyncio.sleep(0)
            end = start + self.page_size
            yield RowPage(tuple(rows[start:end]), resume=str(end), expected_rows=len(rows) or None)
            if end >= len(rows):
                return
            start = end

    def _came(self, rows: int) -> bool:
        return self.stored is None or any(step.rows >= rows for step in self.stored)

    async def trial_detail(self, run: Run, row: Row, trial: Trial) -> TrialDetail:
        """Return the trial with a latency."""
        self.ask(f"trial {run.id} {row.key} {trial.id}")
        return TrialDetail(replace(trial, latency_s=1.5), notes=("opened",))

    async def cancel(self, run: Run) -> Run:
        """Return the run, canceled."""
        self.ask(f"cancel {run.ref.path}")
        return replace(run, status=Status.CANCELED, raw_status="canceled")

    async def probe(self) -> ProbeResult:
        """Answer well."""
        self.ask("probe")
        return ProbeResult(True, "fine")

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


def connection(name: str = "prod", **poll: float) -> OpenAIConnection:
    """Return a configured connection."""
    settings = replace(PollSettings(5, 15, 60, 60), **poll)  # type: ignore[arg-type]  # figures by name
    return OpenAIConnection(name=name, base_url="https://demo.invalid/v1", poll=settings)
