"""The official `openai` package reads the demo over a real socket and sees what we serve."""

import asyncio
import json
from collections.abc import Iterator
from threading import Event, Thread

import openai
import pytest
from openai import OpenAI

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tui.demo import demo_keys, serve
from tui.demo.world import World


@pytest.fixture
def base(world: World) -> Iterator[str]:
    """Serve the world from a thread with a loop of its own."""
    ready = Event()
    told: list[str] = []
    loop = asyncio.new_event_loop()

    def say(url: str) -> None:
        told.append(url)
        ready.set()

    task = asyncio.ensure_future(serve("127.0.0.1", 0, say, world=world), loop=loop)

    def run() -> None:
        asyncio.set_event_loop(loop)
        with pytest.raises(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = Thread(target=run)
    thread.start()
    assert ready.wait(10)
    yield told[0]
    loop.call_soon_threadsafe(task.cancel)
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def client(base: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{base}/openai/v1", api_key=demo_keys()["prod"], max_retries=0) as made:
        yield made


def test_evals_runs_and_output_items(client: OpenAI, world: World) -> None:
    ours = Caller(world, "openai")
    evals = list(client.evals.list(limit=3))
    assert [one.id for one in evals] == [one["id"] for one in ours.walk("/evals")]
    seen = 0
    for one in evals:
        runs = list(client.evals.runs.list(one.id, limit=2, order="desc"))
        raw = ours.walk(f"/evals/{one.id}/runs", order="desc")
        assert [(run.id, run.status) for run in runs] == [(r["id"], r["status"]) for r in raw]
        for run in runs:
            if run.result_counts.total > 400:
                continue
            items = list(client.evals.runs.output_items.list(run.id, eval_id=one.id, limit=100))
            assert len(items) == run.result_counts.total
            path = f"/evals/{one.id}/runs/{run.id}/output_items"
            assert [i.id for i in items] == [i["id"] for i in ours.walk(path, limit=100)]
            seen += len(items)
    assert seen > 1500


def test_batches_and_their_files(client: OpenAI, world: World) -> None:
    ours = Caller(world, "openai")
    batches = list(client.batches.list(limit=4))
    assert [one.id for one in batches] == [one["id"] for one in ours.walk("/batches")]
    read = 0
    for batch in batches:
        assert client.batches.retrieve(batch.id).status == batch.status
        for file_id in (batch.output_file_id, batch.error_file_id):
            if not file_id:
                continue
            text = client.files.content(file_id).text
            assert text.encode() == ours.ask(f"/files/{file_id}/content").body
            read += len([json.loads(line) for line in text.split("\n")[:-1]])
    assert read > 2000


def test_the_client_cancels(client: OpenAI, world: World, clock: FakeClock) -> None:
    group = next(one for one in client.evals.list() if one.name == "support-faq")
    run = next(iter(client.evals.runs.list(group.id, status="in_progress")))
    assert client.evals.runs.cancel(run.id, eval_id=group.id).status == "canceled"
    assert client.evals.runs.retrieve(run.id, eval_id=group.id).status == "canceled"
    batch = next(one for one in client.batches.list() if one.status == "in_progress")
    assert client.batches.cancel(batch.id).status == "cancelling"
    clock.advance(60)
    assert client.batches.retrieve(batch.id).status == "cancelled"


def test_errors_are_the_client_s_own(base: str, client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        client.evals.retrieve("eval_0000")
    assert missing.value.code == "eval_not_found"
    assert missing.value.request_id
    wrong = OpenAI(base_url=f"{base}/openai/v1", api_key="sk-wrong", max_retries=0)
    with wrong, pytest.raises(openai.AuthenticationError) as refused:
        wrong.evals.list()
    assert refused.value.code == "invalid_api_key"


def test_the_plain_client_reads_azure_with_the_key_as_bearer(base: str, world: World) -> None:
    headers = {"aoai-evals": "preview"}
    key = demo_keys()["azure-eu"]
    url = f"{base}/azure/openai/v1"
    with OpenAI(base_url=url, api_key=key, default_headers=headers, max_retries=0) as client:
        ids = [one.id for one in client.evals.list()]
    assert ids == [one["id"] for one in Caller(world, "azure").walk("/evals")]
