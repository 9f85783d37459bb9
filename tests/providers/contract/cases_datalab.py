"""Datalab's own answers."""

from typing import Any

import httpx

from tests.providers.contract.case import Case, Site
from tests.providers.datalab.samples import CONFIG, run, scored_file
from tests.providers.wiring import CANARY, json_answer
from tui.providers.base import RunSource


class DatalabCase(Case):
    """Offset paging, oldest first on the wire, results in one answer."""

    name = "datalab"
    config = CONFIG
    source = RunSource("runs")
    gone_detail_statuses = frozenset({404, 410})

    def run(self, n: int) -> dict[str, Any]:
        return run(id=4700 + n, created=f"2026-03-{n + 1:02}T09:00:00", total_files=5)

    def run_path(self, n: int) -> str:
        return str(4700 + n)

    def with_status(self, run: dict[str, Any], word: str | None) -> dict[str, Any]:
        return {**run, "status": word, "completed_at": None}

    def row(self, n: int) -> dict[str, Any]:
        return scored_file(request_id=990100 + n, filename=f"file-{n}.pdf")

    def row_key(self, n: int) -> str:
        return str(990100 + n)

    def answer(self, request: httpx.Request, site: Site) -> httpx.Response:
        if request.headers.get("X-API-Key") != CANARY:
            return json_answer(self.failure(401)[0], 401)
        parts = request.url.path.removeprefix("/api/v1/").split("/")
        found: Any = None
        match parts:
            case ["eval_batch_runs"]:
                start, limit = (int(request.url.params[name]) for name in ("offset", "limit"))
                # Newest first, so that walking gives the newest first overall.
                runs = site.runs[::-1][start : start + limit]
                found = {"batch_runs": runs, "total": len(site.runs)}
            case ["eval_batch_runs", run_id]:
                found = next((item for item in site.runs if str(item.get("id")) == run_id), None)
            case ["eval_batch_runs", _, "results"]:
                found = {"batch_run": self.run(0), "file_results": site.rows}
            case ["collections" | "eval_rubrics" | "pipelines" as kind]:
                found = {kind: [], "total": 0}
            case ["user_health"]:
                found = {"status": "ok"}
        return json_answer({"detail": "Not Found"}, 404) if found is None else json_answer(found)

    def failure(self, status: int) -> tuple[Any, str]:
        words = {
            401: "Invalid API key provided. Set the X-API-Key header to your API key.",
            403: "You need an active, paid subscription to use this API.",
            404: "Batch run not found",
            429: "Rate limit exceeded for endpoint /api/v1/eval_batch_runs.",
        }
        if status == 422:
            entry = {
                "type": "less_than_equal",
                "loc": ["query", "limit"],
                "msg": "Input should be less than or equal to 200",
                "input": CANARY,
            }
            return {"detail": [entry]}, "query.limit: Input should be less than or equal to 200"
        text = words.get(status, "something did not work")
        key = "error" if status == 400 else "detail"
        return {key: f"{text} {CANARY}"}, text
