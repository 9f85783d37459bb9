"""The gateway's batches as its source describes them: what is left out, and what is stale."""

import pytest

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tests.demo.gomodel_client import batch, fault, listed, results, run_named
from tui.demo.world import World

BATCH = {"id", "object", "endpoint", "status", "created_at", "request_counts", "usage"}
"""Always there; everything else is left out when unset, never null."""
MORE = {
    "provider", "provider_batch_id", "input_file_id", "completion_window", "metadata", "results",
    "in_progress_at", "completed_at", "failed_at", "cancelling_at", "cancelled_at",
}  # fmt: skip
TOKENS = {"input_tokens", "output_tokens", "total_tokens"}
COSTS = {"input_cost", "output_cost", "total_cost"}
STATUSES = {
    "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling",
    "cancelled",
}  # fmt: skip


@pytest.fixture
def gateway(world: World) -> Caller:
    return Caller(world, "gomodel")


# Doors


def test_refusals_tell_what_is_wrong_with_the_key(gateway: Caller) -> None:
    said = {}
    for header in (None, "demo-gomodel-key", "bearer demo-gomodel-key", "Bearer nope"):
        headers: dict[str, str] = {} if header is None else {"authorization": header}
        status, kind, said[header] = fault(gateway.ask("/batches", headers=headers))
        assert (status, kind) == (401, "authentication_error")
    wanted = "invalid authorization header format, expected 'Bearer <token>'"
    assert list(said.values()) == [
        "missing authorization header", wanted, wanted, "invalid master key",
    ]  # fmt: skip


def test_health_is_open_and_models_want_the_key(gateway: Caller, world: World) -> None:
    gateway.root = ""
    assert gateway.ask("/health", headers={}).json == {"status": "ok"}
    assert gateway.ask("/v1/models", headers={}).status == 401
    models = gateway.get("/v1/models")
    assert models["object"] == "list"
    names = {run.model.name for run in world.runs("gomodel")}
    assert {model["id"] for model in models["data"]} == names
    for path in ("/", "/v1", "/v1/nope", "/batches", "/v1/batches/x/y"):
        answer = gateway.ask(path)
        assert (answer.status, answer.json) == (404, {"message": "Not Found"})


def test_every_answer_has_a_request_id(gateway: Caller) -> None:
    seen = {gateway.ask("/batches").headers["x-request-id"] for _ in range(3)}
    assert len(seen) == 3
    own = gateway.ask("/batches", headers={**gateway.auth, "x-request-id": "mine"})
    assert own.headers["x-request-id"] == "mine"
    assert gateway.ask("/nope", headers={}).headers["x-request-id"]


# The list


def test_the_list_is_newest_first_and_walks_whole(gateway: Caller, world: World) -> None:
    everything = gateway.get("/batches", limit=100)
    ids = [one["id"] for one in everything["data"]]
    keys = [(one["created_at"], one["id"]) for one in everything["data"]]
    assert keys == sorted(keys, reverse=True)
    assert set(ids) == {run.id for run in world.runs("gomodel")}
    assert everything["has_more"] is False
    for limit in (1, 3, len(ids)):
        pages = list(gateway.pages("/batches", limit=limit))
        assert [one["id"] for page in pages for one in page["data"]] == ids
        for page in pages:
            assert page.keys() == {"object", "data", "has_more", "first_id", "last_id"}
            assert page["first_id"] == page["data"][0]["id"]
            assert page["last_id"] == page["data"][-1]["id"]
    last = gateway.get("/batches", after=ids[-1])
    assert last == {"object": "list", "data": [], "has_more": False}, "no ids on an empty page"


def test_limits_are_cut_not_refused_and_words_are(gateway: Caller, world: World) -> None:
    total = len(world.runs("gomodel"))
    for limit in ("101", "99999999999", "0", "-5", ""):
        assert len(gateway.get("/batches", limit=limit)["data"]) == min(total, 100)
    for limit in ("ten", "1.5", "²", "--1"):
        answer = gateway.ask("/batches", limit=limit)
        assert fault(answer) == (400, "invalid_request_error", "invalid limit parameter")


def test_unknown_cursors_and_batches_are_404(gateway: Caller) -> None:
    assert fault(gateway.ask("/batches", after="batch_nope")) == (
        404, "not_found_error", "after cursor batch not found: batch_nope",
    )  # fmt: skip
    for path, method in (("", "GET"), ("/results", "GET"), ("/cancel", "POST")):
        answer = gateway.ask(f"/batches/batch_nope{path}", method=method)
        assert fault(answer) == (404, "not_found_error", "batch not found: batch_nope")
    assert gateway.get("/batches", after="")["data"]


