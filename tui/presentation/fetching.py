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
    """Return `400 of 1,000 rows, 120/min, about 5m left`; what nobody knows is left out."""
    pace = rows_pace(progress)
    return f"{rows_so_far(progress)} rows{', ' if pace else ''}{pace}"


def rows_so_far(progress: Fetching) -> str:
    """Return `400 of 1,000`, or `400` where nobody knows of how many."""
    of = "" if progress.expected is None else f" of {fmt.number(progress.expected)}"
    return f"{fmt.number(progress.rows)}{of}"


def rows_pace(progress: Fetching) -> str:
    """Return `120/min, about 5m left`; empty as long as nobody can say."""
    parts = [fmt.speed(progress.rate)] if progress.rate else []
    if progress.eta_s is not None:
        left = fmt.span(progress.eta_s)
        parts.append(f"{'' if left.startswith('<') else 'about '}{left} left")
    return ", ".join(parts)
