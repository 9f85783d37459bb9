"""The gateway's routes, with its traps: a list that never refreshes, results that ride along."""

from threading import Lock
from typing import Any
from urllib.parse import unquote

from tui.demo.dice import uuid4_id
from tui.demo.facts import SimRun
from tui.demo.wire import Request, Response, json_response
from tui.demo.wire_gomodel.objects import (
    batch_object,
    counted_usage,
    created_object,
    has_output,
    is_anthropic,
    merged,
    status_of,
)
from tui.demo.wire_gomodel.results import result_items
from tui.demo.world import World

_DEFAULT_LIMIT = 20
_MAX_LIMIT = 100


class GoModelApi:
    """`/v1` of the gateway over one account of the world.

    It keeps a record of each batch as it last heard of it, because that is what the real gateway's
    list shows. Batches that ended before the world began were heard to their end.
    """

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key
        self._records: dict[str, dict[str, Any]] = {}
        self._requests = 0
        self._lock = Lock()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            self._requests += 1
            number = self._requests
            answer = self._answer(request)
        given = request.headers.get("x-request-id") or uuid4_id("gomodel", number)
        return Response(answer.status, {"x-request-id": given, **answer.headers}, answer.body)

    def _answer(self, request: Request) -> Response:
        if request.path == "/health":
            return json_response(200, {"status": "ok"})
        if not request.path.startswith("/v1/"):
            return json_response(404, {"message": "Not Found"})
        refusal = self._refuse(request)
        if refusal is not None:
            return refusal
        match request.method, [unquote(part) for part in request.path[4:].split("/")]:
            case "GET", ["models"]:
                return self._models()
            case "GET", ["batches"]:
                return self._list(request)
            case "GET", ["batches", batch_id]:
                return self._get(batch_id)
            case "GET", ["batches", batch_id, "results"]:
                return self._results(batch_id)
            case "POST", ["batches", batch_id, "cancel"]:
                return self._cancel(batch_id)
            case _:
                return json_response(404, {"message": "Not Found"})

    def _refuse(self, request: Request) -> Response | None:
        header = request.headers.get("authorization")
        if header is None:
            return _fault(401, "authentication_error", "missing authorization header")
        if not header.startswith("Bearer "):
            message = "invalid authorization header format, expected 'Bearer <token>'"
            return _fault(401, "authentication_error", message)
        if header.removeprefix("Bearer ") != self.key:
            return _fault(401, "authentication_error", "invalid master key")
        return None

    def _models(self) -> Response:
        models = {run.model.name: run.model.vendor for run in self.world.runs("gomodel")}
        data = [
            {"id": name, "object": "model", "created": 1, "owned_by": vendor}
            for name, vendor in models.items()
        ]
        return json_response(200, {"object": "list", "data": data})

    def _list(self, request: Request) -> Response:
        text = request.one("limit") or str(_DEFAULT_LIMIT)
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19):  # noqa: PLR2004 - 64 bits
            return _fault(400, "invalid_request_error", "invalid limit parameter")
        limit = min(int(text), _MAX_LIMIT) if int(text) > 0 else _DEFAULT_LIMIT
        runs = sorted(
            self.world.runs("gomodel"),
            key=lambda run: (self.world.unix(run.created), run.id),
            reverse=True,
        )
        start = 0
        after = request.one("after")
        if after:
            ids = [run.id for run in runs]
            if after not in ids:
                message = f"after cursor batch not found: {after}"
                return _fault(404, "not_found_error", message)
            start = ids.index(after) + 1
        page = [self._record(run) for run in runs[start : start + limit]]
        body: dict[str, object] = {
            "object": "list",
            "data": page,
            "has_more": start + limit < len(runs),
        }
        if page:
            body |= {"first_id": page[0]["id"], "last_id": page[-1]["id"]}
        return json_response(200, body)

    def _get(self, batch_id: str) -> Response:
        run = self.world.run("gomodel", batch_id)
        if run is None:
            return _unknown(batch_id)
        return json_response(200, self._refreshed(run))

    def _results(self, batch_id: str) -> Response:
        """Fetch the results; the record then has them too, and their sums with costs."""
        run = self.world.run("gomodel", batch_id)
        if run is None:
            return _unknown(batch_id)
        if not self.world.state(run).phase.ended:
            if is_anthropic(run):
                self._refreshed(run)
            message = f"batch results are not ready yet (status: {status_of(self.world, run)})"
            return _fault(409, "invalid_request_error", message)
        if not has_output(self.world, run):
            return _fault(502, "provider_error", "provider batch response missing output file id")
        data = list(result_items(self.world, run))
        record = self._record(run)
        if "results" not in record:
            record["usage"] = counted_usage(self.world, run)
        record["results"] = data
        return json_response(200, {"object": "list", "batch_id": run.id, "data": data})

    def _cancel(self, batch_id: str) -> Response:
        run = self.world.run("gomodel", batch_id)
        if run is None:
            return _unknown(batch_id)
        if self.world.state(run).phase.ended and not is_anthropic(run):
            return _fault(409, "invalid_request_error", "Cannot cancel a finished batch.")
        self.world.cancel(run)
        return json_response(200, self._refreshed(run))

    def _record(self, run: SimRun) -> dict[str, Any]:
        """Return what the gateway has stored of a batch; nobody upstream is asked."""
        record = self._records.get(run.id)
        if record is None:
            ended = self.world.state(run).ended
            make = batch_object if ended is not None and ended < 0 else created_object
            record = self._records[run.id] = make(self.world, run)
        return record

    def _refreshed(self, run: SimRun) -> dict[str, Any]:
        """Ask upstream, and return the record with the answer merged in."""
        record = merged(self._record(run), batch_object(self.world, run))
        self._records[run.id] = record
        return record


def _fault(status: int, kind: str, message: str) -> Response:
    body = {"error": {"type": kind, "message": message, "param": None, "code": None}}
    return json_response(status, body)


def _unknown(batch_id: str) -> Response:
    return _fault(404, "not_found_error", f"batch not found: {batch_id}")
