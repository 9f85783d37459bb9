"""The matched rows of one run as NumPy vectors, all of one length and in one order."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.frozen import frozen

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

    from tui.analysis.alignment import Positions
    from tui.analysis.paired_means import Numbers
    from tui.store.joining import CriterionColumns, RowColumns


@frozen
class CriterionVectors:
    """One criterion; NaN where a row has no verdict or value of it."""

    type: str
    rates: "Numbers"
    """Share of the row's trials that passed it."""
    values: "Numbers"
    """Mean value over the row's trials."""
    labels: tuple[str | None, ...]


@frozen
class Vectors:
    """The rows of one side."""

    outcomes: "NDArray[int64]"
    """Ranks of `tui.store.heads.OUTCOMES`."""
    graded: "NDArray[bool_]"
    """Whether a trial of the row passed or failed."""
    rates: "Numbers"
    """Share of passed among the row's graded trials, NaN without."""
    several: bool
    """Whether any row has more than one trial."""
    unstable: "NDArray[bool_]"
    scores: "Numbers"
    latencies: "Numbers"
    tokens: "Numbers"
    criteria: dict[str, CriterionVectors]


def vectors(columns: "RowColumns", places: "Positions") -> Vectors:
    """Return the vectors of some rows of a run, in the order of their places."""
    import numpy as np

    passed, failed = _integers(columns.passed)[places], _integers(columns.failed)[places]
    graded = passed + failed
    rates = np.full(len(places), np.nan)
    np.divide(passed, graded, out=rates, where=graded > 0)
    return Vectors(
        outcomes=_integers(columns.outcomes)[places],
        graded=graded > 0,
        rates=rates,
        several=bool(len(places)) and int(_integers(columns.trials)[places].max()) > 1,
        unstable=(passed > 0) & (failed > 0),
        scores=_numbers(columns.scores)[places],
        latencies=_numbers(columns.latencies)[places],
        tokens=_numbers(columns.tokens)[places],
        criteria={
            name: _criterion(found, len(columns), places)
            for name, found in columns.criteria.items()
        },
    )


def _criterion(found: "CriterionColumns", length: int, places: "Positions") -> CriterionVectors:
    import numpy as np

    rows = _integers(found.rows)
    passed, failed = _integers(found.passed), _integers(found.failed)
    rates, values = np.full(length, np.nan), np.full(length, np.nan)
    graded = passed + failed
    known = graded > 0
    rates[rows[known]] = passed[known] / graded[known]
    values[rows] = _numbers(found.values)
    labels: Sequence[str | None] = ()
    if any(found.labels):
        by_row = dict(zip(found.rows, found.labels, strict=True))
        labels = [by_row.get(int(place)) for place in places]
    return CriterionVectors(found.type, rates[places], values[places], tuple(labels))


def _integers(values: "array[int]") -> "NDArray[int64]":
    import numpy as np

    return np.frombuffer(values, dtype=np.int64) if values else np.zeros(0, dtype=np.int64)


def _numbers(values: "array[float]") -> "Numbers":
    import numpy as np

    return np.frombuffer(values, dtype=np.float64) if values else np.zeros(0)
