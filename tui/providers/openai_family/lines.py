"""Lines of a batch's output and error files."""

from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from tui.models import ErrorInfo, JsonObject, Outcome, Row, Trial
from tui.providers.base import Skipped
from tui.providers.http import ItemBatch
from tui.providers.making import make_row, make_trial
from tui.providers.openai_family.bodies import Body, read_body, without_bulk
from tui.providers.openai_family.faults import error_info
from tui.providers.openai_family.wire import BATCH_LINE, BatchLineWire, ResponseWire
from tui.providers.wire import why_unreadable

_NO_RESPONSE = ResponseWire()
_NOTHING = ErrorInfo(None, "The line holds neither a response nor an error.")


@dataclass(slots=True)
class LineReader:
    """Maps the lines of one batch's files to rows, one file after the other.

    It remembers which trial ids were given out: a custom id that comes again is another trial of
    its row, also when it comes from the other file.
    """

    lines: int = 0
    """Lines so far, readable or not; fewer than the batch has requests means missing results."""
    _trials: set[tuple[str, str]] = field(default_factory=set)

    def read(self, batch: ItemBatch, *, file: str) -> tuple[tuple[Row, ...], tuple[Skipped, ...]]:
        """Map a slice of lines.

        Args:
            batch: lines as streamed; `first_index` is the 0-based number of the first.
            file: `output` or `error`; names the trials of lines without an id of their own.
        """
        skipped = [
            Skipped(what=f"line {bad.index + 1} of the {file} file", why=bad.why)
            for bad in batch.bad
        ]
        self.lines += len(batch.items) + len(batch.bad)
        rows: dict[str, Row] = {}
        for position, item in batch.indexed():
            row = self._row(item, file, position + 1)
            if isinstance(row, Skipped):
                skipped.append(row)
            else:
                known = rows.get(row.key)
                rows[row.key] = (
                    row if known is None else replace(row, trials=known.trials + row.trials)
                )
        return tuple(rows.values()), tuple(skipped)

    def _row(self, item: JsonObject, file: str, line: int) -> Row | Skipped:
        try:
            wire = BATCH_LINE.read(item)
        except ValidationError as error:
            return Skipped(what=f"line {line} of the {file} file", why=why_unreadable(error))
        # Lines of the two files are numbered alike, so a nameless line of the error file says so.
        key = wire.get("custom_id") or (f"#{line}" if file == "output" else f"#{file} {line}")
        trial_id = wire.get("id") or f"{file}:{line}"
        if (key, trial_id) in self._trials:
            trial_id = f"{trial_id}:{file}:{line}"
        self._trials.add((key, trial_id))
        return make_row(key=key, label=key, trials=(_trial(wire, item, trial_id),))


def _trial(wire: BatchLineWire, item: JsonObject, trial_id: str) -> Trial:
    response = wire.get("response") or _NO_RESPONSE
    told = response.get("body")
    body = read_body(told, status_code=response.get("status_code"))
    error = error_info(wire.get("error")) or body.error
    if error is None and told is None:
        error = _NOTHING
    return make_trial(
        id=trial_id,
        outcome=Outcome.UNGRADED if error is None else Outcome.ERRORED,
        output=body.output,
        usage=body.usage,
        model=body.model,
        error=error,
        extra=_extra(response, body),
        raw=_raw(item),
    )


def _extra(response: ResponseWire, body: Body) -> JsonObject:
    extra: JsonObject = {}
    if body.finish_reason is not None:
        extra["finish_reason"] = body.finish_reason
    if (status_code := response.get("status_code")) is not None:
        extra["status_code"] = status_code
    if (request_id := response.get("request_id")) is not None:
        extra["request_id"] = request_id
    return extra


def _raw(item: JsonObject) -> JsonObject:
    response = item.get("response")
    if not isinstance(response, dict):
        return item
    body = without_bulk(response.get("body"))
    if "body" in response and response["body"] is body:  # nearly always
        return item
    return {**item, "response": {**response, "body": body}}
