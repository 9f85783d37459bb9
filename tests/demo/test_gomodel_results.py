"""The gateway's results: not ready, never there, riding along, missing, worded by vendor."""

import pytest

from tests.clock import FakeClock
from tests.demo.callers import Caller
from tests.demo.gomodel_client import batch, fault, listed, results, run_named
from tui.demo.exhibits import EXHIBITS
from tui.demo.world import World

TOKENS = {"input_tokens", "output_tokens", "total_tokens"}
COSTS = {"input_cost", "output_cost", "total_cost"}
ITEM = {"index", "url", "status_code"}
ITEM_MORE = {"custom_id", "model", "provider", "response", "error"}


@pytest.fixture
def gateway(world: World) -> Caller:
    return Caller(world, "gomodel")


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
