"""The rows of a pair of runs: which changed, how, and by how much."""

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.analysis.compared import Matched
from tui.analysis.vectors import vectors
from tui.frozen import frozen
from tui.models import Outcome
from tui.store import RowQuery, Store
from tui.store.heads import RANKS

if TYPE_CHECKING:
    from numpy import bool_
    from numpy.typing import NDArray

    from tui.analysis.alignment import Positions
    from tui.analysis.paired_means import Numbers

    Flags = NDArray[bool_]


class Kind(StrEnum):
    """A choice of a pair's rows."""

    ALL = "all"
    REGRESSED = "regressed"
    IMPROVED = "improved"
    BOTH_FAILED = "both failed"
    DIFFER = "differ"
    """Outcome, score or a criterion's verdict is not the same."""
    ERRORED_IN_ONE = "errored in one"
    UNSTABLE = "unstable"
    """Trials of one run disagree."""


@frozen
class RowChanges:
    """The matched rows of a baseline and a run; all vectors are in the order of the alignment."""

    before: "Positions"
    """Places in the baseline's columns."""
    after: "Positions"
    size: "Numbers"
    """How much a row changed: by its share of passed trials first, then by its score."""
    flags: "dict[Kind, Flags]"

    def count(self, kind: Kind) -> int:
        """Return how many rows a choice has."""
        return int(self.flags[kind].sum())

    def places(self, kind: Kind, passing: "Flags | None" = None) -> "Positions":
        """Return the rows of a choice by place in the alignment, the largest change first.

        Losses come before gains of the same size; equal ones keep the dataset's order. Of them
        only those that are `passing`, where that is given.
        """
        import numpy as np

        flags = self.flags[kind]
        chosen: Positions = np.flatnonzero(flags if passing is None else flags & passing)
        size = self.size[chosen]
        return chosen[np.lexsort((size, -np.abs(size)))]


def row_changes(matched: Matched, place: int) -> RowChanges:
    """Return how each matched row changed from the baseline to the run at `place`."""
    import numpy as np

    positions = matched.alignment.positions
    one = vectors(matched.columns[0], positions[0])
    other = vectors(matched.columns[place], positions[place])
    move = np.nan_to_num(other.rates - one.rates)
    shift = np.nan_to_num(other.scores - one.scores)
    largest = float(np.abs(shift).max()) if len(shift) else 0.0
    # A pass that became a fail outweighs any change of a score.
    size = move * 2 + (shift / largest if largest else 0.0)
    graded = one.graded & other.graded
    verdicts = np.zeros(len(size), dtype=bool)
    for name, mine in one.criteria.items():
        others = other.criteria.get(name)
        if others is not None:
            verdicts |= _unlike(mine.rates, others.rates) | _unlike(mine.values, others.values)
    errored = RANKS[Outcome.ERRORED]
    by_score = ~graded & ~np.isnan(one.scores) & ~np.isnan(other.scores)
    return RowChanges(
        positions[0],
        positions[place],
        size,
        {
            Kind.ALL: np.ones(len(size), dtype=bool),
            Kind.REGRESSED: (graded & (move < 0)) | (by_score & (shift < 0)),
            Kind.IMPROVED: (graded & (move > 0)) | (by_score & (shift > 0)),
            Kind.BOTH_FAILED: graded & (one.rates < 1) & (other.rates < 1),
            Kind.DIFFER: (one.outcomes != other.outcomes)
            | _unlike(one.scores, other.scores)
            | verdicts,
            Kind.ERRORED_IN_ONE: (one.outcomes == errored) ^ (other.outcomes == errored),
            Kind.UNSTABLE: one.unstable | other.unstable,
        },
    )


def passing(
    store: Store,
    matched: Matched,
    place: int,
    text: str,
    cancelled: Callable[[], bool] = lambda: False,
) -> "Flags":
    """Return which matched rows pass a filter, as the baseline's row or as that of the run.

    Raises:
        QueryError: the filter cannot be read.
        ReadCancelledError: `cancelled` said so.
    """
    import numpy as np

    found: Flags = np.zeros(matched.coverage.matched, dtype=bool)
    for side in (0, place):
        ref, columns = matched.runs[side].run.ref, matched.columns[side]
        passed = store.rows(ref, RowQuery(text=text), cancelled=cancelled).ids
        ids = np.frombuffer(columns.ids, dtype=np.int64) if len(columns) else np.zeros(0, np.int64)
        found |= np.isin(ids[matched.alignment.positions[side]], np.array(passed, dtype=np.int64))
    return found


def _unlike(one: "Numbers", other: "Numbers") -> "Flags":
    """Return where both are known and differ."""
    import numpy as np

    found: Flags = ~np.isnan(one) & ~np.isnan(other) & (one != other)
    return found
