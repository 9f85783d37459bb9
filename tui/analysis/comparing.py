"""Comparing runs whose rows are matched: every measure, its test, and the verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.analysis.compared import (
    OVERALL,
    Comparison,
    Cost,
    Judged,
    LeftOut,
    Matched,
    Options,
    Pair,
)
from tui.analysis.corrections import adjusted
from tui.analysis.differences import config_differences
from tui.analysis.intervals import bounds
from tui.analysis.joint import joint_of
from tui.analysis.matching import AUTO, Progress, RowReader, forget, match, remember
from tui.analysis.measures import Measured, measure_clustered, measure_numbers, measure_verdicts
from tui.analysis.scales import Scales, scale_of, scales_differ, span_of
from tui.analysis.slices import sliced
from tui.analysis.vectors import CriterionVectors, Vectors, vectors
from tui.analysis.verdicts import Rule, judge
from tui.models import CriterionType, Outcome
from tui.store import Store, StoredRun
from tui.store.heads import RANKS

if TYPE_CHECKING:
    from tui.analysis.paired_means import Labels, Numbers


def compare_stored(
    store: Store,
    runs: Sequence[StoredRun],
    options: Options,
    progress: Progress = lambda _done, _of: False,
) -> Comparison:
    """Read, match and compare stored runs, the baseline first.

    A key in the options is remembered for the runs' groups; `auto` forgets it and chooses anew.

    Raises:
        ReadCancelledError: the progress said so.
    """
    wanted = options.key
    if wanted == AUTO:
        forget(store, runs)
        wanted = None
    matched, reader = match(store, runs, wanted, progress)
    remember(store, matched)
    return replace(compare(matched, options, reader), joint=joint_of(store, matched))


def compare(matched: Matched, options: Options, reader: RowReader) -> Comparison:
    """Judge every run against the first. Blocks for as long as its numbers take: use a thread."""
    sides = [
        vectors(columns, places)
        for columns, places in zip(matched.columns, matched.alignment.positions, strict=True)
    ]
    clusters, unknown = None, []
    if options.cluster is not None:
        values = _field(matched, reader, options.cluster, range(len(sides)))
        clusters = _labels(values)
        unknown += _nobody_has(options.cluster, values)
    pairs = []
    for place in range(1, len(sides)):
        pair = _pair(matched, sides, place, options, clusters)
        notes = [*unknown]
        if options.slices is not None:
            values = _field(matched, reader, options.slices, (place, 0))
            notes += _nobody_has(options.slices, values)
            pair = replace(pair, slices=sliced(sides[0], sides[place], values))
        pair = replace(pair, unlike=(*pair.unlike, *notes))
        pairs.append(pair)
    return Comparison(matched, options, tuple(_corrected(pairs, options)))


def _pair(
    matched: Matched,
    sides: list[Vectors],
    place: int,
    options: Options,
    clusters: "Labels | None",
) -> Pair:
    baseline, run = matched.runs[0], matched.runs[place]
    one, other = sides[0], sides[place]
    stated = scale_of(baseline), scale_of(run)
    whole, judged, unlike = overall(one, other, options, clusters, stated), [], []
    if isinstance(whole, str):
        unlike.append(whole)
        whole = _judged(OVERALL, CriterionType.NUMERIC, Measured(0), options, margin=0.0)
    for name in one.criteria:
        if name in other.criteria and not _just_words(one.criteria[name]):
            found = _criterion(name, one, other, options, clusters, stated=stated)
            judged += [found] if isinstance(found, Judged) else []
            unlike += [found] if isinstance(found, str) else []
    for mine, others, who in ((one, other, "baseline"), (other, one, "run")):
        missing = [name for name in mine.criteria if name not in others.criteria]
        if missing:
            unlike.append(f"Only the {who} has {', '.join(missing)}.")
    return Pair(
        baseline.run.ref,
        run.run.ref,
        place,
        whole,
        tuple(judged),
        (_left_out(one), _left_out(other)),
        (_cost(baseline, one), _cost(run, other)),
        tuple(unlike),
        config=config_differences(baseline.run, run.run),
    )


def overall(
    one: Vectors,
    other: Vectors,
    options: Options,
    clusters: "Labels | None" = None,
    stated: Scales = (None, None),
) -> Judged | str:
    """Compare the outcomes of rows; where nothing passes or fails, their scores.

    Returns:
        A sentence where scores are on different scales.
    """
    if one.graded.any() and other.graded.any():
        measured = rates(one, other, clusters)
        return _judged(OVERALL, CriterionType.BINARY, measured, options)
    import numpy as np

    there = ~np.isnan(one.scores) & ~np.isnan(other.scores)
    before, after = one.scores[there], other.scores[there]
    if unlike := scales_differ("the score", before, after, stated):
        return unlike
    measured = measure_numbers(before, after, None if clusters is None else clusters[there])
    margin = span_of(before, after, stated) * options.margin
    return _judged(OVERALL, CriterionType.NUMERIC, measured, options, margin=margin)


def rates(one: Vectors, other: Vectors, clusters: "Labels | None" = None) -> Measured:
    """Compare the pass rates of rows that passed or failed in both runs."""
    there = one.graded & other.graded
    before, after = one.rates[there], other.rates[there]
    labels = None if clusters is None else clusters[there]
    if one.several or other.several:
        return measure_clustered(before, after, labels)
    return measure_verdicts(before, after, labels)


def _criterion(
    name: str,
    one: Vectors,
    other: Vectors,
    options: Options,
    clusters: "Labels | None",
    *,
    stated: Scales,
) -> Judged | str:
    import numpy as np

    first, second = one.criteria[name], other.criteria[name]
    if not (_is_score(first, one) and _is_score(second, other)):
        stated = (None, None)  # a run states the scale of its score alone
    if first.type != second.type:
        return f"{name} is {first.type} in the baseline and {second.type} in the run."
    if first.type == CriterionType.NUMERIC:
        there = ~np.isnan(first.values) & ~np.isnan(second.values)
        before, after = first.values[there], second.values[there]
        if unlike := scales_differ(name, before, after, stated):
            return unlike
        numeric = True
    else:
        there = ~np.isnan(first.rates) & ~np.isnan(second.rates)
        before, after = first.rates[there], second.rates[there]
        numeric = False
    labels = None if clusters is None else clusters[there]
    if one.several or other.several:
        measured = measure_clustered(before, after, labels)
    else:
        measured = (measure_numbers if numeric else measure_verdicts)(before, after, labels)
    margin = span_of(before, after, stated) * options.margin if numeric else None
    judged = _judged(name, first.type, measured, options, margin=margin)
    if first.type == CriterionType.LABEL:
        both = [(a, b) for a, b in zip(first.labels, second.labels, strict=True) if a and b]
        return replace(judged, same_labels=(sum(a == b for a, b in both), len(both)))
    return judged


def _judged(
    name: str, kind: str, measured: Measured, options: Options, *, margin: float | None = None
) -> Judged:
    rule = Rule(options.margin if margin is None else margin, options.min_rows)
    verdict = judge(measured, measured.p_value, rule)
    unit: str = "rate" if margin is None else "score"
    return Judged(
        name, kind, measured, measured.p_value, verdict, "score" if unit == "score" else "rate"
    )


def _corrected(pairs: list[Pair], options: Options) -> list[Pair]:
    """Judge again with p-values adjusted: over all runs, and over all criteria of all runs."""

    def again(judged: Judged, p_value: float | None) -> Judged:
        verdict = judge(judged.measured, p_value, judged.verdict.rule)
        return replace(judged, p_adjusted=p_value, verdict=verdict)

    whole = adjusted([pair.overall.measured.p_value for pair in pairs], options.correction)
    parts = iter(
        adjusted(
            [each.measured.p_value for pair in pairs for each in pair.criteria], options.correction
        )
    )
    return [
        replace(
            pair,
            overall=again(pair.overall, p_value),
            criteria=tuple(again(each, next(parts)) for each in pair.criteria),
        )
        for pair, p_value in zip(pairs, whole, strict=True)
    ]


def _left_out(side: Vectors) -> LeftOut:
    import numpy as np

    n = len(side.outcomes)
    errored = int(np.count_nonzero((side.outcomes == RANKS[Outcome.ERRORED]) & ~side.graded))
    left = n - int(np.count_nonzero(side.graded))
    passed = int(np.count_nonzero(side.outcomes == RANKS[Outcome.PASSED]))
    failed = int(np.count_nonzero(side.outcomes == RANKS[Outcome.FAILED]))
    return LeftOut(
        errored,
        left - errored,
        bounds(passed, failed, n - passed - failed) if passed + failed else None,
    )


def _cost(stored: StoredRun, side: Vectors) -> Cost:
    import numpy as np

    def known(values: "Numbers") -> "Numbers":
        found: Numbers = values[~np.isnan(values)]
        return found

    tokens, latencies = known(side.tokens), known(side.latencies)
    prices = [usage.cost_usd for usage in stored.run.usage if usage.cost_usd is not None]
    usd = sum(prices) if prices else None
    passed = stored.run.counts.passed
    return Cost(
        float(tokens.mean()) if len(tokens) else None,
        float(np.median(latencies)) if len(latencies) else None,
        usd,
        None if usd is None or not passed else usd / passed,
    )


def _is_score(found: CriterionVectors, side: Vectors) -> bool:
    """Return whether a criterion is what the rows' score is made of."""
    import numpy as np

    return bool(np.array_equal(found.values, side.scores, equal_nan=True))


