"""A real Weave trace server on loopback: the published server classes behind FastAPI routes.

Runs inside the server environment only (`server-requirements.txt`). Prints one JSON line with its
base URL once the socket is bound, then serves until it is ended. State is in memory.
"""

import base64
import json
import os
import secrets
import socket
import sys
import types
from collections.abc import Callable, Iterable
from typing import Any

# Prices of models would otherwise be fetched from the network at import.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["WANDB_ERROR_REPORTING"] = "false"


def register_missing_package() -> None:
    """Stand in for a subpackage the server imports but the wheel does not ship."""
    package = types.ModuleType("weave.trace_server.model_providers")
    module = types.ModuleType("weave.trace_server.model_providers.model_providers")
    vars(module).update(
        VERTEX_PROVIDER_NAMES=set(),
        LLMModelProviderInfo=dict,
        read_model_to_provider_info_map=dict,
    )
    vars(package)["__path__"] = []
    vars(package)["model_providers"] = module
    sys.modules[package.__name__] = package
    sys.modules[module.__name__] = module


register_missing_package()

import uvicorn  # noqa: E402  (the stand-in must be registered before the server is imported)
from fastapi import FastAPI, Request  # noqa: E402
from fastapi.exceptions import RequestValidationError  # noqa: E402
from fastapi.responses import JSONResponse, Response, StreamingResponse  # noqa: E402
from pydantic import BaseModel, ValidationError  # noqa: E402
from weave.trace_server import errors  # noqa: E402
from weave.trace_server import trace_server_interface as wire  # noqa: E402
from weave.trace_server.external_to_internal_trace_server_adapter import (  # noqa: E402
    ExternalTraceServer,
)
from weave.trace_server.in_memory_trace_server import InMemoryTraceServer  # noqa: E402

USER = "tester"
OK = 200


class Ids:
    """Project names to slash-free internal ids and back; run and user ids pass through."""

    def ext_to_int_project_id(self, project_id: str) -> str:
        return base64.urlsafe_b64encode(project_id.encode()).decode().rstrip("=")

    def int_to_ext_project_id(self, project_id: str) -> str | None:
        padded = project_id + "=" * (-len(project_id) % 4)
        return base64.urlsafe_b64decode(padded).decode()

    def ext_to_int_run_id(self, run_id: str) -> str:
        return run_id

    def int_to_ext_run_id(self, run_id: str) -> str:
        return run_id

    def ext_to_int_user_id(self, user_id: str) -> str:
        return user_id

    def int_to_ext_user_id(self, user_id: str) -> str:
        return user_id


def lines(items: Iterable[BaseModel]) -> Iterable[str]:
    """Serialise a stream: one JSON object per line."""
    for item in items:
        yield item.model_dump_json() + "\n"


