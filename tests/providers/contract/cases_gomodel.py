"""A GoModel gateway's own answers."""

from typing import Any

import httpx

from tests.providers.contract.case import Case, Site
from tests.providers.gomodel.samples import CONFIG, ended_batch, failure, line
from tests.providers.wiring import CANARY, json_answer
from tui.providers.base import RunSource


class GoModelCase(Case):
    """Cursor paging, results in one answer, errors in OpenAI's envelope."""

    name = "gomodel"
    config = CONFIG
    source = RunSource("runs")
    key_optional = True
    unfinished_statuses = frozenset({409})
    unsaid_statuses = frozenset({403})

    def run(self, n: int) -> dict[str, Any]:
        counts = {"total": 5, "completed": 4, "failed": 1}
        created = 1772442842 + n
        return ended_batch(id=f"batch_{n}", created_at=created, request_counts=counts)

    def run_path(self, n: int) -> str:
        return f"batch_{n}"

    def with_status(self, run: dict[str, Any], word: str | None) -> dict[str, Any]:
        changed = {**run, "status": word}
        del changed["completed_at"]
        return changed

    def row(self, n: int) -> dict[str, Any]:
        return line(index=n, custom_id=f"q-{n}")

    def row_key(self, n: int) -> str:
        return f"q-{n}"

    def answer(self, request: httpx.Request, site: Site) -> httpx.Response:
        if request.headers.get("Authorization") != f"Bearer {CANARY}":
            return json_answer(failure("invalid master key", "authentication_error"), 401)
        found: Any = None
        match request.url.path.removeprefix("/v1/").split("/"):
            case ["batches"]:
                found = self._list(request, site)
            case ["batches", batch_id]:
                found = next((item for item in site.runs if item.get("id") == batch_id), None)
            case ["batches", batch_id, "results"]:
                found = {"object": "list", "batch_id": batch_id, "data": site.rows}
            case ["models"]:
                found = {"object": "list", "data": []}
        if found is None:
            return json_answer(failure("batch not found: x", "not_found_error"), 404)
        return json_answer(found)

    def _list(self, request: httpx.Request, site: Site) -> Any:
        runs = site.runs[::-1]
        after, limit = request.url.params.get("after"), int(request.url.params["limit"])
        known = [self.run_path(n) for n in range(len(runs))][::-1]
        start = known.index(after) + 1 if after is not None else 0
        page = runs[start : start + limit]
        if not page:
            return {"object": "list", "data": [], "has_more": False}
        more = start + limit < len(runs)
        ids = known[start : start + limit]
        return {
            "object": "list",
            "data": page,
            "has_more": more,
            "first_id": ids[0],
            "last_id": ids[-1],
        }

    def failure(self, status: int) -> tuple[Any, str]:
        words = {
            400: ("invalid limit parameter", "invalid_request_error"),
            401: ("invalid master key", "authentication_error"),
            403: ("upstream forbids it", "authentication_error"),
            404: ("batch not found: batch_nope", "not_found_error"),
            409: ("batch results are not ready yet", "invalid_request_error"),
            429: ("Rate limit reached", "rate_limit_error"),
            500: ("failed to list batches", "provider_error"),
            503: ("circuit breaker is open", "provider_error"),
        }
        text, kind = words.get(status, ("something did not work", "provider_error"))
        return failure(f"{text} {CANARY}", kind), text
