"""What a provider says of the compared runs, beside what the stored rows say: where both differ."""

from collections.abc import Sequence
from math import isclose
from typing import TYPE_CHECKING

from tui.analysis.compared import Joint, JointStat, Matched
from tui.models import CriterionStats, CriterionType
from tui.store import Store

if TYPE_CHECKING:
    from tui.analysis.alignment import Positions
    from tui.store.joining import CriterionColumns

_CLOSE = 1e-6
"""Relative difference of means that is rounding: floats come with binary noise."""


def joint_of(store: Store, matched: Matched) -> Joint | None:
    """Return what was told of all these runs together; None when nobody was asked."""
    told, current = store.joining.joint([stored.run.ref for stored in matched.runs])
    if told is None:
        return None
    n = matched.coverage.matched
    stats: list[JointStat] = []
    by_ref = {one.ref: one for one in told.runs}
    for place, stored in enumerate(matched.runs if told.rows == n else ()):
        theirs = by_ref.get(stored.run.ref)
        columns = matched.columns[place].criteria
        for each in () if theirs is None else theirs.criteria:
            ours = _stats(each.name, columns.get(each.name), matched.alignment.positions[place])
            same = None if ours is None else _same(ours, each)
            if ours is not None and same is not None:
                stats.append(JointStat(place, ours, each, same))
    return Joint(told, current, n, tuple(stats))


def _stats(
    name: str, found: "CriterionColumns | None", places: "Positions"
) -> CriterionStats | None:
    """Return a criterion over the trials of the matched rows; None when no row has it."""
    import numpy as np

    if found is None:
        return None
    here = np.isin(np.frombuffer(found.rows, dtype=np.int64), places)

    def chosen(values: Sequence[int]) -> int:
        return int(np.frombuffer(values, dtype=np.int64)[here].sum())  # type: ignore[call-overload] # an array

    passed, failed, n = chosen(found.passed), chosen(found.failed), chosen(found.value_n)
    kind = CriterionType(found.type)
    if kind is not CriterionType.NUMERIC:
        return CriterionStats(name, kind, passed + failed, passed, failed, None, None)
    values = np.frombuffer(found.values, dtype=np.float64)[here]
    sizes = np.frombuffer(found.value_n, dtype=np.int64)[here]
    known = sizes > 0
    mean = float((values[known] * sizes[known]).sum() / n) if n else None
    return CriterionStats(name, kind, n, None, None, None, mean)


def _same(ours: CriterionStats, theirs: CriterionStats) -> bool | None:
    """Return whether both tell the same; None where they cannot be compared."""
    if CriterionType.LABEL in (ours.type, theirs.type):
        return None
    if ours.type is not CriterionType.NUMERIC:
        return (ours.passed, ours.failed) == (theirs.passed, theirs.failed)
    if ours.mean is None or theirs.mean is None:
        return None
    return ours.n == theirs.n and isclose(ours.mean, theirs.mean, rel_tol=_CLOSE, abs_tol=_CLOSE)
