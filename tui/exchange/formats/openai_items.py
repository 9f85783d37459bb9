"""Output items of OpenAI evals, as the Evals API answers them or one a line.

Items name their eval and run, so that one file may hold several runs; what they do not name is in
the run the file is called after. Criteria are named as the items name them: the eval itself, which
knows their titles, is not in the file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tui.exchange.documents import Document
from tui.exchange.files import SourceFile, json_lines
from tui.exchange.paging import Pages, broken
from tui.exchange.reading import RunTold, Target, Told
from tui.models import Group, JsonValue, ProviderKind, Row, Run, RunKind, RunRef, Status
from tui.providers.base import Skipped
from tui.providers.openai_family.evals import EvalDefinition
from tui.providers.openai_family.items import read_item


def read_item_lines(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the rows of a file with one output item a line."""
    items = _Items(target, file.stem)
    for line in json_lines(file):
        yield from items.add(line.value, f"line {line.number} of {file.name}", line.why)
    yield from items.end()


def read_item_list(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the rows of an answer of the API, or of a JSON list of output items."""
    items = _Items(target, file.stem)
    document = Document(file, ("data", ""))
    for position, item in enumerate(document.items()):
        yield from items.add(item, f"item {position + 1} of {file.name}", None)
    yield from items.end()
    document.check()


@dataclass(slots=True)
class _Items:
    target: Target
    stem: str
    runs: dict[RunRef, Run] = field(default_factory=dict)
    pages: Pages = field(default_factory=Pages)

    def add(self, item: JsonValue, place: str, why: str | None) -> Iterator[Told]:
        told = item if isinstance(item, dict) else {}
        eval_id, run_id = (
            value if isinstance(value := told.get(name), str) and value else None
            for name in ("eval_id", "run_id")
        )
        row: Row | Skipped = Skipped(place, why or "it is no object.")
        if isinstance(item, dict):
            row = read_item(item, EvalDefinition(eval_id or ""), foundry=False)
        if isinstance(row, Skipped) and self.runs:
            eval_id, run_id = None, None
        name = self.target.run_id or run_id or self.stem
        path = f"{eval_id}/{name}" if eval_id else name
        ref = RunRef(self.target.connection, path)
        if isinstance(row, Skipped):
            ref = next(iter(self.runs), ref)
        if ref not in self.runs:
            self.runs[ref] = _run(ref, name, eval_id)
            yield RunTold(self.runs[ref], more=True)
        if isinstance(row, Skipped):
            yield broken(ref, place, row.why)
            return
        self.runs[ref] = _with(self.runs[ref], row)
        yield from self.pages.add(ref, row)

    def end(self) -> Iterator[Told]:
        yield from self.pages.rest()
        for run in self.runs.values():
            yield RunTold(run)


def _run(ref: RunRef, run_id: str, eval_id: str | None) -> Run:
    return Run(
        ref=ref,
        provider=ProviderKind.OPENAI,
        kind=RunKind.EVAL,
        id=run_id,
        status=Status.COMPLETED,
        raw_status="",
        group=None if eval_id is None else Group(eval_id, None),
    )


def _with(run: Run, row: Row) -> Run:
    """Return the run with what a row tells of it: its model, and when it began."""
    trial = row.trials[0]
    models = run.models
    if trial.model and trial.model not in models:
        models = (*models, trial.model)
    began = run.created_at
    if trial.created_at is not None and (began is None or trial.created_at < began):
        began = trial.created_at
    if models is run.models and began is run.created_at:
        return run
    return replace(run, models=models, created_at=began, started_at=began)