_MOST_LABELS = 20
"""Different labels a criterion may have; more are a grader's words, which cannot be compared."""


def _just_words(found: CriterionVectors) -> bool:
    import numpy as np

    if found.type != CriterionType.LABEL or not np.isnan(found.rates).all():
        return False
    return not 0 < len(set(found.labels) - {None}) <= _MOST_LABELS


def _field(
    matched: Matched, reader: RowReader, name: str, places: Iterable[int]
) -> list[str | None]:
    """Return a field of each matched row, from the first of some runs that has it at all."""
    found: list[str | None] = [None] * matched.coverage.matched
    for place in places:
        values = reader.field(place, name)
        found = [values[int(row)] for row in matched.alignment.positions[place]]
        if any(value is not None for value in found):
            break
    return found


def _nobody_has(name: str, values: Sequence[str | None]) -> list[str]:
    if not values or any(value is not None for value in values):
        return []
    return [f"No matched row has {name}: nothing is told apart by it."]


def _labels(values: Sequence[str | None]) -> "Labels":
    """Return a number per matched row for its value of a field; rows without one stand alone."""
    import numpy as np

    known: dict[str, int] = {}
    found = []
    for place, value in enumerate(values):
        found.append(-1 - place if value is None else known.setdefault(value, len(known)))
    return np.array(found, dtype=np.int64)
