"""How far a walk over a run's rows is."""

from tui.frozen import frozen
from tui.models import RunRef


@frozen
class RowsProgress:
    """How far a rows walk is."""

    ref: RunRef
    rows: int
    """Rows this walk has brought so far, those before an interruption included."""
    expected: int | None
    rate: float | None = None
    """Rows a second since this process began or went on; None while that says nothing."""

    @property
    def eta_s(self) -> float | None:
        """Seconds until the expected rows are here at this rate; None when nobody can say."""
        if self.expected is None or not self.rate or self.rows >= self.expected:
            return None
        return (self.expected - self.rows) / self.rate
