"""How far the fetching of a run's rows is, in words."""

from typing import Protocol

from tui.presentation import format as fmt


class Fetching(Protocol):
    """What is known of a rows walk; see `tui.polling.rows_progress.RowsProgress`."""

    @property
    def rows(self) -> int: ...  # noqa: D102 - the fields are documented where they are made
    @property
    def expected(self) -> int | None: ...  # noqa: D102
    @property
    def rate(self) -> float | None: ...  # noqa: D102
    @property
    def eta_s(self) -> float | None: ...  # noqa: D102


def rows_story(progress: Fetching) -> str:
    """Return `400 of 1,000 rows, 120/s, about 5s left`; what nobody knows is left out."""
    of = "" if progress.expected is None else f" of {fmt.number(progress.expected)}"
    parts = [f"{fmt.number(progress.rows)}{of} rows"]
    if progress.rate:
        parts.append(fmt.speed(progress.rate))
    if progress.eta_s is not None:
        parts.append(f"about {fmt.span(progress.eta_s)} left")
    return ", ".join(parts)
