"""Azure's two surfaces over the simulated world: the resource and the Foundry project."""

from collections.abc import Mapping
from typing import Any, ClassVar

from tui.demo.dice import uuid4_id
from tui.demo.facts import Account, Group, SimRow, SimRun
from tui.demo.wire import Request, Response, json_response
from tui.demo.wire_foundry import foundry_eval, foundry_item, foundry_run
from tui.demo.wire_openai import EvalsApi
from tui.demo.world import World


class AzureResourceApi(EvalsApi):
    """`https://RES.openai.azure.com/openai/v1`: OpenAI's objects, Azure's keys and errors."""

    account: ClassVar[Account] = "azure"
    root: ClassVar[str] = "/openai/v1"
    cancel_suffix: ClassVar[tuple[str, ...]] = ()

    def trace_headers(self, number: int) -> Mapping[str, str]:
        """Return the request's id under both names Azure uses."""
        trace = uuid4_id(self.world.seed, self.account, number)
        return {"apim-request-id": trace, "x-request-id": trace, "x-ms-region": "Sweden Central"}

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,  # noqa: ARG002 - Azure has numbers only
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return Azure's envelope: the code is the status, as text."""
        fault: dict[str, Any] = {
            "code": str(status),
            "message": message,
            "param": param,
            "type": "error",
            "inner_error": {},
        }
        return json_response(status, {"error": fault}, headers)

    def refuse(self, request: Request) -> Response | None:
        """Accept the key in `api-key` or as a bearer token; evals want the preview header."""
        bearer = request.headers.get("authorization", "")
        if self.key not in (request.headers.get("api-key"), bearer.removeprefix("Bearer ")):
            message = (
                "Access denied due to invalid subscription key or wrong API endpoint. Make sure "
                "to provide a valid key for an active subscription."
            )
            return self.error(401, message)
        if "/evals" in request.path and request.headers.get("aoai-evals") != "preview":
            return self.error(400, "The header 'aoai-evals: preview' is required.")
        return None

    def run_object(self, run: SimRun, group: Group) -> dict[str, Any]:
        """Return OpenAI's run with Azure's report link; `model` is the deployment."""
        link = f"https://ai.azure.com/evaluations/{group.id}?run_id={run.id}"
        made = super().run_object(run, group) | {"report_url": link}
        del made["shared_with_openai"]
        return made

    def item_object(self, run: SimRun, group: Group, row: SimRow) -> dict[str, Any]:
        """Return OpenAI's item; a broken grader has neither score nor verdict."""
        made = super().item_object(run, group, row)
        for result, grade in zip(made["results"], row.grades, strict=True):
            if grade.score is None:
                result |= {"score": None, "passed": None}
        return made


class FoundryApi(EvalsApi):
    """`https://ACCOUNT.services.ai.azure.com/api/projects/PROJECT/openai/v1`: Entra tokens only."""

    account: ClassVar[Account] = "foundry"
    root: ClassVar[str] = "/api/projects/marigold/openai/v1"
    cancel_suffix: ClassVar[tuple[str, ...]] = ()
    has_batches: ClassVar[bool] = False

    def trace_headers(self, number: int) -> Mapping[str, str]:
        """Return the request's id."""
        return {"apim-request-id": uuid4_id(self.world.seed, self.account, number)}

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the project API's envelope."""
        fault: dict[str, Any] = {
            "code": code or "UserError",
            "message": message,
            "param": param,
            "type": "error",
            "details": [],
            "additionalInfo": {},
            "debugInfo": {},
        }
        return json_response(status, {"error": fault}, headers)

    def refuse(self, request: Request) -> Response | None:
        """Accept a bearer token only."""
        if request.headers.get("authorization") == f"Bearer {self.key}":
            return None
        message = "The access token is missing, expired or has the wrong audience."
        return self.error(401, message, code="Unauthorized")

    def list_body(self, data: list[dict[str, Any]], *, has_more: bool) -> dict[str, Any]:
        """Return the wrapper: no `object`, and no ids on an empty page."""
        made: dict[str, Any] = {"data": data, "has_more": has_more}
        if data:
            made |= {"first_id": data[0]["id"], "last_id": data[-1]["id"]}
        return made

    def eval_object(self, group: Group) -> dict[str, Any]:
        """Return an Eval with evaluators as criteria."""
        return foundry_eval(self.world, group)

    def run_object(self, run: SimRun, group: Group) -> dict[str, Any]:
        """Return an EvalRun that counts errored and skipped results too."""
        return foundry_run(self.world, run, group)

    def item_object(self, run: SimRun, group: Group, row: SimRow) -> dict[str, Any]:
        """Return an OutputItem with named metrics."""
        return foundry_item(self.world, run, group, row)

    def item_attempt(self, run: SimRun, text: str) -> int | None:
        """Return the attempt of a short number text, counted from 1."""
        number = int(text[:9]) if text.isascii() and text.isdigit() else 0
        return number - 1 if 1 <= number <= run.attempts and text == str(number) else None


def azure_api(world: World, key: str) -> AzureResourceApi:
    """Return the resource's API that accepts `key`."""
    return AzureResourceApi(world, key)


def foundry_api(world: World, key: str) -> FoundryApi:
    """Return the project's API that accepts the token `key`."""
    return FoundryApi(world, key)
