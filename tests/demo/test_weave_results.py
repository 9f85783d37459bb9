"""Weave's evaluation results: rows with trials, and the statistics over them."""

import re
from typing import Any

import pytest

from tests.clock import FakeClock
from tests.demo.weave_client import ROOT, V2, WeaveCaller, run_named, trials_of
from tui.demo.exhibits import EXHIBITS, HOSTILE_NAME
from tui.demo.world import World

TOP = {"rows", "total_rows", "summary", "warnings"}
ROW = {"row_digest", "raw_data_row", "evaluations"}
TRIAL_FIELDS = {
    "predict_and_score_call_id", "predict_call_id", "model_output", "scores",
    "model_latency_seconds", "total_tokens", "total_cost", "scorer_call_ids", "genai_span_ref",
}  # fmt: skip
STATISTICS = {
    "scorer_key", "path", "value_type", "trial_count", "numeric_count", "numeric_mean",
    "pass_true_count", "pass_known_count", "pass_rate", "pass_signal_coverage",
}  # fmt: skip
EVALUATION = {
    "evaluation_call_id", "trial_count", "scorer_stats", "predict_total_tokens",
    "predict_total_cost", "evaluation_ref", "model_ref", "display_name", "trace_id", "started_at",
}  # fmt: skip


@pytest.fixture
def weave(world: World) -> WeaveCaller:
    return WeaveCaller(world)


