from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.providers.gomodel.gateways import (
    REF,
    RUNS,
    gateway,
    provider_of,
    read_run,
    rows_of,
)
from tests.providers.gomodel.samples import (
    CONFIG,
    LIVE_ID,
    ended_batch,
    failure,
    line,
    live_batch,
)
from tests.providers.wiring import CANARY, World, json_answer
from tui.errors import (
    AuthError,
    BadAnswerError,
    MissingError,
    RejectedError,
    ServerFaultError,
)
from tui.models import Counts, ModelUsage, Status
from tui.providers.base import Capabilities, RunSource
from tui.providers.gomodel import create


async def test_a_live_batch() -> None:
    run = await read_run(live_batch())
    assert run.ref == REF
    assert (run.status, run.raw_status, run.live) == (Status.RUNNING, "in_progress", True)
    assert run.counts == Counts(total=120, done=38, errored=1, ungraded=37)
    assert run.created_at == datetime.fromtimestamp(1772442842, UTC)
    assert run.started_at == datetime.fromtimestamp(1772442901, UTC)
    assert run.deadline_at == datetime.fromtimestamp(1772442842 + 86400, UTC)
    assert (run.ended_at, run.usage, run.models, run.warnings) == (None, (), (), ())
    assert run.metadata["suite"] == "nightly"
    assert run.config == {
        "provider": "openai",
        "provider_batch_id": "batch_68a1f2c0d4e08190b7",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "input_file_id": "file-Qm3xY7rT0aB9cD",
    }


async def test_an_ended_batch_passes_over_its_results_however_large() -> None:
    lines = [line(custom_id=f"q-{n}", response={"text": "x" * 100_000}) for n in range(120)]
    run = await read_run(ended_batch(results=lines, metadata={"model": "gpt-4o-mini"}))
    assert run.ended_at == datetime.fromtimestamp(1772443500, UTC)
    assert run.deadline_at is None
    assert run.usage == (
        ModelUsage(
            model="gpt-4o-mini",
            requests=1,
            input_tokens=21,
            output_tokens=9,
            total_tokens=30,
            cost_usd=0.000099,
        ),
    )
    assert run.models == ("gpt-4o-mini",)
    assert run.raw is not None
    assert "results" not in run.raw


@pytest.mark.parametrize(
    ("status", "mapped", "live"),
    [
        ("validating", Status.QUEUED, True),
        ("queued", Status.QUEUED, True),
        ("finalizing", Status.RUNNING, True),
        ("cancelling", Status.RUNNING, True),
        ("completed", Status.COMPLETED, False),
        ("failed", Status.FAILED, False),
        ("expired", Status.EXPIRED, False),
        ("cancelled", Status.CANCELED, False),
        ("Canceled", Status.CANCELED, False),
        ("", Status.UNKNOWN, True),
        ("glowing", Status.UNKNOWN, True),
    ],
)
async def test_status_words(status: str, mapped: Status, live: bool) -> None:
    run = await read_run(live_batch(status=status))
    assert (run.status, run.raw_status, run.live) == (mapped, status, live)


async def test_a_failed_batch_says_that_there_is_no_reason() -> None:
    run = await read_run(live_batch(status="failed", failed_at=1772443000))
    assert "no reason" in run.warnings[0]
    assert run.ended_at == datetime.fromtimestamp(1772443000, UTC)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"request_counts": {"total": 0, "completed": 0, "failed": 0}}, "counts", Counts()),
        ({"request_counts": None}, "counts", Counts()),
        ({"request_counts": "many"}, "counts", Counts()),
        ({"request_counts": {"total": 9}}, "counts", Counts(total=9, done=0)),
        ({"created_at": 0}, "created_at", None),
        ({"created_at": "soon"}, "deadline_at", None),
        ({"completion_window": "whenever"}, "deadline_at", None),
        ({"completion_window": "99999d", "created_at": 250000000000}, "deadline_at", None),
        ({"usage": None}, "usage", ()),
        ({"metadata": None}, "metadata", {}),
        ({"metadata": 7}, "metadata", {}),
        ({"surprise": {"a": 1}}, "status", Status.RUNNING),
    ],
)
async def test_drift_costs_a_field_not_the_batch(
    changes: dict[str, Any], field: str, value: object
) -> None:
    assert getattr(await read_run(live_batch(**changes)), field) == value


