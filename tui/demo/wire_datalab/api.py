"""The routes of Datalab that a reading client uses."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from tui.demo.facts import Group, SimRun
from tui.demo.wire import Request, Response, json_response
from tui.demo.wire_datalab.documents import agent_object, document_object, is_kept
from tui.demo.wire_datalab.objects import (
    collection_id,
    collection_object,
    file_object,
    is_custom,
    lookup_key,
    pipeline_object,
    rubric_id,
    rubric_object,
    run_object,
    waiting_object,
)
from tui.demo.world import World

ROOT = "/api/v1"
_DOCUMENT_ROUTES = {"convert", "extract", "segment", "custom-processor", "agent"}


class Invalid(Exception):
    """A request that fails validation (422)."""

    def __init__(self, kind: str, where: Sequence[str], message: str, value: str) -> None:
        super().__init__(message)
        self.detail = {"type": kind, "loc": list(where), "msg": message, "input": value}


class DatalabApi:
    """FastAPI in all but name: `detail` errors, 422 bodies, no request ids."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == f"{ROOT}/health":
            return json_response(200, {"status": "ok"})
        if request.headers.get("x-api-key") != self.key:
            return _fault(
                401, "Invalid API key provided. Set the X-API-Key header to your API key."
            )
        parts = [unquote(part) for part in request.path.removeprefix(ROOT + "/").split("/")]
        try:
            return self._route(request, parts)
        except Invalid as invalid:
            return json_response(422, {"detail": [invalid.detail]})

    def _route(self, request: Request, parts: list[str]) -> Response:
        if request.method != "GET":
            return _fault(405, "Method Not Allowed")
        match parts:
            case ["user_health"]:
                return json_response(200, {"status": "ok"})
            case ["eval_batch_runs"]:
                return self._runs(request)
            case ["eval_batch_runs", run_id]:
                run = self._run(run_id)
                return (
                    _missing() if run is None else json_response(200, run_object(self.world, run))
                )
            case ["eval_batch_runs", run_id, "results"]:
                return self._results(self._run(run_id))
            case ["collections"]:
                found = [collection_object(self.world, group) for group in self._groups()]
                return _list(request, "collections", found)
            case ["collections", number]:
                group = self._group(_integer(("path", "collection_id"), number))
                if group is None:
                    return _fault(404, "Collection not found")
                return json_response(200, collection_object(self.world, group))
            case ["eval_rubrics"]:
                found = [rubric_object(self.world, group) for group in self._groups()]
                return _list(request, "eval_rubrics", found)
            case ["eval_rubrics", number]:
                return self._rubric(_integer(("path", "rubric_id"), number))
            case ["pipelines"]:
                found = [pipeline_object(self.world, name) for name in self._pipelines()]
                if _flag(request, "saved_only", default=True):
                    found = [pipeline for pipeline in found if pipeline["is_saved"]]
                return _list(request, "pipelines", found)
            case ["pipelines", name]:
                if name not in self._pipelines():
                    return _fault(404, "Pipeline not found")
                return json_response(200, pipeline_object(self.world, name))
            case [route, key] if route in _DOCUMENT_ROUTES:
                return self._document(route, key)
            case _:
                return _fault(404, "Not Found")

    def _runs(self, request: Request) -> Response:
        runs = list(reversed(self.world.runs("datalab")))
        for name, kept in (
            ("collection_id", lambda run: run.group and collection_id(self.world, run.group)),
            ("eval_rubric_id", lambda run: rubric_id(self.world, run)),
        ):
            wanted = request.one(name)
            if wanted is not None:
                number = _integer(("query", name), wanted)
                runs = [run for run in runs if kept(run) == number]
        pipeline = request.one("pipeline_id")
        if pipeline is not None:
            runs = [run for run in runs if run.metadata.get("pipeline_id") == pipeline]
        return _list(request, "batch_runs", [run_object(self.world, run) for run in runs])

    def _results(self, run: SimRun | None) -> Response:
        if run is None:
            return _missing()
        state = self.world.state(run)
        files = [file_object(self.world, run, row) for row in self.world.rows(run)]
        if not state.phase.ended and state.started is not None and state.done < run.rows:
            files.append(waiting_object(run, state.done))
        body = {"batch_run": run_object(self.world, run), "file_results": files}
        return json_response(200, body)

    def _document(self, route: str, key: str) -> Response:
        """Answer with a file's document; a custom pipeline's agent made it where there is one."""
        run_id, _, rest = key.partition("-")
        run = self.world.run("datalab", run_id)
        number = rest.partition("-")[0]
        if run is None or not _is_number(number) or key != lookup_key(run, int(number)):
            return _fault(404, "Request not found")
        if route != ("agent" if is_custom(run) else run.metadata["pipeline_type"]):
            return _fault(404, "Request not found")
        state, index = self.world.state(run), int(number)
        if index == state.done and not state.phase.ended:
            return json_response(200, {"status": "processing"})
        row = self.world.row(run, index)
        if index >= state.done or not is_kept(self.world, row):
            return _fault(404, "Request not found or expired")
        make = agent_object if is_custom(run) else document_object
        return json_response(200, make(run, row))

    def _rubric(self, number: int) -> Response:
        found = [rubric_object(self.world, group) for group in self._groups()]
        rubric = next((rubric for rubric in found if rubric["id"] == number), None)
        return _fault(404, "Rubric not found") if rubric is None else json_response(200, rubric)

    def _run(self, text: str) -> SimRun | None:
        return self.world.run("datalab", str(_integer(("path", "run_id"), text)))

    def _groups(self) -> list[Group]:
        return self.world.groups("datalab")

    def _group(self, number: int) -> Group | None:
        groups = self._groups()
        return next((one for one in groups if collection_id(self.world, one) == number), None)

    def _pipelines(self) -> list[str]:
        names = (run.metadata.get("pipeline_id") for run in self.world.runs("datalab"))
        return list(dict.fromkeys(name for name in names if name is not None))


def _fault(status: int, detail: str) -> Response:
    return json_response(status, {"detail": detail})


def _missing() -> Response:
    return _fault(404, "Batch run not found")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19  # noqa: PLR2004 - 64 bits


def _integer(
    where: Sequence[str], text: str, low: int | None = None, high: int | None = None
) -> int:
    if not _is_number(text.removeprefix("-")):
        raise Invalid("int_parsing", where, "Input should be a valid integer", text)
    value = int(text)
    if low is not None and value < low:
        message = f"Input should be greater than or equal to {low}"
        raise Invalid("greater_than_equal", where, message, text)
    if high is not None and value > high:
        message = f"Input should be less than or equal to {high}"
        raise Invalid("less_than_equal", where, message, text)
    return value


def _flag(request: Request, name: str, *, default: bool) -> bool:
    text = request.one(name)
    if text is None:
        return default
    if text.lower() not in {"true", "1", "false", "0"}:
        message = "Input should be a valid boolean, unable to interpret input"
        raise Invalid("bool_parsing", ("query", name), message, text)
    return text.lower() in {"true", "1"}


def _list(request: Request, key: str, found: list[dict[str, Any]]) -> Response:
    limit, offset = request.one("limit"), request.one("offset")
    most = 50 if limit is None else _integer(("query", "limit"), limit, 1, 200)
    start = 0 if offset is None else _integer(("query", "offset"), offset, 0)
    return json_response(200, {key: found[start : start + most], "total": len(found)})
