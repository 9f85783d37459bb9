"""An invented Weave project that answers as the documented service does."""

import json
from typing import Any

import httpx

from tests.providers.wiring import World, json_answer
from tui.config import WeaveConnection
from tui.models import Row, Run, RunRef
from tui.providers.base import RowPage, RunPage, RunSource
from tui.providers.weave import create

CONFIG = WeaveConnection(
    name="team",
    base_url="https://trace.wandb.ai",
    entity="acme-ai",
    project="support bot",
    poll=WeaveConnection.default_poll,
)
SOURCE = RunSource("runs")
HOME = "weave:///acme-ai/support bot"
EVALUATION = f"{HOME}/object/faq-eval:FAJXwYzl6Ias0Jq6rIMiGPcU7hSeRXc1Lzed2wLclUM"
MODEL = f"{HOME}/object/SupportBot:VUrGMZ0iX2qOmXDGbgxveNauYpXyoKvtjrQ5GcDGGjo"
DATASET = f"{HOME}/object/faq-golden:NcOhZFiYd1cxfPxGQ0gNfjQSAA4NHoyLRAwszarFYCI"
TABLE = "9708c5072f43cd056789b7e327283f688347f7d359f160fe72ebd252b4078500"
OVERLOADED = json.dumps(
    {
        "type": "APIStatusError",
        "message": "529 overloaded_error",
        "traceback": [{"filename": "bot.py", "line_number": 41, "text": "resp = ask(**req)"}],
    }
)


def op(name: str) -> str:
    return f"{HOME}/op/{name}:EisicVN1rcYKEFJJzele7C5xQuds8STKAx60Op4mOXE"


def call(call_id: str, **changes: Any) -> dict[str, Any]:
    """Return a finished call without children or parent."""
    return {
        "id": call_id,
        "project_id": "acme-ai/support bot",
        "op_name": op("SupportBot.predict"),
        "display_name": None,
        "trace_id": "0199f3b7-0e84-7250-9010-5e1f2b91eef0",
        "parent_id": None,
        "started_at": "2026-11-18T09:32:05.050000Z",
        "attributes": {},
        "inputs": {},
        "ended_at": "2026-11-18T09:32:05.781000Z",
        "exception": None,
        "output": None,
        "summary": {"weave": {"status": "success", "latency_ms": 731}},
        **changes,
    }


def run_call(call_id: str = "run-1", **changes: Any) -> dict[str, Any]:
    """Return a finished run as the SDK writes it."""
    return call(
        call_id,
        **{
            "op_name": op("Evaluation.evaluate"),
            "display_name": "eval-2026-11-18-quiet-pine",
            "started_at": "2026-11-18T09:32:00Z",
            "ended_at": "2026-11-18T09:32:09.812000Z",
            "attributes": {"weave": {"client_version": "0.54.0"}, "team": "search"},
            "inputs": {"self": EVALUATION, "model": MODEL},
            "output": {"exact_match": {"true_count": 1, "true_fraction": 0.25}},
            "summary": {
                "usage": {"claude-sonnet": {"input_tokens": 1290, "output_tokens": 123}},
                "status_counts": {"success": 14, "error": 0},
                "weave": {"status": "success", "latency_ms": 9812},
            },
            **changes,
        },
    )


def live_run(call_id: str = "run-1", **changes: Any) -> dict[str, Any]:
    """Return a run that has just begun."""
    summary = {"weave": {"status": "running", "trace_name": "Evaluation.evaluate"}}
    return run_call(call_id, **{"ended_at": None, "output": None, "summary": summary, **changes})


def trial(trial_id: str, **changes: Any) -> dict[str, Any]:
    """Return a graded trial as `eval_results` tells it."""
    return {
        "predict_and_score_call_id": trial_id,
        "predict_call_id": f"{trial_id}-predict",
        "model_output": {"answer": "Yes: Billing, then Export."},
        "scores": {"exact_match": True},
        "model_latency_seconds": 1.504,
        "total_tokens": 456,
        "total_cost": 8.82e-05,
        "scorer_call_ids": {},
        "genai_span_ref": None,
        **changes,
    }


