"""Microsoft's own answers, on both of its surfaces."""

from typing import Any

import httpx

from tests.providers.contract.case import Site
from tests.providers.contract.cases_openai import OpenAIBatchCase, OpenAICase
from tests.providers.wiring import CANARY
from tui.config import AzureOpenAIConnection

RESOURCE = AzureOpenAIConnection(
    name="eu",
    base_url="https://res.openai.azure.com/openai/v1",
    api_version="preview",
    poll=AzureOpenAIConnection.default_poll,
)
PROJECT = AzureOpenAIConnection(
    name="foundry",
    base_url="https://acc.services.ai.azure.com/api/projects/bot/openai/v1",
    poll=AzureOpenAIConnection.default_poll,
)


def _failure(status: int) -> tuple[Any, str]:
    text = f"something did not work with {CANARY}"
    words = text.removesuffix(CANARY).strip()
    if status == 404:
        return {"statusCode": 404, "message": "Resource not found"}, "Resource not found"
    # The code is the status as a text, and there is an inner error.
    error: dict[str, Any] = {
        "code": str(status),
        "message": text,
        "param": None,
        "type": "error",
        "inner_error": {},
    }
    return {"error": error}, words


def _authorized(headers: httpx.Headers) -> bool:
    return (
        headers.get("api-key") == CANARY
        and "Authorization" not in headers
        and headers.get("aoai-evals") == "preview"
    )


class AzureCase(OpenAICase):
    """An Azure OpenAI resource: a key header of its own and an API version."""

    name = "azure-openai"
    config = RESOURCE
    prefix = "/openai/v1"

    def authorized(self, headers: httpx.Headers) -> bool:
        return _authorized(headers)

    def found(self, path: str, params: httpx.QueryParams, site: Site) -> httpx.Response | None:
        return super().found(path, params, site) if params["api-version"] == "preview" else None

    def run(self, n: int) -> dict[str, Any]:
        counts = {"passed": 1, "failed": 1, "errored": 1, "skipped": 2, "total": 5}
        return {**super().run(n), "result_counts": counts, "modified_at": f"2026-09-{n + 1:02}"}

    def failure(self, status: int) -> tuple[Any, str]:
        return _failure(status)


class AzureBatchCase(OpenAIBatchCase):
    """Batches of a resource."""

    name = "azure-batches"
    config = RESOURCE
    prefix = "/openai/v1"

    def authorized(self, headers: httpx.Headers) -> bool:
        return _authorized(headers)

    def failure(self, status: int) -> tuple[Any, str]:
        return _failure(status)


class FoundryCase(OpenAICase):
    """A Foundry project: bearer, timestamps as texts, pages without an `object`."""

    name = "foundry"
    config = PROJECT
    prefix = "/api/projects/bot/openai/v1"

    def run(self, n: int) -> dict[str, Any]:
        return {**super().run(n), "created_at": f"2026-09-{n + 1:02}T10:00:00Z"}

    def failure(self, status: int) -> tuple[Any, str]:
        return _failure(status)
