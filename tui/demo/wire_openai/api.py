"""The routes of the OpenAI family: evals, runs, output items, batches, file contents.

`EvalsApi` is OpenAI itself; Azure's two surfaces override what differs there (`wire_azure.py`).
Only reading and cancelling are served: existing evals are read-only since 31 October 2026.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, ClassVar
from urllib.parse import unquote

from tui.demo.dice import hex_id
from tui.demo.facts import Account, Group, Phase, SimRow, SimRun
from tui.demo.rolls import roll
from tui.demo.wire import Request, Response, json_response
from tui.demo.wire_openai.batches import batch_object
from tui.demo.wire_openai.evals import eval_object
from tui.demo.wire_openai.files import file_content
from tui.demo.wire_openai.items import item_attempt, item_object, item_status
from tui.demo.wire_openai.pages import BadParameterError, choice, cut, list_body
from tui.demo.wire_openai.runs import STATUS as RUN_STATUS
from tui.demo.wire_openai.runs import run_object
from tui.demo.world import World

_ORDERS = ("asc", "desc")
_RUN_FILTER = ("queued", "in_progress", "completed", "canceled", "failed")
_ITEM_FILTER = ("fail", "pass")


class NotFoundError(Exception):
    """An id nobody knows."""

    def __init__(self, thing: str, thing_id: str) -> None:
        super().__init__(thing)
        self.thing = thing
        self.thing_id = thing_id


def _status(run: SimRun, attempt: int) -> str:
    rolled = roll(run, *divmod(attempt, run.trials))
    broken = any(grade.state == "broken" for grade in rolled.grades)
    return item_status(rolled.outcome, broken=broken)


class EvalsApi:
    """OpenAI's `/v1` over one account of the world."""

    account: ClassVar[Account] = "openai"
    root: ClassVar[str] = "/v1"
    cancel_suffix: ClassVar[tuple[str, ...]] = ("cancel",)
    """What follows a run's path to cancel it."""
    has_batches: ClassVar[bool] = True

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key
        self._requests = count(1)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        answer = self._answer(request)
        number = next(self._requests)
        traced = {**self.trace_headers(number), **answer.headers}
        return Response(answer.status, traced, answer.body)

    # What Azure overrides.

    def trace_headers(self, number: int) -> Mapping[str, str]:
        """Return the headers that name a request."""
        return {
            "x-request-id": f"req_{hex_id(32, self.world.seed, self.account, number)}",
            "openai-version": "2020-10-01",
            "openai-organization": "marigold-insurance",
            "openai-processing-ms": str(220 + number * 37 % 160),
        }

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return an error in this host's envelope."""
        kind = "invalid_request_error" if status != 429 else "requests"  # noqa: PLR2004
        fault = {"message": message, "type": kind, "param": param, "code": code}
        return json_response(status, {"error": fault}, headers)

    def refuse(self, request: Request) -> Response | None:
        """Return the 401 answer unless the request holds the right key."""
        header = request.headers.get("authorization", "")
        if header == f"Bearer {self.key}":
            return None
        challenge = {"www-authenticate": "Bearer"}
        if not header.startswith("Bearer ") or not header[7:].strip():
            message = "You didn't provide an API key in an Authorization header."
            return self.error(401, message, headers=challenge)
        shown = f"{header[7:13]}***{header[-4:]}"
        message = f"Incorrect API key provided: {shown}."
        return self.error(401, message, code="invalid_api_key", headers=challenge)

    def list_body(self, data: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
        """Return the wrapper of a list."""
        return list_body(data, has_more=has_more)

    def eval_object(self, group: Group) -> dict[str, Any]:
        """Return an Eval."""
        return eval_object(self.world, group)

    def run_object(self, run: SimRun, group: Group) -> dict[str, Any]:
        """Return an EvalRun."""
        return run_object(self.world, run, group)

    def item_object(self, run: SimRun, group: Group, row: SimRow) -> dict[str, Any]:
        """Return an OutputItem."""
        return item_object(self.world, run, group, row)

    def item_attempt(self, run: SimRun, text: str) -> int | None:
        """Return the attempt an output item's id stands for."""
        return item_attempt(run, text)

    # Routes.

    def _answer(self, request: Request) -> Response:
        refusal = self.refuse(request)
        if refusal is not None:
            return refusal
        wait = self.world.limited(self.account)
        if wait is not None:
            seconds = {"retry-after": str(max(1, round(wait)))}
            message = "Rate limit reached for requests. Please slow down."
            return self.error(429, message, code="rate_limit_exceeded", headers=seconds)
        if not request.path.startswith(self.root + "/"):
            return self._no_route(request)
        parts = [unquote(part) for part in request.path[len(self.root) + 1 :].split("/")]
        try:
            return self._route(request, parts)
        except NotFoundError as fault:
            return self.error(
                404,
                f"Could not find {fault.thing.replace('_', ' ')} with id: {fault.thing_id}",
                code=f"{fault.thing}_not_found",
                param=f"{fault.thing}_id",
            )
        except BadParameterError as fault:
            return self.error(400, fault.message, code="invalid_value", param=fault.name)

    def _no_route(self, request: Request) -> Response:
        return self.error(404, f"Invalid URL ({request.method} {request.path})")

    def _route(self, request: Request, parts: list[str]) -> Response:
        match request.method, parts:
            case "GET", ["evals", *rest]:
                return self._read_evals(request, rest)
            case "POST", ["evals", eval_id, "runs", run_id, *rest] if (
                tuple(rest) == self.cancel_suffix
            ):
                group = self._group(eval_id)
                return self._cancel_run(self._run(group, run_id), group)
            case "POST" | "DELETE", ["evals", *_]:
                message = f"Not allowed to {request.method} on {request.path}."
                return self.error(405, message, code="method_not_supported")
            case _, ["batches", *rest] if self.has_batches:
                return self._batch_route(request, rest)
            case "GET", ["files", file_id, "content"] if self.has_batches:
                return self._file(file_id)
        return self._no_route(request)

    def _read_evals(self, request: Request, rest: list[str]) -> Response:
        if not rest:
            return self._evals(request)
        group = self._group(rest[0])
        match rest[1:]:
            case []:
                return json_response(200, self.eval_object(group))
            case ["runs"]:
                return self._runs(request, group)
            case ["runs", run_id, *more]:
                return self._read_run(request, self._run(group, run_id), group, more)
        return self._no_route(request)

    def _read_run(self, request: Request, run: SimRun, group: Group, rest: list[str]) -> Response:
        match rest:
            case []:
                return json_response(200, self.run_object(run, group))
            case ["output_items"]:
                return self._items(request, run, group)
            case ["output_items", item_id]:
                return self._item(run, group, item_id)
        return self._no_route(request)

    def _batch_route(self, request: Request, rest: list[str]) -> Response:
        match request.method, rest:
            case "GET", []:
                return self._batches(request)
            case "GET", [batch_id]:
                return json_response(200, batch_object(self.world, self._batch(batch_id)))
            case "POST", [batch_id, "cancel"]:
                return self._cancel_batch(self._batch(batch_id))
            case _:
                return self._no_route(request)

    # Look-ups.

    def _group(self, eval_id: str) -> Group:
        group = self.world.group(self.account, eval_id)
        if group is None:
            raise NotFoundError("eval", eval_id)
        return group

    def _run(self, group: Group, run_id: str) -> SimRun:
        run = self.world.run(self.account, run_id)
        if run is None or run.group is not group:
            raise NotFoundError("run", run_id)
        return run

    def _batch(self, batch_id: str) -> SimRun:
        run = self.world.run(self.account, batch_id)
        if run is None or run.kind != "batch":
            raise NotFoundError("batch", batch_id)
        return run

    # Lists.

    def _evals(self, request: Request) -> Response:
        groups = self.world.groups(self.account)
        if choice(request, "order_by", ("created_at", "updated_at")) == "updated_at":
            # An eval counts as updated when a run was added.
            latest = {run.group.id: run.created for run in self._all_runs() if run.group}
            groups.sort(key=lambda group: latest.get(group.id, group.created))
        if choice(request, "order", _ORDERS) == "desc":
            groups.reverse()
        page = cut(request, groups, lambda text: self.world.group(self.account, text))
        data = [self.eval_object(group) for group in page.objects]
        return json_response(200, self.list_body(data, has_more=page.has_more))

    def _all_runs(self) -> Sequence[SimRun]:
        return self.world.runs(self.account)

    def _runs(self, request: Request, group: Group) -> Response:
        runs = self.world.runs(self.account, group)
        if choice(request, "order", _ORDERS) == "desc":
            runs.reverse()
        status = choice(request, "status", _RUN_FILTER)
        if status is not None:
            runs = [run for run in runs if RUN_STATUS[self.world.state(run).phase] == status]
        page = cut(request, runs, lambda text: self.world.run(self.account, text))
        data = [self.run_object(run, group) for run in page.objects]
        return json_response(200, self.list_body(data, has_more=page.has_more))

    def _items(self, request: Request, run: SimRun, group: Group) -> Response:
        done = self.world.state(run).done
        attempts: Sequence[int] = range(done)
        if choice(request, "order", _ORDERS) == "desc":
            attempts = range(done - 1, -1, -1)
        status = choice(request, "status", _ITEM_FILTER)
        if status is not None:
            attempts = [attempt for attempt in attempts if _status(run, attempt) == status]
        page = cut(request, attempts, lambda text: self.item_attempt(run, text))
        rows = [self.world.row(run, *divmod(attempt, run.trials)) for attempt in page.objects]
        data = [self.item_object(run, group, row) for row in rows]
        return json_response(200, self.list_body(data, has_more=page.has_more))

    def _item(self, run: SimRun, group: Group, item_id: str) -> Response:
        attempt = self.item_attempt(run, item_id)
        if attempt is None or attempt >= self.world.state(run).done:
            raise NotFoundError("output_item", item_id)
        row = self.world.row(run, *divmod(attempt, run.trials))
        return json_response(200, self.item_object(run, group, row))

    def _batches(self, request: Request) -> Response:
        runs = [run for run in self._all_runs() if run.kind == "batch"]
        runs.reverse()  # always newest first, whatever `order` says
        page = cut(request, runs, lambda text: self.world.run(self.account, text))
        data = [batch_object(self.world, run) for run in page.objects]
        return json_response(200, list_body(data, has_more=page.has_more))

    def _file(self, file_id: str) -> Response:
        for run in self._all_runs():
            found = file_content(self.world, run, file_id)
            if found is not None:
                name, content = found
                headers = {
                    "content-type": "application/octet-stream",
                    "content-disposition": f'attachment; filename="{name}"',
                }
                return Response(200, headers, content)
        raise NotFoundError("file", file_id)

    # The only writing there is.

    def _cancel_run(self, run: SimRun, group: Group) -> Response:
        self.world.cancel(run)
        phase = self.world.state(run).phase
        if phase not in (Phase.CANCELING, Phase.CANCELED):
            return self.error(400, f"The run has already ended: {RUN_STATUS[phase]}.")
        return json_response(200, self.run_object(run, group))

    def _cancel_batch(self, run: SimRun) -> Response:
        self.world.cancel(run)
        made = batch_object(self.world, run)
        if made["status"] not in ("cancelling", "cancelled"):
            return self.error(400, f"Cannot cancel a batch with status '{made['status']}'.")
        return json_response(200, made)
