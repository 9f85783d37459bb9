"""OpenAI's own answers: evals, and batches with their files."""

import json
from typing import Any

import httpx

from tests.providers.contract.case import Case, Site
from tests.providers.openai.payloads import (
    CREATED,
    EVAL_ID,
    a_batch,
    a_line,
    a_run,
    an_error,
    an_eval,
    an_item,
    inline_source,
)
from tests.providers.wiring import CANARY, json_answer
from tui.config import ConnectionConfig, OpenAIConnection
from tui.models import JsonObject
from tui.providers.base import RunSource

CONFIG = OpenAIConnection(
    name="prod",
    base_url="https://api.openai.com/v1",
    poll=OpenAIConnection.default_poll,
)


class OpenAICase(Case):
    """Runs and output items of one eval, cursor paging, both orders."""

    name = "openai"
    config: ConnectionConfig = CONFIG
    source = RunSource(EVAL_ID)
    prefix = "/v1"

    def authorized(self, headers: httpx.Headers) -> bool:
        """Whether the key came the way this host wants it."""
        return bool(headers.get("Authorization") == f"Bearer {CANARY}")

    def run(self, n: int) -> dict[str, Any]:
        return a_run(f"evalrun_{n}", created_at=CREATED + n, data_source=inline_source(5))

    def run_path(self, n: int) -> str:
        return f"{EVAL_ID}/evalrun_{n}"

    def with_status(self, run: dict[str, Any], word: str | None) -> dict[str, Any]:
        return {**run, "status": word}

    def row(self, n: int) -> dict[str, Any]:
        return an_item(n)

    def row_key(self, n: int) -> str:
        return str(n)

    def answer(self, request: httpx.Request, site: Site) -> httpx.Response:
        if not self.authorized(request.headers):
            return json_answer(self.failure(401)[0], 401)
        found = self.found(request.url.path.removeprefix(self.prefix), request.url.params, site)
        return json_answer(self.failure(404)[0], 404) if found is None else found

    def found(self, path: str, params: httpx.QueryParams, site: Site) -> httpx.Response | None:
        """Return what is at a path; None = nothing."""
        match path.strip("/").split("/"):
            case ["evals"]:
                return json_answer(_page([an_eval()], [EVAL_ID], params))
            case ["evals", eval_id] if eval_id == EVAL_ID:
                return json_answer(an_eval())
            case ["evals", _, "runs"]:
                ids = [f"evalrun_{n}" for n in range(len(site.runs))]
                return json_answer(_page(site.runs, ids, params))
            case ["evals", _, "runs", run_id]:
                return _named(site.runs, run_id)
            case ["evals", _, "runs", _, "output_items"]:
                ids = [f"outputitem_{n:04}" for n in range(len(site.rows))]
                return json_answer(_page(site.rows, ids, params))
        return None

    def failure(self, status: int) -> tuple[Any, str]:
        text, code = {
            401: (f"Incorrect API key provided: {CANARY}.", "invalid_api_key"),
            404: ("Could not find it.", "not_found"),
            429: ("Rate limit reached for requests", "rate_limit_exceeded"),
        }.get(status, (f"something did not work with {CANARY}", None))
        return an_error(text, code), text.split(CANARY)[0].strip()


class OpenAIBatchCase(OpenAICase):
    """Batches: a list without an order, and rows in two files of lines."""

    name = "openai-batches"
    source = RunSource("batches")
    unfinished_statuses = frozenset({404, 410})
    lines = frozenset({"rows"})

    def run(self, n: int) -> dict[str, Any]:
        counts: JsonObject = {"total": 5, "completed": 5, "failed": 0}
        return a_batch(
            f"batch_{n}", created_at=CREATED + n, request_counts=counts, error_file_id=None
        )

    def run_path(self, n: int) -> str:
        return f"batch_{n}"

    def with_status(self, run: dict[str, Any], word: str | None) -> dict[str, Any]:
        return {**run, "status": word, "completed_at": None}

    def row(self, n: int) -> dict[str, Any]:
        return a_line(f"q-{n}")

    def row_key(self, n: int) -> str:
        return f"q-{n}"

    def found(self, path: str, params: httpx.QueryParams, site: Site) -> httpx.Response | None:
        match path.strip("/").split("/"):
            case ["evals"]:
                return json_answer(_page([an_eval()], [EVAL_ID], params))
            case ["batches"]:
                ids = [f"batch_{n}" for n in range(len(site.runs))][::-1]
                return json_answer(_page(site.runs[::-1], ids, params))
            case ["batches", batch_id]:
                return _named(site.runs, batch_id)
            case ["files", "file-Out01", "content"]:
                text = "".join(f"{json.dumps(item)}\n" for item in site.rows)
                headers = {"content-type": "application/octet-stream"}
                return httpx.Response(200, content=text.encode(), headers=headers)
        return None


def _named(items: list[Any], name: str) -> httpx.Response | None:
    found = next((item for item in items if item.get("id") == name), None)
    return None if found is None else json_answer(found)


def _page(items: list[Any], ids: list[str], params: httpx.QueryParams) -> dict[str, Any]:
    """Return a page of `items`, whose places in the list are known as `ids`."""
    if params.get("order") == "desc":
        items, ids = items[::-1], ids[::-1]
    start = ids.index(params["after"]) + 1 if "after" in params else 0
    end = start + int(params.get("limit", 20))
    told = ids[start:end]
    return {
        "object": "list",
        "data": items[start:end],
        "first_id": told[0] if told else None,
        "last_id": told[-1] if told else None,
        "has_more": end < len(items),
    }
