"""The in-process carrier, through httpx."""

import httpx
import pytest

from tests.clock import FakeClock
from tui.demo import demo_config, demo_keys, demo_transport
from tui.demo.world import World

BEARER = {"authorization": f"Bearer {demo_keys()['prod']}"}
BASE = "https://demo-openai.invalid/v1"


async def test_requests_are_answered_by_host(world: World) -> None:
    async with httpx.AsyncClient(transport=demo_transport(world)) as client:
        for connection in demo_config().connections[:2]:
            url = f"{connection.base_url}/evals"
            key = demo_keys()[connection.name]
            headers = {"authorization": f"Bearer {key}", "aoai-evals": "preview"}
            answer = await client.get(url, params={"limit": 1}, headers=headers)
            assert answer.status_code == 200
            assert len(answer.json()["data"]) == 1


async def test_any_other_host_cannot_be_reached(world: World) -> None:
    async with httpx.AsyncClient(transport=demo_transport(world)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("https://api.openai.com/v1/evals", headers=BEARER)


async def test_files_are_streamed_in_chunks(world: World) -> None:
    async with httpx.AsyncClient(transport=demo_transport(world), headers=BEARER) as client:
        batches = (await client.get(f"{BASE}/batches", params={"limit": 100})).json()["data"]
        backfill = next(b for b in batches if b["metadata"]["job"] == "triage-backfill")
        url = f"{BASE}/files/{backfill['output_file_id']}/content"
        async with client.stream("GET", url) as answer:
            assert "content-length" not in answer.headers
            chunks = [chunk async for chunk in answer.aiter_raw()]
    assert len(chunks) > 3
    assert b"".join(chunks).count(b"\n") == backfill["request_counts"]["completed"]


async def test_latency_is_slept_on_the_clock(world: World, clock: FakeClock) -> None:
    transport = demo_transport(world, clock=clock, latency_s=0.2)
    async with httpx.AsyncClient(transport=transport, headers=BEARER) as client:
        assert (await client.get(f"{BASE}/evals")).status_code == 200
    assert clock.sleeps == [0.2]
