"""A Weave trace server's own answers."""

import base64
import json
from typing import Any

import httpx

from tests.providers.contract.case import Case, Site
from tests.providers.wiring import CANARY, json_answer
from tui.config import WeaveConnection
from tui.models import Status
from tui.providers.base import RunSource

CONFIG = WeaveConnection(
    name="team",
    base_url="https://trace.wandb.ai",
    entity="acme",
    project="bot",
    poll=WeaveConnection.default_poll,
)
REFS = "weave:///acme/bot"
EVALUATION = f"{REFS}/object/faq-eval:FAJXwYzl6Ias0Jq6rIMiGPcU7hSeRXc1Lzed2wLclUM"
DATASET = f"{REFS}/object/faq:Rv4cKkPq0Jq6rIMiGPcU7hSeRXc1Lzed2wLclUM8sd2"
TABLE = f"{REFS}/table/3bd1Pq0Jq6rIMiGPcU7hSeRXc1Lzed2wLclUM8sd2aa"


class WeaveCase(Case):
    """Root calls as lines, newest first by request; rows by digest; three reads for a total."""

    name = "weave"
    config = CONFIG
    source = RunSource("runs")
    # Weave's status is worked out from the facts: without an end and without a word it runs.
    bare_status = (Status.RUNNING, "running")
    lines = frozenset({"list"})

    def run(self, n: int) -> dict[str, Any]:
        return {
            "id": self.run_path(n),
            "project_id": "acme/bot",
            "op_name": f"{REFS}/op/Evaluation.evaluate:aA1",
            "display_name": f"night {n}",
            "trace_id": "0199f3a1-5c20-7000-9001-5e1f2b901eef",
            "parent_id": None,
            "started_at": f"2026-11-{n + 1:02}T09:32:00.000000Z",
            "ended_at": f"2026-11-{n + 1:02}T09:32:09.812000Z",
            "attributes": {"weave": {"python": {"type": "x"}}, "team": "search"},
            "inputs": {"self": EVALUATION, "model": f"{REFS}/object/SupportBot:VUrG"},
            "output": {"exact_match": {"true_count": 1, "true_fraction": 0.25}},
            "summary": {
                "usage": {"claude-sonnet": {"input_tokens": 1290, "output_tokens": 123}},
                "status_counts": {"success": 14, "error": 0},
                "weave": {"status": "success", "latency_ms": 9812},
            },
            "exception": None,
            "wb_user_id": "u1",
        }

    def run_path(self, n: int) -> str:
        return f"0199f3a1-5c20-7025-9001-5e1f2b90{n:04}"

    def with_status(self, run: dict[str, Any], word: str | None) -> dict[str, Any]:
        summary = {**run["summary"], "weave": {"status": word}}
        return {**run, "ended_at": None, "summary": summary}

    def row(self, n: int) -> dict[str, Any]:
        trial = {
            "predict_and_score_call_id": f"0199f3a1-5c20-70de-9006-5e1f2b9{n:05}",
            "predict_call_id": f"0199f3a1-5c20-7103-9007-5e1f2b9{n:05}",
            "model_output": {"answer": "Yes: Billing, then Export."},
            "scores": {"exact_match": True, "judge": {"passed": True, "score": 5}},
            "model_latency_seconds": 1.504,
            "total_tokens": 456,
            "total_cost": 8.82e-05,
            "scorer_call_ids": {"judge": "0199f3a1-5c20-7128-9008-5e1f2b90f778"},
            "genai_span_ref": None,
        }
        return {
            "row_digest": self.row_key(n),
            "raw_data_row": {"question": f"Can I export {n}?", "expected": "Yes."},
            "evaluations": [{"evaluation_call_id": self.run_path(0), "trials": [trial]}],
        }

    def row_key(self, n: int) -> str:
        return f"jlWHjkzOL8RNhekR9bXBDeVJC6AhnSJmW20B2p{n:05}"

    def answer(self, request: httpx.Request, site: Site) -> httpx.Response:
        token = base64.b64encode(f"api:{CANARY}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {token}":
            return json_answer({"detail": "Not authenticated"}, 401)
        body = json.loads(request.content or b"{}")
        match request.url.path:
            case "/calls/stream_query":
                return _lines(self._calls(body, site))
            case "/v2/acme/bot/evaluation_runs":
                return _lines([])
            case "/v2/acme/bot/eval_results/query":
                return json_answer(self._results(body, site))
            case path:
                found = self._object(path, body, site)
        return json_answer({"reason": "Not found"}, 404) if found is None else json_answer(found)

    @staticmethod
    def _calls(body: dict[str, Any], site: Site) -> list[Any]:
        if "parent_ids" in body["filter"]:
            return []
        assert body["sort_by"] == [{"field": "started_at", "direction": "desc"}]
        start = body.get("offset", 0)
        return site.runs[::-1][start : start + body["limit"]]

    @staticmethod
    def _results(body: dict[str, Any], site: Site) -> dict[str, Any]:
        if body.get("include_summary"):
            summary = {"row_count": len(site.rows), "evaluations": []}
            return {"rows": [], "total_rows": len(site.rows), "summary": summary, "warnings": []}
        start = body.get("offset", 0)
        rows = site.rows[start : start + body["limit"]]
        total = len(site.rows) if rows else 0
        return {"rows": rows, "total_rows": total, "summary": None, "warnings": []}

    @staticmethod
    def _object(path: str, body: dict[str, Any], site: Site) -> Any:
        values = {
            EVALUATION: {"dataset": DATASET, "trials": 1, "scorers": [f"{REFS}/op/exact:aa"]},
            DATASET: {"rows": TABLE},
        }
        found: Any = None
        match path:
            case "/call/read":
                runs = [item for item in site.runs if item.get("id") == body["id"]]
                found = {"call": runs[0] if runs else None}
            case "/calls/query_stats":
                found = {"count": len(site.runs), "has_more": False}
            case "/obj/read":
                ref = f"{REFS}/object/{body['object_id']}:{body['digest']}"
                found = {"obj": {"object_id": body["object_id"], "val": values[ref]}}
            case "/refs/read_batch":
                found = {"vals": [values[ref] for ref in body["refs"]]}
            case "/table/query_stats":
                found = {"count": 5}
            case "/table/query_stats_batch":
                found = {"tables": [{"digest": d, "count": 5} for d in body["digests"]]}
        return found

    def failure(self, status: int) -> tuple[Any, str]:
        if status == 401:
            return {"detail": "Not authenticated"}, "Not authenticated"
        if status == 422:
            entry = {
                "type": "int_parsing",
                "loc": ["body", "limit"],
                "msg": "Input should be a valid integer",
                "input": CANARY,
            }
            return {"detail": [entry]}, "body.limit: Input should be a valid integer"
        words = {403: "Forbidden", 404: "Run not found", 502: "Temporary backend error"}
        text = words.get(status, "Internal server error")
        return {"reason": f"{text} {CANARY}"}, text


def _lines(items: list[Any]) -> httpx.Response:
    text = "".join(f"{json.dumps(item)}\n" for item in items)
    headers = {"content-type": "application/jsonl"}
    return httpx.Response(200, content=text.encode(), headers=headers)