def unscored(trial_id: str, **changes: Any) -> dict[str, Any]:
    """Return a trial without output and scores: running, broken, or never scored."""
    told: dict[str, Any] = {
        "model_output": None,
        "scores": {},
        "total_tokens": None,
        "total_cost": None,
    }
    return trial(trial_id, **{**told, **changes})


def row(digest: str, *trials: Any, run: str = "run-1", data: Any = None) -> dict[str, Any]:
    return {
        "row_digest": digest,
        "raw_data_row": {"question": f"{digest}?", "expected": "yes"} if data is None else data,
        "evaluations": [{"evaluation_call_id": run, "trials": list(trials)}],
    }


def stat(scorer: str, **changes: Any) -> dict[str, Any]:
    """Return the statistics of a boolean scorer, three trials of four with a value."""
    return {
        "scorer_key": scorer,
        "path": None,
        "value_type": "binary",
        "trial_count": 3,
        "numeric_count": 0,
        "numeric_mean": None,
        "pass_true_count": 1,
        "pass_known_count": 3,
        "pass_rate": 0.3333333333333333,
        "pass_signal_coverage": 1.0,
        **changes,
    }


class Project:
    """One project's state and its provider.

    `answers` overrides a path with a fixed status and body.
    """

    def __init__(self, *calls: dict[str, Any], config: WeaveConnection = CONFIG) -> None:
        self.calls = list(calls)
        self.rows: list[Any] = []
        self.stats: list[dict[str, Any]] = []
        self.trial_count = 4
        self.row_count: int | None = 2
        """Rows those trials belong to, as the statistics tell it."""
        self.v2_runs: list[Any] = []
        self.objects: dict[str, Any] = {
            EVALUATION: {
                "_class_name": "Evaluation",
                "dataset": DATASET,
                "scorers": [op("exact_match")],
                "trials": 2,
                "description": None,
            },
            DATASET: {"_class_name": "Dataset", "rows": f"{HOME}/table/{TABLE}"},
        }
        self.tables = {TABLE: 40}
        self.forbidden: set[str] = set()
        """Body keys this server is too old for."""
        self.answers: dict[str, tuple[int, Any]] = {}
        self.bodies: list[tuple[str, Any]] = []
        self.world = World(self.answer)
        self.provider = create(config, self.world.context)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/traces").removeprefix("/v2/acme-ai/support bot")
        body = json.loads(request.content) if request.content else {}
        self.bodies.append((path, body))
        if path in self.answers:
            status, data = self.answers[path]
            return json_answer(data, status)
        refused = sorted(self.forbidden & body.keys())
        if refused:
            return json_answer({"detail": [forbidden_key(key) for key in refused]}, 422)
        routes = {
            "/calls/stream_query": lambda: lines(self._found(body)),
            "/calls/query_stats": lambda: json_answer({"count": len(self._found(body))}),
            "/call/read": lambda: json_answer({"call": self._call(body["id"])}),
            "/evaluation_runs": lambda: lines(self.v2_runs),
            "/eval_results/query": lambda: json_answer(self._results(body)),
            "/obj/read": lambda: self._object(body),
            "/refs/read_batch": lambda: self._objects(body["refs"]),
            "/table/query_stats": lambda: json_answer(self._table(body["digest"])),
            "/table/query_stats_batch": lambda: json_answer(
                {"tables": [self._table(digest) for digest in body["digests"]]}
            ),
        }
        return routes[path]() if path in routes else json_answer({"detail": "Not Found"}, 404)

    def _call(self, call_id: str) -> Any:
        return next((item for item in self.calls if item["id"] == call_id), None)

    def _table(self, digest: str) -> dict[str, Any]:
        return {"digest": digest, "count": self.tables.get(digest, 0)}

    def _object(self, body: dict[str, Any]) -> httpx.Response:
        ref = f"{HOME}/object/{body['object_id']}:{body['digest']}"
        if ref not in self.objects:
            return json_answer({"reason": f"Object {ref} not found"}, 404)
        return json_answer({"obj": {"val": self.objects[ref]}})

    def _objects(self, refs: list[str]) -> httpx.Response:
        if missing := [ref for ref in refs if ref not in self.objects]:
            return json_answer({"reason": "missing", "missing_object_digests": missing}, 404)
        return json_answer({"vals": [self.objects[ref] for ref in refs]})

    def _found(self, body: dict[str, Any]) -> list[Any]:
        wanted = body.get("filter", {})
        found = [item for item in self.calls if matches(item, wanted, body.get("query"))]
        if body.get("sort_by"):
            found.sort(key=lambda item: str(item["started_at"]), reverse=True)
        offset = body.get("offset", 0)
        limit = body.get("limit")
        return found[offset : None if limit is None else offset + limit]

    def _results(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("include_summary"):
            run_id = body["evaluation_call_ids"][0]  # only this one has trials
            told = {
                "evaluation_call_id": run_id,
                "trial_count": self.trial_count,
                "scorer_stats": self.stats,
            }
            summary = {"row_count": self.row_count, "evaluations": [told]}
            return {"rows": [], "total_rows": 0, "summary": summary, "warnings": []}
        offset = body.get("offset", 0)
        page = self.rows[offset : offset + body["limit"]]
        # As hosted: the count rides on the rows.
        total = len(self.rows) if page else 0
        return {"rows": page, "total_rows": total, "summary": None, "warnings": []}

    def asked(self, path: str) -> list[Any]:
        """Return the bodies sent to a path."""
        return [body for asked, body in self.bodies if asked == path]

    async def page(self, after: str | None = None, limit: int | None = None) -> RunPage:
        return await self.provider.list_runs(SOURCE, after=after, limit=limit)

    async def listed(self) -> Run:
        [run] = (await self.page()).runs
        return run

    async def read(self, run_id: str = "run-1") -> Run:
        return await self.provider.get_run(RunRef("team", run_id))

    async def pages(self, run_id: str = "run-1", resume: str | None = None) -> list[RowPage]:
        run = await self.read(run_id)
        return [page async for page in self.provider.iter_rows(run, resume=resume)]

    async def row(self) -> Row:
        [page] = await self.pages()
        [found] = page.rows
        return found


def forbidden_key(key: str) -> dict[str, Any]:
    """Return how a server up to 0.53.3 refuses a body key."""
    return {
        "type": "extra_forbidden",
        "loc": ["body", key],
        "msg": "Extra inputs are not permitted",
        "input": True,
    }


def lines(items: list[Any]) -> httpx.Response:
    """Return a line-delimited answer; text items are sent as they are."""
    texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
    content = "".join(f"{text}\n" for text in texts).encode()
    return httpx.Response(200, content=content, headers={"content-type": "application/jsonl"})


def matches(item: Any, wanted: dict[str, Any], query: Any) -> bool:
    if isinstance(item, str):
        return True
    names = wanted.get("op_names", [item.get("op_name")])
    return (
        any(fits(item.get("op_name"), name) for name in names)
        and item["id"] in wanted.get("call_ids", [item["id"]])
        and item.get("parent_id") in wanted.get("parent_ids", [item.get("parent_id")])
        and (query is None or has_status(item, query["$expr"]))
    )


def has_status(item: Any, expression: dict[str, Any]) -> bool:
    status = item["summary"]["weave"]["status"]
    if "$not" in expression:
        return bool(status != "running")
    return status in [literal["$literal"] for literal in expression["$in"][1]]


def fits(op_name: Any, wanted: Any) -> bool:
    if isinstance(op_name, str) and isinstance(wanted, str) and wanted.endswith(":*"):
        return op_name.startswith(wanted[:-1])
    return bool(op_name == wanted)
