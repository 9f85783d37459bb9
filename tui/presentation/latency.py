"""How long the rows of a run took."""

from tui.store import RowHead, View


def quantiles(view: View[RowHead]) -> tuple[float | None, float | None]:
    """Return median and 95th percentile in seconds, of a view sorted by latency, ascending.

    Rows without a latency come last in such a view; they are left out. (None, None) without any.
    """
    known = _known(view)
    if not known:
        return None, None
    return _at(view, (known - 1) // 2), _at(view, min(known - 1, (known * 95) // 100))


def _known(view: View[RowHead]) -> int:
    """Return how many rows have a latency, by halving."""
    low, high = 0, view.count()
    while low < high:
        middle = (low + high) // 2
        if _at(view, middle) is None:
            high = middle
        else:
            low = middle + 1
    return low


def _at(view: View[RowHead], index: int) -> float | None:
    heads = view.fetch(index, 1)
    return heads[0].latency_s if heads else None
