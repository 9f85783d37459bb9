"""The gateway's batches as its fact sheet describes them: what is left out, and what is stale."""

from typing import Any

import pytest

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tui.demo.exhibits import EXHIBITS
from tui.demo.facts import SimRun
from tui.demo.world import World

BATCH = {"id", "object", "endpoint", "status", "created_at", "request_counts", "usage"}
"""Always there; everything else is left out when unset, never null."""
MORE = {
    "provider", "provider_batch_id", "input_file_id", "completion_window", "metadata", "results",
    "in_progress_at", "completed_at", "failed_at", "cancelling_at", "cancelled_at",
}  # fmt: skip
TOKENS = {"input_tokens", "output_tokens", "total_tokens"}
COSTS = {"input_cost", "output_cost", "total_cost"}
ITEM = {"index", "url", "status_code"}
ITEM_MORE = {"custom_id", "model", "provider", "response", "error"}
STATUSES = {
    "validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling",
    "cancelled",
}  # fmt: skip


@pytest.fixture
def gateway(world: World) -> Caller:
    return Caller(world, "gomodel")


def run_named(world: World, name: str) -> SimRun:
    return next(run for run in world.runs("gomodel") if run.name == name)


def listed(gateway: Caller, run: SimRun) -> Any:
    return next(one for one in gateway.walk("/batches", limit=100) if one["id"] == run.id)


def batch(gateway: Caller, run: SimRun) -> Any:
    return gateway.get(f"/batches/{run.id}")


def results(gateway: Caller, run: SimRun) -> list[Any]:
    data: list[Any] = gateway.get(f"/batches/{run.id}/results")["data"]
    return data


def fault(answer: Any) -> tuple[int, str, str]:
    error = answer.json["error"]
    assert error.keys() == {"type", "message", "param", "code"}
    return answer.status, error["type"], error["message"]


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


# Results


