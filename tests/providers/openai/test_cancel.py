"""Cancelling: one request, and another path only where the first is not known."""

import httpx
import pytest

from tests.providers.openai.payloads import EVAL_ID, RUN_ID, RUNS, a_run, an_eval
from tests.providers.wiring import World, json_answer
from tui.config import AzureOpenAIConnection, OpenAIConnection, PollSettings
from tui.errors import ProviderError, RateLimitedError, RejectedError, ServerFaultError
from tui.models import ProviderKind, Run, RunKind, RunRef, Status
from tui.providers.registry import make_provider

POLL = PollSettings(5, 15, 60, 60)
OPENAI = OpenAIConnection(name="prod", base_url="https://api.openai.com/v1", poll=POLL)
AZURE = AzureOpenAIConnection(
    name="eu", base_url="https://res.openai.azure.com/openai/v1", poll=POLL
)


def run_at(path: str, kind: RunKind = RunKind.EVAL) -> Run:
    return Run(
        ref=RunRef("prod", path),
        provider=ProviderKind.OPENAI,
        kind=kind,
        id=path.rpartition("/")[2],
        status=Status.RUNNING,
        raw_status="in_progress",
    )


class Host:
    """Knows some paths to post to, and what it answers on the others."""

    def __init__(self, *known: str, otherwise: int = 404) -> None:
        self.known = known
        self.otherwise = otherwise
        self.world = World(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if request.method == "GET":
            return json_answer(an_eval() if path.endswith(EVAL_ID) else a_run())
        if any(path.endswith(f"{RUNS}/{RUN_ID}{end}") for end in self.known):
            return json_answer(a_run(status="canceled"))
        refusal = json_answer({"error": {"message": "no"}}, self.otherwise)
        refusal.headers["retry-after"] = "1"  # what else would be tried again
        return refusal

    @property
    def posts(self) -> list[str]:
        """What followed the run's path in each POST."""
        posts = [each.url.path for each in self.world.requests if each.method == "POST"]
        return [path.partition(RUN_ID)[2] for path in posts]

    async def cancel(self, config: OpenAIConnection | AzureOpenAIConnection) -> Run:
        run = run_at(f"{EVAL_ID}/{RUN_ID}")
        return await make_provider(config, self.world.context).cancel(run)


@pytest.mark.parametrize(("config", "end"), [(OPENAI, "/cancel"), (AZURE, "")])
async def test_the_hosts_own_path_is_asked_first(
    config: OpenAIConnection | AzureOpenAIConnection, end: str
) -> None:
    host = Host(end)
    run = await host.cancel(config)
    assert run.status is Status.CANCELED
    assert host.posts == [end]


@pytest.mark.parametrize(("config", "ends"), [(OPENAI, ["/cancel", ""]), (AZURE, ["", "/cancel"])])
@pytest.mark.parametrize("otherwise", [404, 405])
async def test_the_other_path_follows_where_the_first_is_not_known(
    config: OpenAIConnection | AzureOpenAIConnection, ends: list[str], otherwise: int
) -> None:
    host = Host(ends[1], otherwise=otherwise)
    run = await host.cancel(config)
    assert run.status is Status.CANCELED
    assert host.posts == ends
    nowhere = Host(otherwise=otherwise)
    with pytest.raises(ProviderError):
        await nowhere.cancel(config)
    assert nowhere.posts == ends


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, ServerFaultError),
        (503, ServerFaultError),
        (400, RejectedError),
        (429, RateLimitedError),
    ],
)
async def test_a_refusal_is_told_and_never_sent_again(
    status: int, kind: type[ProviderError]
) -> None:
    host = Host(otherwise=status)
    with pytest.raises(kind):
        await host.cancel(OPENAI)
    assert host.posts == ["/cancel"]
    assert host.world.clock.sleeps == []


async def test_a_lost_connection_is_not_tried_again() -> None:
    sent = []

    def lost(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        raise httpx.ReadError("gone", request=request)

    provider = make_provider(OPENAI, World(lost).context)
    with pytest.raises(ProviderError):
        await provider.cancel(run_at("batch_1", RunKind.BATCH))
    assert sent == ["POST"]