def read(model: type[BaseModel], values: dict[str, Any]) -> Any:
    """Validate a request as FastAPI would, so that its 422 body has FastAPI's shape."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        details = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        raise RequestValidationError(details) from None


V1_ANSWERS: dict[str, tuple[str, type[BaseModel]]] = {
    "/call/read": ("call_read", wire.CallReadReq),
    "/call/upsert_batch": ("call_start_batch", wire.CallCreateBatchReq),
    "/call/start": ("call_start", wire.CallStartReq),
    "/call/end": ("call_end", wire.CallEndReq),
    "/call/update": ("call_update", wire.CallUpdateReq),
    "/calls/query_stats": ("calls_query_stats", wire.CallsQueryStatsReq),
    "/obj/create": ("obj_create", wire.ObjCreateReq),
    "/obj/read": ("obj_read", wire.ObjReadReq),
    "/objs/query": ("objs_query", wire.ObjQueryReq),
    "/table/create": ("table_create", wire.TableCreateReq),
    "/table/create_from_digests": ("table_create_from_digests", wire.TableCreateFromDigestsReq),
    "/table/update": ("table_update", wire.TableUpdateReq),
    "/table/query": ("table_query", wire.TableQueryReq),
    "/table/query_stats": ("table_query_stats", wire.TableQueryStatsReq),
    "/table/query_stats_batch": ("table_query_stats_batch", wire.TableQueryStatsBatchReq),
    "/refs/read_batch": ("refs_read_batch", wire.RefsReadBatchReq),
    "/feedback/create": ("feedback_create", wire.FeedbackCreateReq),
    "/feedback/batch/create": ("feedback_create_batch", wire.FeedbackCreateBatchReq),
    "/feedback/query": ("feedback_query", wire.FeedbackQueryReq),
    "/evaluations/status": ("evaluation_status", wire.EvaluationStatusReq),
}
V1_STREAMS: dict[str, tuple[str, type[BaseModel]]] = {
    "/calls/stream_query": ("calls_query_stream", wire.CallsQueryReq),
}
V2_ANSWERS: dict[tuple[str, str], tuple[str, type[BaseModel]]] = {
    ("POST", "/calls/complete"): ("calls_complete", wire.CallsUpsertCompleteReq),
    ("POST", "/call/start"): ("call_start_v2", wire.CallStartV2Req),
    ("POST", "/call/end"): ("call_end_v2", wire.CallEndV2Req),
    ("POST", "/eval_results/query"): ("eval_results_query", wire.EvalResultsQueryReq),
    ("POST", "/evaluation_runs"): ("evaluation_run_create", wire.EvaluationRunCreateReq),
    ("GET", "/evaluation_runs/{evaluation_run_id}"): (
        "evaluation_run_read",
        wire.EvaluationRunReadReq,
    ),
    ("POST", "/evaluation_runs/{evaluation_run_id}/finish"): (
        "evaluation_run_finish",
        wire.EvaluationRunFinishReq,
    ),
    ("POST", "/predictions"): ("prediction_create", wire.PredictionCreateReq),
    ("POST", "/predictions/{prediction_id}/finish"): (
        "prediction_finish",
        wire.PredictionFinishReq,
    ),
    ("POST", "/scores"): ("score_create", wire.ScoreCreateReq),
    ("POST", "/scorers"): ("scorer_create", wire.ScorerCreateReq),
    ("GET", "/evaluations/{object_id}/versions/{digest}"): (
        "evaluation_read",
        wire.EvaluationReadReq,
    ),
}
OWN_PROJECT = {wire.CallsUpsertCompleteReq, wire.CallStartV2Req, wire.CallEndV2Req}
"""Request models that carry the project inside their items."""


class Routes:
    """What every route shares: the store, the key, the translation of failures."""

    def __init__(self, key: str) -> None:
        self._server: Any = ExternalTraceServer(InMemoryTraceServer(), Ids())
        self._authorization = "Basic " + base64.b64encode(f"api:{key}".encode()).decode()

    def refused(self, request: Request) -> Response | None:
        """Answer for a request without the key; None lets it pass."""
        given = request.headers.get("authorization")
        if given is None:
            return JSONResponse({"detail": "Not authenticated"}, status_code=401)
        if not secrets.compare_digest(given, self._authorization):
            return JSONResponse({"detail": "Invalid credentials"}, status_code=401)
        return None

    def call(self, method: str, request: Any) -> Any:
        """Run one method of the trace server on a validated request."""
        for part in (request, *getattr(request, "batch", ())):
            if "wb_user_id" in type(part).model_fields and part.wb_user_id is None:
                part.wb_user_id = USER
        return getattr(self._server, method)(request)

    def posting(self, method: str, model: type[BaseModel], *, stream: bool) -> Callable[..., Any]:
        """Make a v1 endpoint: the body is the request model."""

        async def endpoint(request: Request) -> Response:
            refusal = self.refused(request)
            if refusal is not None:
                return refusal
            result = self.call(method, read(model, await request.json()))
            if stream:
                return StreamingResponse(lines(result), media_type="application/jsonl")
            return JSONResponse(result.model_dump(mode="json"))

        return endpoint

    def scoped(self, method: str, model: type[BaseModel]) -> Callable[..., Any]:
        """Make a v2 endpoint: project and ids from the path, the rest from the body."""

        async def endpoint(request: Request) -> Response:
            refusal = self.refused(request)
            if refusal is not None:
                return refusal
            sent = await request.body()
            body = json.loads(sent) if sent else {}
            path = dict(request.path_params)
            project_id = f"{path.pop('entity')}/{path.pop('project')}"
            scope = {} if model in OWN_PROJECT else {"project_id": project_id}
            result = self.call(method, read(model, {**body, **path, **scope}))
            return JSONResponse(result.model_dump(mode="json"))

        return endpoint

    async def run_list(self, request: Request) -> Response:
        """`GET .../evaluation_runs`: lines, filters in the query."""
        refusal = self.refused(request)
        if refusal is not None:
            return refusal
        query = request.query_params
        path = request.path_params
        lists = ("evaluations", "models", "evaluation_run_ids")
        wanted = {name: query.getlist(name) for name in lists if name in query}
        values: dict[str, Any] = {"project_id": f"{path['entity']}/{path['project']}"}
        if wanted:
            values["filter"] = wanted
        values.update({name: int(query[name]) for name in ("limit", "offset") if name in query})
        found = self.call("evaluation_run_list", read(wire.EvaluationRunListReq, values))
        return StreamingResponse(lines(found), media_type="application/jsonl")

    async def file_create(self, request: Request) -> Response:
        """`POST /file/create`: a multipart form."""
        refusal = self.refused(request)
        if refusal is not None:
            return refusal
        form = await request.form()
        upload: Any = form["file"]
        values = {
            "project_id": form["project_id"],
            "name": upload.filename,
            "content": await upload.read(),
            "expected_digest": form.get("expected_digest"),
        }
        result = self.call("file_create", read(wire.FileCreateReq, values))
        return JSONResponse(result.model_dump(mode="json"))


def failure(_request: Request, error: Exception) -> Response:
    """Answer an exception as the published error table does."""
    answer = errors.handle_server_exception(error)
    return JSONResponse(answer.message, status_code=answer.status_code)


async def health() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}


async def server_info() -> dict[str, str | None]:
    """Say which SDK may write here."""
    return {"min_required_weave_python_version": "0.0.1", "trace_server_version": None}


def build(key: str) -> FastAPI:
    """Return the application."""
    app = FastAPI()
    routes = Routes(key)
    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/server_info", server_info, methods=["GET"])
    for path, (method, model) in V1_ANSWERS.items():
        app.add_route(path, routes.posting(method, model, stream=False), methods=["POST"])
    for path, (method, model) in V1_STREAMS.items():
        app.add_route(path, routes.posting(method, model, stream=True), methods=["POST"])
    for (verb, path), (method, model) in V2_ANSWERS.items():
        app.add_route("/v2/{entity}/{project}" + path, routes.scoped(method, model), methods=[verb])
    app.add_route("/v2/{entity}/{project}/evaluation_runs", routes.run_list, methods=["GET"])
    app.add_route("/file/create", routes.file_create, methods=["POST"])
    for kind in errors.get_registered_error_classes():
        app.add_exception_handler(kind, failure)
    return app


def main() -> None:
    """Bind a free loopback port, say where, serve."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        app = build(os.environ["WEAVE_TEST_KEY"])
        print(json.dumps({"base_url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
        config = uvicorn.Config(app, log_level="warning", fd=listener.fileno())
        uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