def test_results_are_not_ready_until_the_end(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    run = run_named(world, "triage-quick")
    clock.advance(20)
    answer = gateway.ask(f"/batches/{run.id}/results")
    assert fault(answer) == (
        409, "invalid_request_error", "batch results are not ready yet (status: in_progress)",
    )  # fmt: skip
    assert listed(gateway, run)["status"] == "validating", "asking for results refreshes nothing"
    clock.advance(120)
    assert len(results(gateway, run)) == 50
    assert listed(gateway, run)["status"] == "validating"


def test_asking_anthropic_for_results_too_early_refreshes(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    clock.advance(120)
    run = run_named(world, "nightly-triage")
    listed(gateway, run)
    clock.advance(20)
    status, _, message = fault(gateway.ask(f"/batches/{run.id}/results"))
    assert (status, message) == (409, "batch results are not ready yet (status: in_progress)")


def test_batches_that_end_without_a_success_have_no_results_at_all(
    gateway: Caller, world: World
) -> None:
    for name in ("no output file", "rejected"):
        run = run_named(world, name)
        answer = gateway.ask(f"/batches/{run.id}/results")
        assert fault(answer) == (
            502, "provider_error", "provider batch response missing output file id",
        )  # fmt: skip
        assert "results" not in batch(gateway, run)


def test_stopped_and_expired_batches_have_what_was_done(gateway: Caller, world: World) -> None:
    for name in ("stopped", "expired"):
        run = run_named(world, name)
        done = world.state(run).done
        assert len(results(gateway, run)) == done < run.rows


def test_results_ride_along_once_they_were_fetched(gateway: Caller, world: World) -> None:
    run = run_named(world, "faq-on-haiku")
    assert "results" not in listed(gateway, run)
    assert "results" not in batch(gateway, run)
    data = results(gateway, run)
    for told in (listed(gateway, run), batch(gateway, run)):
        assert [item["custom_id"] for item in told["results"]] == [
            item["custom_id"] for item in data
        ]
    others = [one for one in gateway.walk("/batches") if one["id"] != run.id]
    assert not any("results" in one for one in others)


def test_costs_come_with_the_results_and_may_go_again(gateway: Caller, world: World) -> None:
    kept, lost = run_named(world, "faq-on-sonnet"), run_named(world, "toxicity-gateway")
    assert batch(gateway, kept)["usage"] == dict.fromkeys(
        ("input_tokens", "output_tokens", "total_tokens"), 0
    ), "Anthropic tells no usage"
    assert batch(gateway, lost)["usage"]["total_tokens"] > 0
    for run in (kept, lost):
        results(gateway, run)
        usage = listed(gateway, run)["usage"]
        assert usage.keys() == TOKENS | COSTS
        spent = sum(row.usd for row in world.rows(run))
        assert usage["total_cost"] == pytest.approx(spent)
    assert batch(gateway, kept)["usage"].keys() == TOKENS | COSTS
    assert batch(gateway, lost)["usage"].keys() == TOKENS, "OpenAI's own usage takes their place"


def test_items_have_the_documented_fields_and_the_vendor_s_order(
    gateway: Caller, world: World
) -> None:
    for name in ("faq-on-sonnet", "toxicity-gateway", "exhibits"):
        run = run_named(world, name)
        data = results(gateway, run)
        assert [item["index"] for item in data] == list(range(len(data)))
        for item in data:
            assert item.keys() >= ITEM
            assert item.keys() <= ITEM | ITEM_MORE
            assert None not in item.values()
            assert item["provider"] == run.model.vendor
            assert ("response" in item) != ("error" in item)
        ids = [item["custom_id"] for item in data if "custom_id" in item]
        assert ids != sorted(ids)
        assert len(set(ids)) == len(ids)


def test_anthropic_lists_every_request(gateway: Caller, world: World) -> None:
    run = run_named(world, "faq-on-sonnet")
    data = results(gateway, run)
    assert len(data) == 200
    failed = [item for item in data if "error" in item]
    assert len(failed) == world.tally(run).call_errors > 0
    for item in failed:
        assert item["status_code"] == 400
        assert item["error"] == {"type": "errored", "message": "batch item failed"}
    body = next(item["response"] for item in data if "response" in item)
    assert (body["object"], body["provider"]) == ("chat.completion", "")
    assert any("reasoning_content" in item["response"]["choices"][0]["message"]
               for item in data if "response" in item)  # fmt: skip


def test_openai_s_failures_are_mostly_missing_and_the_rest_has_two_forms(
    gateway: Caller, world: World, clock: FakeClock
) -> None:
    clock.advance(900)
    found = set()
    for name in ("toxicity-gateway", "invoices-on-gemini"):
        run = run_named(world, name)
        data = results(gateway, run)
        total = batch(gateway, run)["request_counts"]["total"]
        failed = [item for item in data if item["status_code"] >= 400]
        assert 0 < len(failed) < world.tally(run).call_errors
        assert len(data) == total - world.tally(run).call_errors + len(failed)
        for item in failed:
            if "error" in item:
                found.add("error")
                assert item["error"].keys() == {"type", "message"}
            else:
                found.add("response")
                assert item["response"]["error"]["message"]
    assert found == {"error", "response"}


def test_now_and_then_a_request_had_no_custom_id(gateway: Caller, world: World) -> None:
    data = results(gateway, run_named(world, "toxicity-gateway"))
    nameless = [item for item in data if "custom_id" not in item]
    assert 10 < len(nameless) < 60


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


# Hostile answers


def test_hostile_answers_travel_unchanged(gateway: Caller, world: World) -> None:
    said, objects = [], 0
    for item in results(gateway, run_named(world, "exhibits")):
        if isinstance(item["response"], str):
            said.append(item["response"])
        else:
            objects += 1
            said.append(item["response"]["choices"][0]["message"]["content"])
    assert sorted(said) == sorted(exhibit.text() for exhibit in EXHIBITS)
    assert 0 < objects < len(said)
