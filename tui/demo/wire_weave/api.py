"""The trace server's routes that a reading client uses."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from tui.demo.wire import Request, Response, encode_json, json_response
from tui.demo.wire_weave.bodies import Body
from tui.demo.wire_weave.calls import EVALUATE, Calls
from tui.demo.wire_weave.objects import Objects
from tui.demo.wire_weave.refs import Names
from tui.demo.wire_weave.refusals import Refused, invalid, refused
from tui.demo.wire_weave.results import eval_results
from tui.demo.wire_weave.selection import count, page
from tui.demo.wire_weave.shown import shown, whole
from tui.demo.wire_weave.writers import is_from_api
from tui.demo.world import World

_JSONL, _NDJSON = "application/jsonl", "application/x-ndjson"
_NOT_FOUND = json_response(404, {"detail": "Not Found"})
_V2_PARTS = 3
"""Entity, project, resource."""


class WeaveApi:
    """v1 and v2 routes over one project of the world."""

    def __init__(self, world: World, key: str, *, entity: str, project: str) -> None:
        self.world = world
        self.names = Names(entity, project)
        self.calls = Calls(world, self.names)
        self.objects = Objects(world, self.names)
        self._authorization = "Basic " + b64encode(f"api:{key}".encode()).decode()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path == "/health":
            return json_response(200, {"status": "ok"})
        header = request.headers.get("authorization")
        if header is None:
            return json_response(401, {"detail": "Not authenticated"})
        if header != self._authorization:
            return json_response(401, {"detail": "Invalid API key"})
        try:
            parts = [unquote(part) for part in request.path[1:].split("/")]
            if parts[0] == "v2":
                return self._v2(request, parts[1:])
            return self._v1(request, parts)
        except Refused as answer:
            return json_response(answer.status, answer.body)

    # Version 1: bodies name the project.

    def _v1(self, request: Request, parts: list[str]) -> Response:
        if parts == ["server_info"]:
            info = {"min_required_weave_python_version": "0.51.0", "trace_server_version": "demo"}
            return json_response(200, info)
        if request.method != "POST":
            return _NOT_FOUND
        body = Body.parse(request.body)
        if parts == ["refs", "read_batch"]:
            if "refs" not in body.values:
                raise invalid("missing", ["body", "refs"], "Field required", body.values)
            return json_response(200, {"vals": self.objects.values(body.texts("refs") or [])})
        match parts:
            case ["calls", "stream_query"]:
                self._own(body)
                return self._stream_calls(body)
            case ["calls", "query_stats"]:
                self._own(body)
                stats = {"count": count(self.calls, body), "has_more": False}
                return json_response(200, {**stats, "total_storage_size_bytes": None})
            case ["call", "read"]:
                self._own(body)
                found = self.calls.find(body.text("id"))
                prices = self.calls.models() if body.flag("include_costs") else None
                call = None if found is None else shown(found, None, prices)
                return json_response(200, {"call": call})
            case ["evaluations", "status"]:
                self._own(body)
                return json_response(200, {"status": self._status(body.text("call_id"))})
            case ["obj", "read"]:
                self._own(body)
                obj = self.objects.read(body.text("object_id"), body.text("digest"))
                if body.flag("metadata_only"):
                    obj["val"] = {}
                return json_response(200, {"obj": obj})
            case ["table", "query"]:
                self._own(body)
                return json_response(200, {"rows": self.objects.table_page(body)})
            case ["table", "query_stats"]:
                self._own(body)
                return json_response(200, {"count": self.objects.table_count(body.text("digest"))})
            case ["table", "query_stats_batch"]:
                self._own(body)
                tables = [
                    {
                        "digest": digest,
                        "count": self.objects.table_count(digest),
                        "storage_size_bytes": None,
                    }
                    for digest in body.texts("digests") or []
                ]
                return json_response(200, {"tables": tables})
            case ["feedback", "query"]:
                self._own(body)
                return json_response(200, {"result": [], "total_count": 0})
            case _:
                return _NOT_FOUND

    def _own(self, body: Body) -> None:
        if body.text("project_id") != self.names.project_id:
            raise refused(403, "Forbidden")

    def _stream_calls(self, body: Body) -> Response:
        columns = body.texts("columns")
        prices = self.calls.models() if body.flag("include_costs") else None
        found = page(self.calls, body)
        return _lines((shown(call, columns, prices) for call in found), _JSONL)

    def _status(self, call_id: str) -> dict[str, Any]:
        call = self.calls.find(call_id)
        if call is None:
            return {"code": "not_found"}
        run = self.world.run("weave", call_id)
        if run is None or EVALUATE not in call["op_name"]:
            raise refused(400, "Call is not an evaluation")
        if call["exception"] is not None:
            return {"code": "failed", "error": None}
        if call["ended_at"] is not None:
            return {"code": "complete", "output": call["output"]}
        done = sum(one["ended_at"] is not None for one in self.calls.trials(run))
        rows = self.objects.table_count(self.names.table(run).rpartition("/")[2])
        return {"code": "running", "completed_rows": done, "total_rows": max(rows, done)}

    # Version 2: paths name the project.

    def _v2(self, request: Request, parts: list[str]) -> Response:
        if len(parts) < _V2_PARTS:
            return _NOT_FOUND
        if f"{parts[0]}/{parts[1]}" != self.names.project_id:
            raise refused(403, "Forbidden")
        match request.method, parts[2:]:
            case "POST", ["eval_results", "query"]:
                return json_response(200, eval_results(self.calls, Body.parse(request.body)))
            case "GET", ["evaluation_runs"]:
                return self._evaluation_runs(request)
            case "GET", ["evaluation_runs", run_id]:
                found = self._evaluation_run(run_id)
                if found is None:
                    raise refused(404, f"Evaluation run {run_id} not found")
                return json_response(200, found)
            case "GET", ["evaluations"]:
                return _lines(_paged(request, self.objects.evaluations()), _NDJSON)
            case "GET", ["evaluations", object_id, "versions", digest]:
                for one in self.objects.evaluations():
                    if (one["object_id"], one["digest"]) == (object_id, digest):
                        return json_response(200, one)
                raise refused(404, f"Object {object_id}:{digest} not found")
            case _:
                return _NOT_FOUND

    def _evaluation_runs(self, request: Request) -> Response:
        """List oldest first, and only runs made through this API."""
        ids = [run.id for run in self.world.runs("weave") if is_from_api(run)]
        found = [told for run_id in ids if (told := self._evaluation_run(run_id))]
        for name, field in (
            ("evaluations", "evaluation"),
            ("models", "model"),
            ("evaluation_run_ids", "evaluation_run_id"),
        ):
            wanted = [value for key, value in request.query if key == name]
            if wanted:
                found = [told for told in found if told[field] in wanted]
        return _lines(_paged(request, found), _JSONL)

    def _evaluation_run(self, call_id: str) -> dict[str, Any] | None:
        """Return any call as EvaluationRunReadRes: the single read does not mind which it is."""
        call = self.calls.find(call_id)
        if call is None:
            return None
        status = "running"
        if call["exception"] is not None:
            status = "failed"
        elif call["ended_at"] is not None:
            status = "completed"
        return {
            "evaluation_run_id": call["id"],
            "evaluation": call["inputs"].get("self") or "",
            "model": call["inputs"].get("model") or "",
            "status": status,
            "started_at": call["started_at"],
            "finished_at": call["ended_at"],
            "summary": whole(call)["summary"],
            "source_evaluation_run_id": None,
        }


def _paged(request: Request, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    offset, limit = (_integer(request, name) for name in ("offset", "limit"))
    rest = found[offset or 0 :]
    return rest if limit is None else rest[:limit]


def _integer(request: Request, name: str) -> int | None:
    text = request.one(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        where = ["query", name]
        raise invalid("int_parsing", where, "Input should be a valid integer", text)
    return int(text)


def _lines(found: Iterable[dict[str, Any]], kind: str) -> Response:
    """Return a line per object; the status goes out before the first is made."""

    def lines() -> Iterator[bytes]:
        for one in found:
            yield encode_json(one) + b"\n"

    return Response(200, {"content-type": kind}, lines())
