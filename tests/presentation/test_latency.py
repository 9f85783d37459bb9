from collections.abc import Sequence

import pytest

from tests.presentation.samples import head
from tui.presentation.latency import quantiles
from tui.store import RowHead


class Sorted:
    """A view by latency, unknown ones last."""

    def __init__(self, latencies: Sequence[float | None]) -> None:
        self.latencies = latencies
        self.asked = 0

    def count(self) -> int:
        return len(self.latencies)

    def fetch(self, offset: int, limit: int) -> list[RowHead]:
        self.asked += 1
        return [head(latency_s=one) for one in self.latencies[offset : offset + limit]]

    def index_of(self, key: str) -> int | None:
        raise NotImplementedError

    def key_at(self, index: int) -> str:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("latencies", "found"),
    [
        ([], (None, None)),
        ([None, None], (None, None)),
        ([1.0], (1.0, 1.0)),
        ([1.0, 2.0, None], (1.0, 2.0)),
        ([float(n) for n in range(1, 101)] + [None] * 7, (50.0, 96.0)),
    ],
)
def test_unknown_latencies_are_left_out(
    latencies: list[float | None], found: tuple[float | None, float | None]
) -> None:
    assert quantiles(Sorted(latencies)) == found


def test_a_million_rows_are_not_read() -> None:
    view = Sorted([1.0] * 1_000_000)
    assert quantiles(view) == (1.0, 1.0)
    assert view.asked < 30
