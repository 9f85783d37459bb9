"""Joining the rows of several runs by the values of a key. NumPy is imported on first use."""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.frozen import frozen

if TYPE_CHECKING:
    from numpy import bool_, int64
    from numpy.typing import NDArray

    Positions = NDArray[int64]

EXAMPLES = 3
"""Keys of each kind that are named."""


@frozen
class Coverage:
    """How far the rows of the runs are the same; per run in the order of the runs."""

    matched: int
    """Keys that every run has exactly once: only these rows are compared."""
    rows: tuple[int, ...]
    """All stored rows."""
    only: tuple[int, ...]
    """Rows whose key not every run has, or that have none."""
    duplicates: tuple[int, ...]
    """Rows left out because their key stands for several rows in one of the runs."""
    without_key: tuple[int, ...]
    """Of `only`: rows that have no key at all."""
    matched_examples: tuple[str, ...] = ()
    only_examples: tuple[tuple[str, ...], ...] = ()
    duplicate_examples: tuple[tuple[str, ...], ...] = ()

    @property
    def share(self) -> float:
        """Matched rows of the smallest run's, 0 to 1; 0 when a run has no rows."""
        return self.matched / min(self.rows) if min(self.rows, default=0) else 0.0


@frozen
class Alignment:
    """Which row of each run belongs together."""

    coverage: Coverage
    positions: "tuple[Positions, ...]"
    """Per run the place of every matched row among its rows; the n-th of all are one item. They
    are in the order of the first run's rows."""


def align(keys: Sequence[Sequence[str | None]]) -> Alignment:
    """Join the rows of at least one run by their keys.

    Args:
        keys: per run the key of each row; None for a row without one, which matches nothing.
    """
    import numpy as np

    hashes = [
        np.frombuffer(array("q", [0 if key is None else hash(key) for key in run]), dtype=np.int64)
        for run in keys
    ]
    known = [np.array([key is not None for key in run], dtype=bool) for run in keys]
    unique = [np.unique(h[k], return_counts=True) for h, k in zip(hashes, known, strict=True)]
    everywhere = unique[0][0]
    several = np.zeros(0, dtype=np.int64)
    for found, times in unique:
        everywhere = np.intersect1d(everywhere, found, assume_unique=True)
        several = np.union1d(several, found[times > 1])
    single = np.setdiff1d(everywhere, several, assume_unique=True)
    positions = [_places(h, k, single) for h, k in zip(hashes, known, strict=True)]
    # In the order of the first run's rows, which is the dataset's.
    order = np.argsort(positions[0])
    matched = tuple(found[order] for found in positions)
    repeated = [k & np.isin(h, several) for h, k in zip(hashes, known, strict=True)]
    common = [k & np.isin(h, single) for h, k in zip(hashes, known, strict=True)]
    lone = [~(c | r) for c, r in zip(common, repeated, strict=True)]
    coverage = Coverage(
        matched=len(single),
        rows=tuple(map(len, keys)),
        only=tuple(int(each.sum()) for each in lone),
        duplicates=tuple(int(each.sum()) for each in repeated),
        without_key=tuple(int((~each).sum()) for each in known),
        matched_examples=tuple(str(keys[0][place]) for place in matched[0][:EXAMPLES]),
        only_examples=tuple(
            _examples(run, each & k) for run, each, k in zip(keys, lone, known, strict=True)
        ),
        duplicate_examples=tuple(
            _examples(run, each) for run, each in zip(keys, repeated, strict=True)
        ),
    )
    return Alignment(coverage, matched)


def _places(hashes: "Positions", known: "NDArray[bool_]", wanted: "Positions") -> "Positions":
    """Return where each wanted hash stands; all of them do, once."""
    import numpy as np

    order = np.argsort(np.where(known, hashes, np.iinfo(np.int64).max), kind="stable")
    found: Positions = order[np.searchsorted(hashes[order[: int(known.sum())]], wanted)]
    return found


def _examples(keys: Sequence[str | None], there: "NDArray[bool_]") -> tuple[str, ...]:
    found: list[str] = []
    for place in there.nonzero()[0]:
        key = keys[int(place)]
        if key is not None and key not in found:
            found.append(key)
        if len(found) == EXAMPLES:
            break
    return tuple(found)
