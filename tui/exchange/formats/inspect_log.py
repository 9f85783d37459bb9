"""Inspect AI logs: one eval is a run, a sample a row, an epoch of it a trial.

Events, which repeat the conversation and may be a hundred times as long, are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui.exchange.documents import Document
from tui.exchange.files import SourceFile
from tui.exchange.formats.fields import count, known, number, part, parts, text, word
from tui.exchange.formats.inspect_sample import read_sample
from tui.exchange.formats.inspect_zip import InspectArchive
from tui.exchange.paging import Pages, broken
from tui.exchange.reading import RowsTold, RunTold, Target, Told
from tui.models import (
    Counts,
    ErrorInfo,
    Group,
    JsonObject,
    JsonValue,
    ModelUsage,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.outcomes import status_of
from tui.providers.base import RowPage
from tui.providers.wire import instant

_ROWS = frozenset({"samples", "reductions"})
_UNFINISHED = "started"
_CONFIG = (
    *("task", "task_file", "task_version", "task_args", "solver", "model", "model_generate_config"),
    *("model_base_url", "model_roles", "config", "revision", "packages", "sandbox"),
)


def read_json_log(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the run of a `.json` log and its rows."""
    document = Document(file, ("samples",))
    log = _Log(target, file.stem)
    position = 0
    for position, sample in enumerate(document.items(), 1):
        yield from log.begin(document.beside)
        yield from log.add(sample, f"sample {position} of {file.name}")
    yield from log.end(document.beside)
    document.check()


def read_eval_log(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the run of a `.eval` log and its rows. Raises DataError."""
    with InspectArchive(file) as archive:
        log = _Log(target, file.stem)
        header = archive.header()
        yield from log.begin(header)
        for name, sample, why in archive.samples():
            if why is None:
                yield from log.add(sample, f"{name} of {file.name}")
            else:
                yield broken(log.ref, f"{name} of {file.name}", why)
        yield from log.end(header)


@dataclass(slots=True)
class _Log:
    target: Target
    stem: str
    run: Run | None = None
    ids: dict[str, int] = field(default_factory=dict)
    """Dataset position by sample id."""
    newest: datetime | None = None
    pages: Pages = field(default_factory=Pages)

    @property
    def ref(self) -> RunRef:
        return RunRef(self.target.connection, self.stem) if self.run is None else self.run.ref

    def begin(self, header: JsonObject) -> Iterator[Told]:
        """Tell the run, once."""
        if self.run is None:
            self.run = read_header(header, self.target, self.stem)
            dataset = part(part(header, "eval"), "dataset")
            ids = dataset.get("sample_ids")
            names = ids if isinstance(ids, list) else []
            self.ids = {str(name): place for place, name in enumerate(names)}
            yield RunTold(self.run, more=True)
            expected = len(self.ids) or count(dataset, "samples")
            yield RowsTold(self.run.ref, RowPage((), expected_rows=expected))

    def add(self, sample: JsonValue, place: str) -> Iterator[Told]:
        told = sample if isinstance(sample, dict) else {}
        row = read_sample(told, self.ids)
        if row is None:
            yield broken(self.ref, place, "it has no id.")
            return
        ended = instant(told.get("completed_at"))
        if ended is not None:
            self.newest = ended if self.newest is None else max(self.newest, ended)
        yield from self.pages.add(self.ref, row)

    def end(self, header: JsonObject) -> Iterator[Told]:
        yield from self.begin(header)
        yield from self.pages.rest()
        run = read_header(header, self.target, self.stem)
        if run.ended_at is None:
            run = replace(run, ended_at=self.newest or run.started_at or run.created_at)
        yield RunTold(run)


def read_header(header: JsonObject, target: Target, stem: str) -> Run:
    """Return the run a log's header tells of, also one that has not come to its end."""
    told, stats = part(header, "eval"), part(header, "stats")
    task = text(told, "task")
    name = target.run_id or word(told, "eval_id") or word(told, "run_id") or stem
    word_told = text(header, "status") or ""
    unfinished = word_told == _UNFINISHED
    dataset = part(told, "dataset")
    ids = dataset.get("sample_ids")
    usage = _usage(part(stats, "model_usage"))
    model = text(told, "model")
    config: JsonObject = {
        **known({field: told.get(field) for field in _CONFIG}),
        "dataset": known(
            {field: dataset.get(field) for field in ("name", "location", "samples", "shuffled")}
        ),
        "scorers": [scorer["name"] for scorer in parts(told, "scorers") if "name" in scorer],
    }
    tags: JsonObject = known({"tags": told.get("tags") or header.get("tags")})
    return Run(
        ref=RunRef(target.connection, name),
        provider=ProviderKind.INSPECT,
        kind=RunKind.EVAL,
        id=name,
        # Nothing follows in a file: such a log is not live, and nobody knows how it went on.
        status=Status.UNKNOWN if unfinished else status_of(word_told),
        raw_status=word_told,
        name=task,
        group=None if task is None else Group(word(told, "task_registry_name") or task, task),
        models=tuple(dict.fromkeys([*([model] if model else []), *(one.model for one in usage)])),
        created_at=instant(told.get("created")),
        started_at=instant(stats.get("started_at")),
        ended_at=instant(stats.get("completed_at")),
        counts=Counts(total=len(ids) if isinstance(ids, list) else count(dataset, "samples")),
        usage=usage,
        error=_error(part(header, "error")),
        metadata={**part(told, "metadata"), **part(header, "metadata"), **tags},
        config=known(config),
        warnings=("The log was written before its eval ended.",) if unfinished else (),
        raw={name: value for name, value in header.items() if name not in _ROWS},
    )


def _usage(told: JsonObject) -> tuple[ModelUsage, ...]:
    return tuple(
        ModelUsage(
            model=model,
            input_tokens=count(usage, "input_tokens"),
            output_tokens=count(usage, "output_tokens"),
            cached_tokens=count(usage, "input_tokens_cache_read"),
            total_tokens=count(usage, "total_tokens"),
            cost_usd=number(usage.get("total_cost")),
        )
        for model, usage in _objects(told.items())
    )


def _objects(items: Iterable[tuple[str, JsonValue]]) -> Iterator[tuple[str, JsonObject]]:
    return ((name, value) for name, value in items if isinstance(value, dict))


def _error(told: JsonObject) -> ErrorInfo | None:
    message = text(told, "message")
    return None if message is None else ErrorInfo(None, message)
