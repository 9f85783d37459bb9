"""A result line as a trial of a row."""

from dataclasses import replace

from tui.models import ErrorInfo, JsonObject, JsonValue, Outcome, Row, Trial
from tui.providers.gomodel.replies import read_reply
from tui.providers.gomodel.wire import ResultWire
from tui.providers.openai_family.bodies import without_bulk
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
        wire = ResultWire.model_validate(item)
        self.lines += 1
        index = position if wire.index is None else wire.index
        key = wire.custom_id or f"#{index}"
        # Counted, not taken from `index`: providers write the lines of a batch in any order.
        attempt = self._seen[key] = self._seen.get(key, 0) + 1
        reply = read_reply(wire.response)
        error = _error(wire, reply.error)
        extra: JsonObject = {
            name: value
            for name, value in (
                ("status_code", wire.status_code),
                ("url", wire.url),
                ("provider", wire.provider),
                ("index", wire.index),
                ("finish_reason", reply.finish_reason),
            )
            if value not in (None, "")
        }
        trial = Trial(
            id=str(attempt),
            outcome=Outcome.UNGRADED if error is None else Outcome.ERRORED,
            output=reply.output,
            usage=reply.usage,
            model=wire.model or reply.model,
            error=error,
            extra=extra,
            raw={**item, "response": without_bulk(item.get("response"))}
            if "response" in item
            else item,
        )
        return Row(key=key, label=key, trials=(trial,), extra=extra)


def joined(rows: list[Row]) -> tuple[Row, ...]:
    """Return the rows with equal keys as one, its trials in order."""
    by_key: dict[str, Row] = {}
    for row in rows:
        first = by_key.get(row.key)
        by_key[row.key] = row if first is None else replace(first, trials=first.trials + row.trials)
    return tuple(by_key.values())


def _error(wire: ResultWire, reply_error: ErrorInfo | None) -> ErrorInfo | None:
    """Return why the line failed; None for a success: a 2xx status and no `error`.

    The reason stands in `error`, or, for an HTTP failure inside the output file, in the reply.
    """
    error = error_info(wire.error) or reply_error
    if error is not None:
        return error
    if wire.status_code is None or wire.status_code in _SUCCESS:
        return None
    text: JsonValue = wire.response
    message = text if isinstance(text, str) and text else None
    return ErrorInfo(
        str(wire.status_code), message or f"The request was answered with HTTP {wire.status_code}."
    )