def test_batches_have_the_documented_fields_and_no_nulls(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    statuses = {one["status"] for one in gateway.walk("/batches")}
    for seconds in (0, 60, 490, 20, 20, 20, 20):
        clock.advance(seconds)
        for run in world.runs("gomodel"):
            one = batch(gateway, run)
            statuses.add(one["status"])
            assert one.keys() >= BATCH
            assert one.keys() <= BATCH | MORE
            assert None not in one.values()
            assert one["object"] == "batch"
            assert one["request_counts"].keys() == {"total", "completed", "failed"}
            assert one["usage"].keys() in (TOKENS, TOKENS | COSTS)
            assert one["metadata"]["provider"] == one["provider"]
            assert one["metadata"]["job"] == run.name
            assert ("input_file_id" in one) == (one["provider"] != "anthropic")
            assert ("completed_at" in one) == (one["status"] == "completed")
            counts = one["request_counts"]
            assert counts["completed"] + counts["failed"] <= counts["total"]
    assert statuses == STATUSES - {"cancelling"}


def test_the_list_never_refreshes_until_somebody_asks_for_the_batch(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    run = run_named(world, "invoices-on-gemini")
    first = listed(gateway, run)
    assert first["status"] == "validating"
    assert first["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    clock.advance(300)
    assert listed(gateway, run) == first
    told = batch(gateway, run)
    assert told["status"] == "in_progress"
    assert 0 < told["request_counts"]["completed"] < told["request_counts"]["total"] == 400
    assert listed(gateway, run) == told
    clock.advance(86_400)
    assert listed(gateway, run) == told
    assert batch(gateway, run)["status"] == "completed"
    assert listed(gateway, run)["status"] == "completed"


def test_what_ended_before_the_world_began_was_heard_to_the_end(
    gateway: Caller, world: World
) -> None:
    words = {one["metadata"]["job"]: one["status"] for one in gateway.walk("/batches")}
    assert words["faq-on-sonnet"] == "completed"
    assert words["rejected"] == "failed"
    assert words["stopped"] == "cancelled"
    assert words["expired"] == "expired"


def test_upstream_s_dates_and_reasons_are_dropped(gateway: Caller, world: World) -> None:
    expired = batch(gateway, run_named(world, "expired"))
    assert not expired.keys() & {"completed_at", "failed_at", "cancelled_at", "expired_at"}
    failed = batch(gateway, run_named(world, "rejected"))
    assert "failed_at" in failed
    assert not failed.keys() & {"errors", "error"}
    assert failed["request_counts"] == {"total": 0, "completed": 0, "failed": 0}


def test_anthropic_s_counts_jump_at_the_end(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    clock.advance(120)
    run = run_named(world, "nightly-triage")
    one = batch(gateway, run)
    assert (one["provider"], one["status"]) == ("anthropic", "in_progress")
    assert one["request_counts"] == {"total": 90, "completed": 0, "failed": 0}
    assert world.state(run).done > 10
    clock.advance(200)
    one = batch(gateway, run)
    assert one["status"] == "completed"
    counts = one["request_counts"]
    assert counts["completed"] + counts["failed"] == 90


# Cancelling


def test_a_live_batch_can_be_cancelled(gateway: Caller, world: World, clock: FakeClock) -> None:
    run = run_named(world, "invoices-on-gemini")
    told = gateway.ask(f"/batches/{run.id}/cancel", method="POST").json
    assert told["status"] == "cancelling"
    assert "cancelling_at" in told
    assert listed(gateway, run) == told
    clock.advance(60)
    assert listed(gateway, run)["status"] == "cancelling"
    told = batch(gateway, run)
    assert told["status"] == "cancelled"
    assert "cancelled_at" in told
    assert len(results(gateway, run)) <= world.state(run).done


def test_cancelling_what_has_ended_passes_upstream_s_answer_on(
    gateway: Caller, world: World
) -> None:
    ended = run_named(world, "toxicity-gateway")
    status, kind, _ = fault(gateway.ask(f"/batches/{ended.id}/cancel", method="POST"))
    assert (status, kind) == (409, "invalid_request_error")
    unchanged = run_named(world, "faq-on-sonnet")
    before = batch(gateway, unchanged)
    assert gateway.ask(f"/batches/{unchanged.id}/cancel", method="POST").json == before


def test_anthropic_s_canceled_requests_are_failed_ones(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    clock.advance(130)
    run = run_named(world, "nightly-triage")
    told = gateway.ask(f"/batches/{run.id}/cancel", method="POST").json
    assert told["status"] == "cancelling"
    clock.advance(60)
    told = batch(gateway, run)
    done = world.state(run).done
    assert 0 < done < 90
    assert told["status"] == "completed", "there were successes"
    assert told["request_counts"] == {"total": 90, "completed": done, "failed": 90 - done}
    data = results(gateway, run)
    assert len(data) == 90
    canceled = [item for item in data if item.get("error", {}).get("type") == "canceled"]
    assert len(canceled) == 90 - done
