"""What a comparison of runs consists of. Plain data; differences are run less baseline."""

from typing import TYPE_CHECKING, Literal

from tui.analysis.alignment import Alignment, Coverage
from tui.analysis.corrections import Correction
from tui.analysis.intervals import Interval
from tui.analysis.measures import Measured
from tui.analysis.verdicts import MIN_ROWS, RATE_MARGIN, Verdict
from tui.frozen import frozen
from tui.models import CriterionStats, JointResults, RunRef
from tui.store import StoredRun

if TYPE_CHECKING:
    from tui.store.joining import RowColumns

MOST_RUNS = 8
OVERALL = "overall"
"""Name of the measure over row outcomes."""


@frozen
class Options:
    """What a person may choose of a comparison."""

    key: str | None = None
    """What rows are matched by: `key`, `label`, `input`, `item.<path>`, `extra.<path>`; None
    chooses."""
    margin: float = RATE_MARGIN
    """Largest difference of rates that does not matter; of scores, that share of their span."""
    min_rows: int = MIN_ROWS
    correction: Correction = "holm"
    cluster: str | None = None
    """A field (`item.<path>`, `extra.<path>`) whose equal values make rows dependent."""
    slices: str | None = None
    """A field (`item.<path>`, `extra.<path>`) by whose values the rows are also compared apart."""


@frozen
class MatchKey:
    """What the rows are matched by, and why by that."""

    name: str
    source: Literal["given", "remembered", "chosen"]
    why: str
    """A sentence."""


@frozen
class Matched:
    """Runs whose rows were read and joined."""

    runs: tuple[StoredRun, ...]
    """The baseline first."""
    key: MatchKey
    columns: "tuple[RowColumns, ...]"
    alignment: Alignment
    keys_tried: tuple[tuple[str, int], ...] = ()
    """Keys that were looked at, with how many rows each matched."""

    @property
    def coverage(self) -> Coverage:
        """How far the rows are the same."""
        return self.alignment.coverage


@frozen
class Judged:
    """One measure of a pair of runs: its figures and the verdict."""

    name: str
    """`overall`, or the criterion's."""
    type: str
    """`binary`, `numeric` or `label`."""
    measured: Measured
    p_adjusted: float | None
    verdict: Verdict
    unit: Literal["rate", "score"] = "rate"
    same_labels: tuple[int, int] | None = None
    """Of labels: rows with the same one in both runs, and rows with one in both."""


@frozen
class LeftOut:
    """Matched rows without a pass or a fail, and what they could do to the rate."""

    errored: int
    ungraded: int
    """Ungraded, skipped or pending."""
    bounds: Interval | None
    """The pass rate over all matched rows if all of them had failed, and if all had passed."""


@frozen
class Cost:
    """What a run took, whole; None = nobody knows."""

    tokens: float | None
    """Mean tokens of a matched row."""
    latency_s: float | None
    """Median latency of matched rows."""
    usd: float | None
    """The run's whole price."""
    usd_per_pass: float | None
    """The run's price by its passed rows."""


@frozen
class Slice:
    """The rows with one value of a field."""

    value: str
    measured: Measured


@frozen
class Pair:
    """The baseline and one run beside it."""

    baseline: RunRef
    run: RunRef
    place: int
    """Of the run among the runs compared; the baseline's is 0."""
    overall: Judged
    criteria: tuple[Judged, ...]
    left_out: tuple[LeftOut, LeftOut]
    costs: tuple[Cost, Cost]
    unlike: tuple[str, ...] = ()
    """Sentences: what could not be compared or told apart, and why."""
    slices: tuple[Slice, ...] = ()
    config: "tuple[tuple[str, str, str], ...]" = ()
    """Settings that differ: name, the baseline's value, the run's; empty for one without."""


@frozen
class JointStat:
    """A criterion of one run as its rows have it, and as the provider tells it."""

    place: int
    """Of the run."""
    ours: CriterionStats
    """Over the trials of the matched rows."""
    theirs: CriterionStats
    same: bool


@frozen
class Joint:
    """What the provider of all compared runs says of them together."""

    told: JointResults
    current: bool
    """Whether the runs' rows have not changed since."""
    matched: int
    """Rows matched here."""
    stats: tuple[JointStat, ...]
    """Empty where it counts other common rows: then its criteria are over other rows, too."""

    @property
    def same_rows(self) -> bool:
        """Whether both count the same common rows."""
        return self.told.rows == self.matched

    @property
    def differences(self) -> tuple[JointStat, ...]:
        """What is told differently."""
        return tuple(stat for stat in self.stats if not stat.same)


@frozen
class Comparison:
    """Runs, how their rows match, and what that says."""

    matched: Matched
    options: Options
    pairs: tuple[Pair, ...]
    joint: Joint | None = None
    """None unless all runs are of one provider's project that tells such a thing (Weave)."""

    @property
    def runs(self) -> tuple[StoredRun, ...]:
        """The runs, the baseline first."""
        return self.matched.runs
