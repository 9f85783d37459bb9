"""promptfoo result files: each column of the matrix, a provider with a prompt, is a run.

Rows are test cases, so that two columns are compared case by case. Assertions are criteria, named
by their metric, else by their type; promptfoo's own verdict decides, since a test may have a
threshold of its own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tui.exchange.documents import Document
from tui.exchange.files import SourceFile, json_lines
from tui.exchange.formats.fields import count, known, number, part, text, word
from tui.exchange.formats.promptfoo_scores import read_outcome, read_scores
from tui.exchange.paging import Pages, broken
from tui.exchange.reading import RunTold, Target, Told
from tui.models import (
    ErrorInfo,
    Group,
    JsonObject,
    JsonValue,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Status,
    Trial,
    Usage,
)
from tui.providers.openai_family.dataset_items import expected_of, label_of
from tui.providers.wire import instant

_CONFIG_BULK = frozenset({"tests", "scenarios", "env", "outputPath"})
"""Of promptfoo's configuration: rows, and what may hold secrets or says nothing."""
_RAW_BULK = frozenset({"testCase", "vars"})


def read_document(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the runs and rows of `promptfoo eval -o out.json`, or of a shared or exported eval."""
    document = Document(file, ("results.results", "results"))
    columns = _Columns(target, file.stem)
    for position, item in enumerate(document.items()):
        yield from columns.add(item, f"result {position + 1} of {file.name}", document.beside)
    yield from columns.end(document.beside)
    document.check()


def read_result_lines(file: SourceFile, target: Target) -> Iterator[Told]:
    """Yield the runs and rows of `promptfoo eval -o out.jsonl`."""
    columns = _Columns(target, file.stem)
    for line in json_lines(file):
        yield from columns.add(line.value, f"line {line.number} of {file.name}", {}, line.why)
    yield from columns.end({})


@dataclass(slots=True)
class _Columns:
    target: Target
    stem: str
    runs: dict[str, Run] = field(default_factory=dict)
    """By column: the prompt's index, else provider and prompt."""
    rows: dict[str, int] = field(default_factory=dict)
    """How many rows of a column were met, where the file does not number them."""
    pages: Pages = field(default_factory=Pages)

    def add(
        self, item: JsonValue, place: str, document: JsonObject, why: str | None = None
    ) -> Iterator[Told]:
        if not isinstance(item, dict) or not ("prompt" in item or "success" in item):
            if not self.runs:
                yield from self._run({}, document, "0")
            ref = next(iter(self.runs.values())).ref
            yield broken(ref, place, why or "it is no result.")
            return
        index = word(item, "promptIdx")
        column = index if index is not None else _column(item)
        yield from self._run(item, document, column)
        met = self.rows[column] = self.rows.get(column, -1) + 1
        test = count(item, "testIdx")
        yield from self.pages.add(self.runs[column].ref, _row(item, met if test is None else test))

    def end(self, document: JsonObject) -> Iterator[Told]:
        yield from self.pages.rest()
        for run in self.runs.values():
            yield RunTold(_told_by(document, run))

    def _run(self, item: JsonObject, document: JsonObject, column: str) -> Iterator[Told]:
        if column not in self.runs:
            self.runs[column] = self._new(item, document, column)
            yield RunTold(self.runs[column], more=True)

    def _new(self, item: JsonObject, document: JsonObject, column: str) -> Run:
        eval_id = self.target.run_id or _eval_id(document) or text(item, "evalId") or self.stem
        provider = _provider(item)
        prompt = part(item, "prompt")
        place = column if column.isdecimal() else str(len(self.runs))
        run = Run(
            ref=RunRef(self.target.connection, f"{eval_id}/{place}"),
            provider=ProviderKind.PROMPTFOO,
            kind=RunKind.EVAL,
            id=f"{eval_id}:{place}",
            status=Status.COMPLETED,
            raw_status="",
            name=" · ".join(part for part in (provider, label_of(text(prompt, "label"))) if part)
            or None,
            group=Group(eval_id, None),
            models=() if provider is None else (provider,),
            config=known({"provider": provider, "prompt": text(prompt, "label")}),
        )
        return _told_by(document, run)


def _told_by(document: JsonObject, run: Run) -> Run:
    """Return the run with what stands beside the results."""
    results, config = part(document, "results"), part(document, "config")
    at = instant(results.get("timestamp") or document.get("timestamp"))
    created = document.get("createdAt")
    if at is None and isinstance(created, int):
        at = instant(created / 1000)
    group = run.group
    if group is not None:
        group = replace(group, name=text(config, "description") or group.name)
    own = {name: value for name, value in config.items() if name not in _CONFIG_BULK}
    return replace(
        run,
        group=group,
        created_at=at,
        started_at=at,
        url=text(document, "shareableUrl"),
        metadata=part(document, "metadata"),
        config=run.config | known({"promptfoo": known(own)}),
    )


def _eval_id(document: JsonObject) -> str | None:
    return text(document, "evalId") or text(document, "id")


def _provider(item: JsonObject) -> str | None:
    told = item.get("provider")
    if isinstance(told, str):
        return told or None
    named = part(item, "provider")
    return text(named, "label") or text(named, "id")


def _column(item: JsonObject) -> str:
    prompt = part(item, "prompt")
    return f"{_provider(item)}\n{text(prompt, 'label') or text(prompt, 'raw')}"


def _row(item: JsonObject, test: int) -> Row:
    case = part(item, "testCase")
    variables = part(item, "vars") or part(case, "vars")
    title = text(case, "description") or text(item, "description")
    label = title or label_of(variables)
    extra = known({"vars": variables, "description": title, "metadata": case.get("metadata")})
    return Row(
        key=str(test),
        label=label or f"test {test}",
        trials=(_trial(item, variables, test),),
        index=test,
        extra=extra,
    )


def _trial(item: JsonObject, variables: JsonObject, test: int) -> Trial:
    response = part(item, "response") or part(item, "providerResponse")
    scores = read_scores(item)
    outcome = read_outcome(item, scores)
    latency = number(item.get("latencyMs"))
    message = text(item, "error") or text(response, "error")
    error = ErrorInfo(None, message or "promptfoo tells no reason.")
    return Trial(
        id=text(item, "id") or str(test),
        outcome=outcome,
        input=_prompt(text(part(item, "prompt"), "raw")),
        output=response.get("output"),
        expected=expected_of(variables),
        scores=scores,
        latency_s=None if latency is None else latency / 1000,
        usage=_usage(item, response),
        model=_provider(item),
        error=error if outcome is Outcome.ERRORED else None,
        extra=known(
            {"finish_reason": response.get("finishReason"), "cached": response.get("cached")}
        ),
        raw={name: value for name, value in item.items() if name not in _RAW_BULK},
    )


def _prompt(raw: str | None) -> JsonValue:
    """Return a prompt; one that is a list of messages, written as JSON, as messages."""
    if raw is not None and raw.lstrip().startswith("["):
        try:
            messages = json.loads(raw)
        except (ValueError, RecursionError):
            return raw
        if all(isinstance(message, dict) and "role" in message for message in messages):
            found: JsonValue = messages
            return found
    return raw


def _usage(item: JsonObject, response: JsonObject) -> Usage | None:
    """Return the tokens and the money; promptfoo writes zeros where nobody counted."""
    tokens = part(item, "tokenUsage") or part(response, "tokenUsage")
    cost = number(item.get("cost")) or number(response.get("cost"))
    usage = Usage(
        input_tokens=count(tokens, "prompt") or None,
        output_tokens=count(tokens, "completion") or None,
        cached_tokens=count(tokens, "cached") or None,
        total_tokens=count(tokens, "total") or None,
        cost_usd=cost or None,
    )
    return None if usage == Usage() else usage
