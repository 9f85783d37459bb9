"""What one run says by itself: how sure its figures are, how its trials agree, slices, trend."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Literal

from tui.analysis.intervals import Estimate, bounds, clustered_mean, mean_interval
from tui.analysis.sequential import anytime_mean, rate_interval
from tui.analysis.stability import Stability, stability_of
from tui.analysis.trends import TrendRun, trend
from tui.analysis.trials import AtK, at_every_k
from tui.frozen import frozen
from tui.models import CriterionType
from tui.store import Store, StoredRun
from tui.store.joining import RowColumns

How = Literal["wilson", "t", "clustered_t", "anytime", "bounds"]
"""What the ends of a figure are; `bounds` are no estimate: they hold whatever is not known yet."""
Unit = Literal["rate", "score"]

MOST_SLICES = 50
"""Values that get a slice, the most frequent ones."""
TREND_RUNS = 12


@frozen
class Figure:
    """One rate or mean with what it lies between."""

    name: str
    unit: Unit
    estimate: Estimate
    how: How


@frozen
class RunSlice:
    """The rows with one value of a field."""

    value: str
    places: tuple[int, ...]
    """Where they are in the columns."""
    figure: Figure


@frozen
class RunStatistics:
    """Everything that is told of one run."""

    stored: StoredRun
    columns: RowColumns
    figures: tuple[Figure, ...]
    at_k: tuple[AtK, ...]
    """Empty unless a row has several graded trials."""
    stability: Stability
    trend: tuple[TrendRun, ...]
    fields: tuple[str, ...]
    """What its rows can be sliced by, the most telling first."""
    field: str | None = None
    """What they are sliced by."""
    slices: tuple[RunSlice, ...] = ()


def statistics_of(
    store: Store,
    stored: StoredRun,
    field: str | None,
    *,
    slices: bool,
    cancelled: Callable[[], bool] = lambda: False,
) -> RunStatistics:
    """Return the statistics of a run's stored rows. Reads all of them: call it in a thread.

    Args:
        store: where they are.
        stored: the run.
        field: what to slice by; None takes the most telling one.
        slices: whether slices are wanted: the first time, they take the bodies of all rows.
        cancelled: asked while rows are read; True gives up.

    Raises:
        ReadCancelledError: it was given up.
    """
    joining, ref = store.joining, stored.run.ref
    columns = joining.columns(ref, lambda _rows: cancelled())
    fields = tuple(joining.slice_fields(ref))
    chosen = field or (fields[0] if fields else None)
    found: tuple[RunSlice, ...] = ()
    if slices and chosen is not None:
        ids, values = joining.field(ref, chosen, lambda _rows: cancelled())
        known = dict(zip(ids, values, strict=True))
        found = slices_of(columns, [known.get(row) for row in columns.ids], live=stored.run.live)
    graded = list(zip(columns.passed, columns.failed, strict=True))
    several = any(passed + failed > 1 for passed, failed in graded)
    stability = stability_of(columns, joining.score_ranges(ref))
    return RunStatistics(
        stored,
        columns,
        (*figures_of(stored, columns), *_ends_of_n(stability)),
        tuple(at_every_k([(passed, passed + failed) for passed, failed in graded]))
        if several
        else (),
        stability,
        trend(store, stored, TREND_RUNS),
        fields,
        chosen,
        found,
    )


def _ends_of_n(stability: Stability) -> list[Figure]:
    pairs = (("score, worst of n", stability.worst), ("score, best of n", stability.best))
    return [Figure(name, "score", found, "t") for name, found in pairs if found is not None]


def figures_of(stored: StoredRun, columns: RowColumns) -> tuple[Figure, ...]:
    """Return the run's rates and means, those over rows first, then those of its criteria."""
    found = [*_row_figures(stored, columns)]
    for name, column in columns.criteria.items():
        if column.type == CriterionType.NUMERIC:
            found += _means(name, column.values, live=stored.run.live)
        else:
            rows = list(zip(column.passed, column.failed, strict=True))
            found += _rates(name, rows, live=stored.run.live)
    return tuple(found)


def _row_figures(stored: StoredRun, columns: RowColumns) -> list[Figure]:
    counts, live = stored.run.counts, stored.run.live
    passed, failed = counts.passed or 0, counts.failed or 0
    found = []
    if passed + failed:
        ends = rate_interval(passed, passed + failed, live=live)
        estimate = Estimate(passed / (passed + failed), ends, passed + failed)
        found.append(Figure("rows passed", "rate", estimate, "anytime" if live else "wilson"))
        of = counts.total if live else counts.done
        left = 0 if of is None else of - passed - failed
        if left > 0:
            ends = bounds(passed, failed, left)
            name = "rows passed in the end" if live else "rows passed, left out or not"
            estimate = Estimate(passed / (passed + failed), ends, passed + failed + left)
            found.append(Figure(name, "rate", estimate, "bounds"))
    graded = list(zip(columns.passed, columns.failed, strict=True))
    if any(one + other > 1 for one, other in graded):
        found += _rates("trials passed", graded, live=live)
    return found + _means("score", columns.scores, live=live)


def _rates(name: str, rows: Sequence[tuple[int, int]], *, live: bool) -> list[Figure]:
    """Return the share of trials that passed; nothing where none was graded.

    Args:
        name: what passed.
        rows: of each row its passed and its failed trials.
        live: whether more will come.
    """
    passed = sum(one for one, _other in rows)
    n = passed + sum(other for _one, other in rows)
    if not n:
        return []
    if all(one + other <= 1 for one, other in rows):
        ends = rate_interval(passed, n, live=live)
        how: How = "anytime" if live else "wilson"
        return [Figure(name, "rate", Estimate(passed / n, ends, n), how)]
    if live:
        shares = [one / (one + other) for one, other in rows if one + other]
        estimate = Estimate(sum(shares) / len(shares), anytime_mean(shares), n, len(shares))
        return [Figure(name, "rate", estimate, "anytime")]
    clustered = clustered_mean([(float(one), one + other) for one, other in rows])
    return [] if clustered is None else [Figure(name, "rate", clustered, "clustered_t")]


def _means(name: str, values: Sequence[float], *, live: bool) -> list[Figure]:
    """Return the mean of rows' values, each row counting once; nothing without any."""
    known = [value for value in values if isfinite(value)]
    estimate = mean_interval(known)
    if estimate is None:
        return []
    if live:
        estimate = Estimate(estimate.mean, anytime_mean(known), estimate.n)
    return [Figure(name, "score", estimate, "anytime" if live else "t")]


def slices_of(
    columns: RowColumns, values: Sequence[str | None], *, live: bool = False
) -> tuple[RunSlice, ...]:
    """Return the rows of each value apart, most rows first; without an adjustment for their number.

    Args:
        columns: the rows.
        values: the field of each; rows without one are in no slice.
        live: whether more rows will come.
    """
    rated = any(columns.passed) or any(columns.failed)
    places: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value is not None:
            places.setdefault(value, []).append(place)
    found = []
    for value, rows in places.items():
        if rated:
            figures = _rates(
                value, [(columns.passed[row], columns.failed[row]) for row in rows], live=live
            )
        else:
            figures = _means(value, [columns.scores[row] for row in rows], live=live)
        found += [RunSlice(value, tuple(rows), figure) for figure in figures]
    found.sort(key=lambda each: (-len(each.places), each.value))
    return tuple(found[:MOST_SLICES])