async def test_the_list_walks_by_cursor_and_drops_results() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        ids = ["c", "b", "a"]
        after = request.url.params.get("after")
        rest = ids if after is None else ids[ids.index(after) + 1 :]
        data = [ended_batch(id=name, results=[line()] * 3) for name in rest[:2]]
        answer = {"object": "list", "data": data, "has_more": len(rest) > 2}
        return json_answer({**answer, "last_id": data[-1]["id"]})

    world = World(answer)
    provider = provider_of(world)
    first = await provider.list_runs(RUNS)
    second = await provider.list_runs(RUNS, after=first.next_cursor)
    assert [run.id for run in (*first.runs, *second.runs)] == ["c", "b", "a"]
    assert second.next_cursor is None
    assert world.requests[0].url.params["limit"] == "20"
    assert "after" not in world.requests[0].url.params
    assert all("Paris" not in repr(run.raw) for run in first.runs)


async def test_an_empty_list_has_no_ids() -> None:
    world = gateway({"/v1/batches": json_answer({"object": "list", "data": [], "has_more": False})})
    page = await provider_of(world).list_runs(RUNS)
    assert (page.runs, page.next_cursor) == ((), None)


@pytest.mark.parametrize(
    ("told", "cursor"),
    [
        ({"last_id": "z"}, "z"),
        ({}, "b"),
        ({"last_id": ""}, "b"),
        ({"last_id": 7}, "b"),
        ({"has_more": "yes", "last_id": "z"}, None),
        ({"has_more": False, "last_id": "z"}, None),
        ({"data": [], "last_id": None}, None),
    ],
)
async def test_where_the_list_goes_on(told: dict[str, Any], cursor: str | None) -> None:
    data = [live_batch(id="a"), live_batch(id="b")]
    answer = json_answer({"data": data, "has_more": True, **told})
    page = await provider_of(gateway({"/v1/batches": answer})).list_runs(RUNS)
    assert page.next_cursor == cursor


async def test_the_limit_is_a_wish_within_the_apis_bounds() -> None:
    world = gateway({"/v1/batches": json_answer({"data": []})})
    for wish in (None, -3, 7, 1000):
        await provider_of(world).list_runs(RUNS, limit=wish)
    asked = [request.url.params["limit"] for request in world.requests]
    assert asked == ["20", "1", "7", "100"]


@pytest.mark.parametrize("model", [7, "", None, ["x"]])
async def test_a_model_that_is_no_name_is_unknown(model: object) -> None:
    run = await read_run(ended_batch(metadata={"model": model}))
    assert (run.models, run.usage[0].model) == ((), "")


async def test_a_cursor_that_does_not_move_ends_the_list() -> None:
    data = {"data": [live_batch(id="a")], "has_more": True, "last_id": "a"}
    page = await provider_of(gateway({"/v1/batches": json_answer(data)})).list_runs(RUNS, after="a")
    assert page.next_cursor is None


async def test_other_502s_are_errors() -> None:
    answer = json_answer(failure("failed to parse batch output file", "provider_error"), 502)
    world = gateway({f"/v1/batches/{LIVE_ID}/results": answer})
    with pytest.raises(ServerFaultError, match="failed to parse batch output file"):
        await rows_of(world, await read_run(ended_batch()))