def test_every_row_of_every_run_has_the_documented_fields(weave: WeaveCaller, world: World) -> None:
    for run in world.runs("weave"):
        answer = weave.results(run.id)
        assert answer.keys() == TOP
        assert (answer["summary"], answer["warnings"]) == (None, [])
        rows = answer["rows"]
        assert len(rows) == answer["total_rows"] == -(-world.state(run).done // run.trials)
        for row in rows:
            assert row.keys() == ROW
            assert row["raw_data_row"] is None
            [own] = row["evaluations"]
            assert own["evaluation_call_id"] == run.id
            assert all(trial.keys() == TRIAL_FIELDS for trial in own["trials"])
            assert 1 <= len(own["trials"]) <= run.trials


def test_rows_come_by_digest_and_pages_are_cut_from_that(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "judge-v3")
    digests = [row["row_digest"] for row in weave.results(run.id)["rows"]]
    assert digests == sorted(digests)
    assert len(set(digests)) == 500
    paged = []
    for offset in range(0, 500, 60):
        answer = weave.results(run.id, limit=60, offset=offset)
        assert answer["total_rows"] == 500
        paged += [row["row_digest"] for row in answer["rows"]]
    assert paged == digests


def test_past_the_end_the_total_is_forgotten(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "quiet-pine")
    for body in ({"offset": 80}, {"limit": 0}):
        answer = weave.results(run.id, **body)
        assert (answer["rows"], answer["total_rows"]) == ([], 0)
    with_summary = weave.results(run.id, offset=80, include_summary=True)
    assert (with_summary["rows"], with_summary["total_rows"]) == ([], 80)
    assert weave.results(run.id, include_rows=False)["total_rows"] == 80


def test_ids_nobody_knows_bring_no_rows(weave: WeaveCaller, world: World) -> None:
    assert weave.results("nope") == {"rows": [], "total_rows": 0, "summary": None, "warnings": []}
    run = run_named(world, "quiet-pine")
    both = {"evaluation_call_ids": [run.id], "evaluation_run_ids": ["nope", run.id]}
    assert weave.post(f"{V2}/eval_results/query", both)["total_rows"] == 80


def test_digests_belong_to_the_content_and_inline_rows_have_others(
    weave: WeaveCaller, world: World
) -> None:
    def digests(name: str) -> set[str]:
        return {row["row_digest"] for row in weave.results(run_named(world, name).id)["rows"]}

    assert digests("quiet-pine") == digests("amber-river")
    assert digests("smoke") <= digests("quiet-pine"), "another version of the same dataset"
    for name, form in (("judge-v3", r"\w{43}"), ("soft-meadow", r"[0-9A-F]{64}")):
        assert all(re.fullmatch(form, digest) for digest in digests(name))
    assert digests("laptop closed").isdisjoint(digests("judge-v3")), "the same items, sent along"


def test_row_content_comes_as_asked(weave: WeaveCaller, world: World) -> None:
    pine, meadow = run_named(world, "quiet-pine"), run_named(world, "soft-meadow")
    items = [world.row(pine, index).item for index in range(80)]
    for row in weave.results(pine.id, include_raw_data_rows=True)["rows"]:
        assert row["raw_data_row"].startswith(f"{ROOT}/object/support-faq:")
        assert row["raw_data_row"].endswith(f"/attr/rows/id/{row['row_digest']}")
    whole = [row["raw_data_row"] for row in weave.rows(pine.id)]
    assert sorted(whole, key=str) == sorted(items, key=str)
    for row in weave.results(meadow.id, include_raw_data_rows=True)["rows"]:
        assert row["raw_data_row"].keys() >= {"request", "expected_tool"}


def test_trials_agree_with_their_calls(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "amber-river")
    for row in weave.rows(run.id)[:30]:
        for trial in trials_of(row):
            call = weave.call(trial["predict_and_score_call_id"])
            predict = weave.call(trial["predict_call_id"])
            assert call["parent_id"] == run.id
            assert predict["parent_id"] == call["id"]
            output = call["output"] or {"output": None, "scores": {}}
            assert trial["model_output"] == output["output"]
            assert trial["scores"] == output["scores"]
            latency = predict["summary"]["weave"]["latency_ms"] / 1000
            assert trial["model_latency_seconds"] == pytest.approx(latency, abs=0.001)
            for scorer, call_id in trial["scorer_call_ids"].items():
                assert weave.call(call_id)["output"] == trial["scores"][scorer]


def test_failed_and_broken_trials_look_empty_and_their_calls_tell(
    weave: WeaveCaller, world: World
) -> None:
    words = []
    for name in ("quiet-pine", "amber-river"):
        for trial in (t for row in weave.rows(run_named(world, name).id) for t in trials_of(row)):
            if trial["model_output"] is not None:
                assert trial["scores"]
                continue
            assert trial["scores"] == {}
            assert trial["scorer_call_ids"] == {}
            assert trial["model_latency_seconds"] > 0
            call = weave.call(trial["predict_and_score_call_id"])
            children = weave.calls(filter={"parent_ids": [call["id"]]})
            words.append(call["summary"]["weave"]["status"])
            if call["summary"]["weave"]["status"] == "descendant_error":  # the model raised
                assert call["exception"] is None
                assert call["output"]["output"] is None
                assert [child["exception"] is not None for child in children] == [True]
                assert call["summary"]["status_counts"] == {"success": 1, "error": 1}
            else:  # a scorer raised: the answer and the other scores are lost, but in their calls
                assert call["output"] is None
                assert '"grader_failed"' in call["exception"]
                assert children[0]["output"]["answer"] is not None
                assert [child["exception"] is not None for child in children[1:]] == [
                    False, False, True,
                ]  # fmt: skip
                assert children[1]["output"].keys() == {"passed", "label", "rationale"}
    assert set(words) == {"descendant_error", "error"}


def test_without_children_their_facts_are_missing(weave: WeaveCaller, world: World) -> None:
    for name, latency in (("quiet-pine", False), ("soft-meadow", True)):
        run = run_named(world, name)
        answer = weave.results(run.id, include_predict_and_score_children=False)
        for row in answer["rows"]:
            for trial in trials_of(row):
                assert (trial["predict_call_id"], trial["scorer_call_ids"]) == (None, {})
                if trial["scores"]:
                    assert (trial["model_latency_seconds"] is not None) == latency
                    # The roll-up of the trial: only its judge states a total.
                    assert trial["total_tokens"] > 0


def test_tokens_and_costs_of_vendors_that_tell_them(weave: WeaveCaller, world: World) -> None:
    for name, told in (("judge-v3", False), ("judge-v4", True)):
        run = run_named(world, name)
        for asked in (False, True):
            for row in weave.results(run.id, include_costs=asked)["rows"]:
                [trial] = trials_of(row)
                if trial["scores"]:
                    assert (trial["total_tokens"] is not None) == told
                    assert (trial["total_cost"] is not None) == asked


def test_scorers_answer_with_booleans_numbers_and_objects(weave: WeaveCaller, world: World) -> None:
    faq = next(t for r in weave.rows(run_named(world, "quiet-pine").id) for t in trials_of(r))
    assert faq["scores"]["correct"].keys() == {"passed", "label", "rationale"}
    assert isinstance(faq["scores"]["close"], float)
    assert isinstance(faq["scores"]["mentions-policy"], bool)
    rag = next(t for r in weave.rows(run_named(world, "judge-v3").id) for t in trials_of(r))
    assert rag["scores"]["faithful"].keys() == {"passed", "score", "detail", "rationale"}
    assert rag["scores"]["faithful"]["detail"].keys() == {"grounded", "tone"}


# Statistics


def test_statistics_have_the_documented_fields_and_add_up(
    weave: WeaveCaller, world: World, clock: FakeClock
) -> None:
    clock.advance(60)
    for run in world.runs("weave"):
        answer = weave.results(run.id, include_rows=False, include_summary=True)
        assert answer["rows"] == []
        assert answer["summary"].keys() == {"row_count", "evaluations"}
        found = answer["summary"]["evaluations"]
        trials = [trial for row in weave.rows(run.id) for trial in trials_of(row)]
        assert len(found) == (1 if trials else 0), "a run without a trial is absent"
        for told in found:
            assert told.keys() == EVALUATION
            assert told["evaluation_call_id"] == run.id
            assert told["trial_count"] == len(trials)
            assert told["started_at"].endswith("+00:00")
            assert told["display_name"] == run.name
            for stat in told["scorer_stats"]:
                assert stat.keys() == STATISTICS
                values = [leaf(trial["scores"], stat) for trial in trials]
                present = [value for value in values if value is not None]
                assert stat["trial_count"] == len(present)
                assert stat["pass_true_count"] == sum(value is True for value in present)
                if stat["value_type"] == "binary":
                    assert stat["pass_rate"] == stat["pass_true_count"] / len(present)
                    assert stat["pass_signal_coverage"] == 1.0
                if stat["value_type"] == "continuous":
                    assert stat["numeric_mean"] == pytest.approx(sum(present) / len(present))


def leaf(scores: Any, stat: Any) -> Any:
    value = scores.get(stat["scorer_key"])
    for part in stat["path"].split(".") if stat["path"] else ():
        value = value.get(part) if isinstance(value, dict) else None
    return value


def test_a_run_that_just_started_is_absent(weave: WeaveCaller, world: World) -> None:
    empty = run_named(world, "no rows")
    pine = run_named(world, "quiet-pine")
    assert weave.statistics(empty.id) == {"row_count": 0, "evaluations": []}
    both = weave.statistics(empty.id, pine.id)["evaluations"]
    assert [told["evaluation_call_id"] for told in both] == [pine.id]


def test_the_run_s_own_summary_counts_failed_trials_and_the_statistics_do_not(
    weave: WeaveCaller, world: World
) -> None:
    run = run_named(world, "quiet-pine")
    output = weave.call(run.id)["output"]
    [told] = weave.statistics(run.id)["evaluations"]
    [passed] = [s for s in told["scorer_stats"] if (s["scorer_key"], s["path"]) == (
        "correct", "passed",
    )]  # fmt: skip
    assert passed["pass_known_count"] < told["trial_count"] == 240
    assert output["correct"]["passed"] == {
        "true_count": passed["pass_true_count"],
        "true_fraction": passed["pass_true_count"] / 240,
    }
    assert passed["pass_rate"] == passed["pass_true_count"] / passed["pass_known_count"]
    assert output["close"].keys() == {"mean"}
    assert "rationale" not in output["correct"]


def test_sums_of_tokens_and_costs(weave: WeaveCaller, world: World) -> None:
    for name, tokens in (("judge-v3", False), ("judge-v4", True)):
        run = run_named(world, name)
        [plain] = weave.statistics(run.id)["evaluations"]
        [priced] = weave.statistics(run.id, include_costs=True)["evaluations"]
        assert plain["predict_total_cost"] is None
        assert priced["predict_total_cost"] == pytest.approx(
            sum(row.usd for row in world.rows(run) if row.error is None)
        )
        assert (plain["predict_total_tokens"] is not None) == tokens


# Several runs


def test_an_intersection_has_only_common_rows(weave: WeaveCaller, world: World) -> None:
    pine, smoke = run_named(world, "quiet-pine"), run_named(world, "smoke")
    done = world.state(smoke).done
    union = weave.results(pine.id, smoke.id)
    assert union["total_rows"] == 80
    common = weave.results(pine.id, smoke.id, require_intersection=True, include_summary=True)
    assert common["total_rows"] == len(common["rows"]) == -(-done // 2)
    for row in common["rows"]:
        assert [own["evaluation_call_id"] for own in row["evaluations"]] == [pine.id, smoke.id]
    counts = [told["trial_count"] for told in common["summary"]["evaluations"]]
    assert counts == [3 * len(common["rows"]), done]
    nobody = weave.results(pine.id, "nope", require_intersection=True)
    assert nobody["total_rows"] == 0
    one = weave.results(pine.id, pine.id, require_intersection=True)
    assert one["total_rows"] == 80


# Order and filters


def test_rows_can_be_sorted_by_what_a_scorer_said(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "quiet-pine")
    order = [{"field": "scores.close", "direction": "desc"}]
    means = []
    for row in weave.results(run.id, sort_by=order)["rows"]:
        values = [t["scores"]["close"] for t in trials_of(row) if t["scores"]]
        means.append(sum(values) / len(values) if values else None)
    known = [mean for mean in means if mean is not None]
    assert known == sorted(known, reverse=True)
    assert means[: len(known)] == known, "rows without a value come last"
    again = weave.results(run.id, sort_by=order, include_summary=True)
    digests = [row["row_digest"] for row in again["rows"]]
    assert digests == sorted(digests), "beside a summary the order is lost"
    questions = [
        row["raw_data_row"]["question"]
        for row in weave.results(
            run.id,
            sort_by=[{"field": "inputs.question"}],
            include_raw_data_rows=True,
            resolve_row_refs=True,
        )["rows"]
    ]
    assert questions == sorted(questions)


def test_the_most_different_rows_first(weave: WeaveCaller, world: World) -> None:
    pine, river = run_named(world, "quiet-pine"), run_named(world, "amber-river")
    order = [{"field": "scores.close", "direction": "desc", "mode": "difference"}]
    spreads = []
    for row in weave.results(pine.id, river.id, sort_by=order)["rows"]:
        means = []
        for own in row["evaluations"]:
            values = [t["scores"]["close"] for t in own["trials"] if t["scores"]]
            means += [sum(values) / len(values)] if values else []
        spreads.append(max(means) - min(means) if means else 0.0)
    assert spreads == sorted(spreads, reverse=True)


@pytest.mark.parametrize(
    "sort",
    [
        {"field": "row_digest"},
        {"field": "outputs.output.answer"},
        {"field": "started_at"},
        {"field": "inputs.question", "mode": "difference"},
    ],
)
def test_fields_that_cannot_be_sorted_by_are_400(
    weave: WeaveCaller, world: World, sort: dict[str, str]
) -> None:
    run = run_named(world, "quiet-pine")
    body = {"evaluation_call_ids": [run.id], "sort_by": [sort]}
    answer = weave.send(f"{V2}/eval_results/query", body)
    assert (answer.status, list(answer.json)) == (400, ["reason"])


def test_filters_narrow_rows_and_statistics(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, "judge-v3")
    high = {"$gt": [{"$getField": "scores.cites_section"}, {"$literal": 0.5}]}
    low = {"$not": [high]}
    both = {"$and": [high, low]}

    def narrowed(*queries: Any, operator: str | None = None) -> int:
        filters = [{"query": {"$expr": query}} for query in queries]
        more = {} if operator is None else {"filter_logic_operator": operator}
        answer = weave.results(run.id, filters=filters, include_summary=True, **more)
        count: int = answer["summary"]["row_count"]
        assert count == answer["total_rows"]
        return count

    assert 0 < narrowed(high) < 500
    assert narrowed(high) + narrowed(low) == 500
    assert narrowed(both) == narrowed(high, low, operator="and") == 0
    digest = weave.results(run.id, limit=1)["rows"][0]["row_digest"]
    assert narrowed({"$eq": [{"$getField": "row_digest"}, {"$literal": digest}]}) == 1


# Hostile answers


def test_hostile_answers_travel_unchanged(weave: WeaveCaller, world: World) -> None:
    run = run_named(world, HOSTILE_NAME)
    assert weave.call(run.id)["display_name"] == HOSTILE_NAME
    said = [trials_of(row)[0]["model_output"]["answer"] for row in weave.rows(run.id)]
    assert sorted(said) == sorted(exhibit.text() for exhibit in EXHIBITS)
    for row in weave.rows(run.id):
        [trial] = trials_of(row)
        assert weave.call(trial["predict_call_id"])["output"] == trial["model_output"]
