"""Batch output and error files, and the input file that tells what was asked.

Lines of OpenAI and Azure hold `custom_id`, `response` and `error`; a GoModel gateway's results are
one document whose `data` are its lines. A run is named by its file: `batch_x_output.jsonl`,
`batch_x_error.jsonl` and `batch_x_input.jsonl` are the run `batch_x`.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui.exchange.documents import Document
from tui.exchange.files import Line, SourceFile, json_lines
from tui.exchange.paging import Pages, broken
from tui.exchange.reading import RowsTold, RunTold, Target, Told
from tui.models import JsonObject, JsonValue, ProviderKind, Row, Run, RunKind, RunRef, Status
from tui.providers.base import RowPage
from tui.providers.gomodel.lines import LineReader as GatewayReader
from tui.providers.http import ItemBatch
from tui.providers.openai_family.lines import LineReader
from tui.providers.wire import instant

_ROLE = re.compile(r"[._-]*(output|errors?|results?|input|requests?)$", re.IGNORECASE)
_ASKED = ("messages", "input", "prompt")


def batch_id(file: SourceFile) -> str:
    """Return the run a file's name tells: the name without what it says of its role."""
    return _ROLE.sub("", file.stem) or file.stem


class Requests:
    """What was asked, by custom id. Kept in a temporary file, since inputs may be large."""

    def __init__(self) -> None:
        self._base = sqlite3.connect("")
        self._base.execute("CREATE TABLE asked(id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID")

    def add(self, custom_id: str, body: JsonValue) -> None:
        """Keep a request's body."""
        self._base.execute(
            "INSERT OR IGNORE INTO asked VALUES(?, ?)", (_key(custom_id), json.dumps(body))
        )

    def count(self) -> int:
        """Return how many requests there are."""
        return int(self._base.execute("SELECT count(*) FROM asked").fetchone()[0])

    def body(self, custom_id: str) -> JsonValue:
        """Return a request's body; None when it is not known."""
        found = self._base.execute(
            "SELECT body FROM asked WHERE id = ?", (_key(custom_id),)
        ).fetchone()
        body: JsonValue = None if found is None else json.loads(found[0])
        return body

    def close(self) -> None:
        """Remove the temporary file."""
        self._base.close()


@dataclass(slots=True)
class BatchFiles:
    """Reads the files of batches in the order input, output, error."""

    _requests: dict[RunRef, Requests] = field(default_factory=dict)
    _readers: dict[RunRef, LineReader] = field(default_factory=dict)
    _models: dict[RunRef, dict[str, None]] = field(default_factory=dict)
    _began: dict[RunRef, datetime] = field(default_factory=dict)

    def close(self) -> None:
        """Remove temporary files."""
        for requests in self._requests.values():
            requests.close()

    def read_input(self, file: SourceFile, target: Target) -> Iterator[Told]:
        """Remember what was asked; the results that follow are shown with it."""
        run = self._run(file, target, ProviderKind.OPENAI)
        yield RunTold(run, more=True)
        requests = self._requests.get(run.ref)
        if requests is None:
            requests = self._requests[run.ref] = Requests()
        for line in json_lines(file):
            custom_id = line.value.get("custom_id") if isinstance(line.value, dict) else None
            if isinstance(line.value, dict) and isinstance(custom_id, str):
                requests.add(custom_id, line.value.get("body"))
            else:
                yield broken(run.ref, _place(file, line), line.why or "it is no request.")
        yield RowsTold(run.ref, RowPage((), expected_rows=requests.count()))

    def read_lines(self, file: SourceFile, target: Target) -> Iterator[Told]:
        """Yield the rows of an output or error file."""
        run = self._run(file, target, ProviderKind.OPENAI)
        yield RunTold(run, more=True)
        reader = self._readers.setdefault(run.ref, LineReader())
        role = "error" if re.search(r"err", file.stem, re.IGNORECASE) else "output"
        pages = Pages()
        for line in json_lines(file):
            if not isinstance(line.value, dict):
                yield broken(run.ref, _place(file, line), line.why or "it is no object.")
                continue
            rows, skipped = reader.read(ItemBatch((line.value,), line.number - 1), file=role)
            for each in skipped:
                yield broken(run.ref, _place(file, line), each.why)
            for row in rows:
                self._meet(run.ref, row, line.value)
                yield from pages.add(run.ref, self._asked(run.ref, row))
        yield from pages.rest()
        yield RunTold(self._known(run))

    def read_gateway(self, file: SourceFile, target: Target) -> Iterator[Told]:
        """Yield the rows of a GoModel gateway's results."""
        document = Document(file, ("data",))
        reader = GatewayReader()
        pages = Pages()
        run = self._run(file, target, ProviderKind.GOMODEL)
        yield RunTold(run, more=True)
        for position, item in enumerate(document.items()):
            if isinstance(item, dict):
                row = reader.row(item, position)
                self._meet(run.ref, row, item)
                yield from pages.add(run.ref, self._asked(run.ref, row))
            else:
                yield broken(run.ref, f"result {position + 1} of {file.name}", "it is no object.")
        yield from pages.rest()
        yield RunTold(self._known(run))
        document.check()

    def _run(self, file: SourceFile, target: Target, provider: ProviderKind) -> Run:
        name = target.run_id or batch_id(file)
        return self._known(
            Run(
                ref=RunRef(target.connection, name),
                provider=provider,
                kind=RunKind.BATCH,
                id=name,
                status=Status.COMPLETED,
                raw_status="",
            )
        )

    def _meet(self, ref: RunRef, row: Row, line: JsonObject) -> None:
        models = self._models.setdefault(ref, {})
        models.update((trial.model, None) for trial in row.trials if trial.model)
        response = line.get("response")
        body = response.get("body", response) if isinstance(response, dict) else None
        at = instant(body.get("created")) if isinstance(body, dict) else None
        if at is not None:
            self._began[ref] = min(at, self._began.get(ref, at))

    def _known(self, run: Run) -> Run:
        """Return the run with what its lines told so far."""
        began = self._began.get(run.ref)
        models = tuple(self._models.get(run.ref, ()))
        return replace(run, models=models, created_at=began, started_at=began)

    def _asked(self, ref: RunRef, row: Row) -> Row:
        requests = self._requests.get(ref)
        body = None if requests is None else requests.body(row.key)
        if body is None:
            return row
        told = body if isinstance(body, dict) else {}
        asked = next((told[name] for name in _ASKED if told.get(name) is not None), body)
        return replace(row, trials=tuple(replace(trial, input=asked) for trial in row.trials))


def _place(file: SourceFile, line: Line) -> str:
    return f"line {line.number} of {file.name}"


def _key(custom_id: str) -> str:
    return custom_id.encode("utf-8", "replace").decode()