@pytest.mark.parametrize(
    "text",
    [
        "missing authorization header",
        "invalid authorization header format, expected 'Bearer <token>'",
        "invalid master key",
        "authentication failed",
    ],
)
async def test_a_wrong_gateway_key(text: str) -> None:
    answer = json_answer(failure(text, "authentication_error"), 401)
    world = gateway({f"/v1/batches/{LIVE_ID}": answer})
    with pytest.raises(AuthError) as caught:
        await provider_of(world).get_run(REF)
    assert text in caught.value.message
    assert "behind" not in caught.value.message


@pytest.mark.parametrize(
    ("status", "text"),
    [(401, "Incorrect API key provided: sk-***"), (403, "country not supported")],
)
async def test_a_wrong_upstream_key_blames_the_gateways_own(status: int, text: str) -> None:
    answer = json_answer(failure(text, "authentication_error"), status)
    run = await read_run(ended_batch())
    world = gateway({f"/v1/batches/{LIVE_ID}": answer, f"/v1/batches/{LIVE_ID}/results": answer})
    for ask in (provider_of(world).get_run(REF), rows_of(world, run)):
        with pytest.raises(AuthError) as caught:
            await ask
        assert "provider behind it" in caught.value.message
        assert "gateway's configuration" in caught.value.remedy
        assert caught.value.status == status


async def test_an_unknown_batch_in_either_body() -> None:
    with pytest.raises(MissingError):
        await provider_of(gateway({})).get_run(REF)
    answer = json_answer(failure("batch not found: x", "not_found_error"), 404)
    with pytest.raises(MissingError, match="batch not found"):
        await provider_of(gateway({f"/v1/batches/{LIVE_ID}": answer})).get_run(REF)


async def test_the_key_is_optional() -> None:
    models = json_answer({"object": "list", "data": [{"id": "gpt-4o-mini"}]})
    world = World(lambda _request: models, key=None)
    result = await provider_of(world).probe()
    assert (result.ok, result.facts) == (True, {"models": "1"})
    assert "Authorization" not in world.requests[0].headers
    world = World(lambda _request: models)
    await provider_of(world).probe()
    assert world.requests[0].headers["Authorization"] == f"Bearer {CANARY}"


async def test_another_servers_answer_is_told_by_the_probe() -> None:
    with pytest.raises(BadAnswerError, match="not as a GoModel gateway"):
        await provider_of(gateway({"/v1/models": json_answer({"hello": 1})})).probe()


@pytest.mark.parametrize("base_url", ["http://localhost:8080/g", "http://localhost:8080/g/v1"])
async def test_a_base_path_is_kept(base_url: str) -> None:
    from dataclasses import replace

    world = gateway({"/g/v1/models": json_answer({"data": []})})
    await create(replace(CONFIG, base_url=base_url), world.context).probe()
    assert world.paths() == ["/g/v1/models"]


async def test_one_source_and_no_more_detail_without_a_request() -> None:
    world = gateway({})
    provider = provider_of(world)
    sources = [page async for page in provider.iter_sources()]
    assert sources[0].sources == (RunSource("runs"),)
    assert world.requests == []
    assert provider.capabilities == Capabilities(
        can_cancel=True, list_refreshes=False, rows_paged=False, rows_while_live=False
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "flat"}, "flat"),
        ({"error": {"message": "", "type": "provider_error"}}, "(500)"),
        ({"error": {"message": 7}}, "(500)"),
        ({"message": "from the framework"}, "from the framework"),
        (["odd"], "(500)"),
    ],
)
async def test_error_bodies_of_any_shape(body: object, words: str) -> None:
    world = gateway({f"/v1/batches/{LIVE_ID}": json_answer(body, 500)})
    with pytest.raises(ServerFaultError) as caught:
        await provider_of(world).get_run(REF)
    assert words in caught.value.message


async def test_the_errors_type_stands_in_for_a_missing_code() -> None:
    answer = json_answer(failure("no such model", "invalid_request_error"), 400)
    world = gateway({"/v1/models": answer})
    with pytest.raises(RejectedError) as caught:
        await provider_of(world).probe()
    assert caught.value.code == "invalid_request_error"
