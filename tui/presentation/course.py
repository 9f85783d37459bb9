"""How a live run has gone so far: lines of little bars."""

from collections.abc import Sequence

from tui.presentation import format as fmt
from tui.store import Sample

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float | None], width: int) -> str:
    """Return the course of values from 0 to 1 as bars, the newest at the right end.

    Where there are more values than places, each place shows the last one of its share; unknown
    ones are blank.
    """
    if not values or width < 1:
        return ""
    n = min(width, len(values))
    shown = [values[(place + 1) * len(values) // n - 1] for place in range(n)]
    return "".join(
        " " if value is None else _BARS[min(7, max(0, int(value * 8)))] for value in shown
    )


COURSE = 24
"""Places of a sparkline."""


def course_text(course: Sequence[Sample], total: int | None) -> str:
    """Return the course of a live run on one line, with the ends of the pass rate in words."""
    progress, rates = course_lines(course, total, COURSE)
    parts = [f"progress {progress}"] if progress else []
    if rates:
        known = [
            sample.passed / (sample.passed + sample.failed)
            for sample in course
            if sample.passed is not None and sample.failed is not None
            if sample.passed + sample.failed
        ]
        ends = f"{fmt.percent(known[0])} to {fmt.percent(known[-1])}"
        parts.append(f"pass rate {rates} {ends}")
    return "   ".join(parts)


def course_lines(course: Sequence[Sample], total: int | None, width: int) -> tuple[str, str]:
    """Return sparklines of progress and of pass rate; empty where too little is known.

    Without a total, progress is shown against what is done now.
    """
    if len(course) < 2:  # noqa: PLR2004 - one look is no course
        return "", ""
    most = total or max(sample.done for sample in course)
    progress = [sample.done / most if most else None for sample in course]
    rates = [
        sample.passed / (sample.passed + sample.failed)
        if sample.passed is not None and sample.failed is not None and sample.passed + sample.failed
        else None
        for sample in course
    ]
    known = any(rate is not None for rate in rates)
    return sparkline(progress, width), sparkline(rates, width) if known else ""
