"""A comparison as the JSON object of scripts: every key always there, null when unknown."""

from math import isfinite

from tui.analysis.compared import Comparison, Cost, Judged, LeftOut, Pair, Slice
from tui.analysis.intervals import Interval
from tui.models import CriterionStats, JsonObject, JsonValue
from tui.presentation.verdicts import sentence


def comparison_record(comparison: Comparison) -> JsonObject:
    """Return the whole comparison."""
    coverage, matched = comparison.matched.coverage, comparison.matched
    return {
        "runs": [str(stored.run.ref) for stored in comparison.runs],
        "key": matched.key.name,
        "key_source": matched.key.source,
        "coverage": {
            "matched": coverage.matched,
            "only": list(coverage.only),
            "duplicates": list(coverage.duplicates),
            "without_key": list(coverage.without_key),
            "rows": list(coverage.rows),
            "examples": {
                "matched": list(coverage.matched_examples),
                "only": [list(keys) for keys in coverage.only_examples],
                "duplicates": [list(keys) for keys in coverage.duplicate_examples],
            },
        },
        "options": {
            "margin": comparison.options.margin,
            "min_rows": comparison.options.min_rows,
            "correction": comparison.options.correction,
            "cluster": comparison.options.cluster,
        },
        "joint": _joint_record(comparison),
        "pairs": [pair_record(pair) for pair in comparison.pairs],
    }


def _joint_record(comparison: Comparison) -> JsonValue:
    joint = comparison.joint
    if joint is None:
        return None
    return {
        "rows": joint.told.rows,
        "current": joint.current,
        "same_rows": joint.same_rows,
        "runs": [
            {
                "run": str(one.ref),
                "trials": one.trials,
                "criteria": [_stats_record(stats) for stats in one.criteria],
            }
            for one in joint.told.runs
        ],
        "differences": [
            {
                "run": str(comparison.runs[each.place].run.ref),
                "name": each.ours.name,
                "ours": _stats_record(each.ours),
                "theirs": _stats_record(each.theirs),
            }
            for each in joint.differences
        ],
    }


def _stats_record(stats: CriterionStats) -> JsonObject:
    return {
        "name": stats.name,
        "type": stats.type.value,
        "n": stats.n,
        "passed": stats.passed,
        "failed": stats.failed,
        "mean": _number(stats.mean),
    }


def pair_record(pair: Pair) -> JsonObject:
    """Return one run beside the baseline."""
    return {
        "baseline": str(pair.baseline),
        "run": str(pair.run),
        "criteria": [judged_record(each) for each in pair.criteria],
        "verdict": pair.overall.verdict.word.value,
        "sentence": sentence(pair.overall),
        "overall": judged_record(pair.overall),
        "left_out": [_left_out_record(left) for left in pair.left_out],
        "costs": [_cost_record(cost) for cost in pair.costs],
        "slices": [_slice_record(each) for each in pair.slices],
        "config": [
            {"name": name, "baseline": before or None, "run": after or None}
            for name, before, after in pair.config
        ],
        "notes": list(pair.unlike),
    }


def judged_record(judged: Judged) -> JsonObject:
    """Return one measure."""
    measured, verdict = judged.measured, judged.verdict
    low, high = _ends(measured.interval)
    same = judged.same_labels
    return {
        "name": judged.name,
        "type": judged.type,
        "baseline_value": _number(measured.baseline_value),
        "run_value": _number(measured.run_value),
        "difference": _number(measured.difference),
        "ci_low": low,
        "ci_high": high,
        "test": measured.test,
        "p_value": _number(measured.p_value),
        "p_adjusted": _number(judged.p_adjusted),
        "n": measured.n,
        "verdict": verdict.word.value,
        "sentence": sentence(judged),
        "margin": _number(verdict.rule.margin),
        "more_rows": verdict.more_rows,
        "detectable": _number(measured.detectable()),
        "rank_p_value": _number(measured.rank_p_value),
        "clusters": measured.clusters,
        "improved": None if measured.changes is None else measured.changes.improved,
        "regressed": None if measured.changes is None else measured.changes.regressed,
        "same_labels": None if same is None else same[0],
    }


def _left_out_record(left: LeftOut) -> JsonObject:
    low, high = _ends(left.bounds)
    return {"errored": left.errored, "ungraded": left.ungraded, "low": low, "high": high}


def _cost_record(cost: Cost) -> JsonObject:
    return {
        "tokens": _number(cost.tokens),
        "latency_s": _number(cost.latency_s),
        "cost_usd": _number(cost.usd),
        "cost_usd_per_pass": _number(cost.usd_per_pass),
    }


def _slice_record(each: Slice) -> JsonObject:
    low, high = _ends(each.measured.interval)
    return {
        "value": each.value,
        "n": each.measured.n,
        "baseline_value": _number(each.measured.baseline_value),
        "run_value": _number(each.measured.run_value),
        "difference": _number(each.measured.difference),
        "ci_low": low,
        "ci_high": high,
    }


def _ends(found: Interval | None) -> tuple[JsonValue, JsonValue]:
    return (None, None) if found is None else (_number(found.low), _number(found.high))


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
