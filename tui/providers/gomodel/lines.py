"""A result line as a trial of a row."""

from dataclasses import replace

from tui.models import ErrorInfo, JsonObject, JsonValue, Outcome, Row
from tui.providers.gomodel.replies import read_reply
from tui.providers.gomodel.wire import RESULT, ResultWire
from tui.providers.making import make_row, make_trial
from tui.providers.openai_family.bodies import Body, without_bulk
from tui.providers.openai_family.faults import error_info

_SUCCESS = range(200, 300)


class LineReader:
    """Reads one answer's lines in order; remembers the keys, since repeated ones are trials."""

    def __init__(self) -> None:
        self.lines = 0
        """Lines read so far."""
        self._seen: dict[str, int] = {}

    def row(self, item: JsonObject, position: int) -> Row:
        """Return the line as a row with one trial.

        Args:
            item: the line.
            position: 0-based, in this answer; stands in for a missing `index`.

        Raises:
            pydantic.ValidationError: never for an object; the model is soft throughout.
        """
        wire = RESULT.read(item)
        self.lines += 1
        told_index = wire.get("index")
        key = wire.get("custom_id") or f"#{position if told_index is None else told_index}"
        # Counted, not taken from `index`: providers write the lines of a batch in any order.
        attempt = self._seen[key] = self._seen.get(key, 0) + 1
        reply = read_reply(wire.get("response"))
        error = _error(wire, reply.error)
        extra = _extra(wire, reply)
        trial = make_trial(
            id=str(attempt),
            outcome=Outcome.UNGRADED if error is None else Outcome.ERRORED,
            output=reply.output,
            usage=reply.usage,
            model=wire.get("model") or reply.model,
            error=error,
            extra=extra,
            raw=_raw(item),
        )
        return make_row(key=key, label=key, trials=(trial,), extra=extra)


def joined(rows: list[Row]) -> tuple[Row, ...]:
    """Return the rows with equal keys as one, its trials in order."""
    by_key: dict[str, Row] = {}
    for row in rows:
        first = by_key.get(row.key)
        by_key[row.key] = row if first is None else replace(first, trials=first.trials + row.trials)
    return tuple(by_key.values())


def _extra(wire: ResultWire, reply: Body) -> JsonObject:
    extra: JsonObject = {}
    if (status_code := wire.get("status_code")) is not None:
        extra["status_code"] = status_code
    if url := wire.get("url"):
        extra["url"] = url
    if provider := wire.get("provider"):
        extra["provider"] = provider
    if (index := wire.get("index")) is not None:
        extra["index"] = index
    if reply.finish_reason:
        extra["finish_reason"] = reply.finish_reason
    return extra


def _raw(item: JsonObject) -> JsonObject:
    told = item.get("response")
    response = without_bulk(told)
    return item if response is told else {**item, "response": response}


def _error(wire: ResultWire, reply_error: ErrorInfo | None) -> ErrorInfo | None:
    """Return why the line failed; None for a success: a 2xx status and no `error`.

    The reason stands in `error`, or, for an HTTP failure inside the output file, in the reply.
    """
    error = error_info(wire.get("error")) or reply_error
    if error is not None:
        return error
    status_code = wire.get("status_code")
    if status_code is None or status_code in _SUCCESS:
        return None
    text: JsonValue = wire.get("response")
    message = text if isinstance(text, str) and text else None
    return ErrorInfo(
        str(status_code), message or f"The request was answered with HTTP {status_code}."
    )
