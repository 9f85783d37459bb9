"""The one place where numbers, ages, durations, money and sizes become text.

Everything returns short, fixed-vocabulary text; None, NaN and infinities become `UNKNOWN`.
"""

import math
from datetime import UTC, datetime, timedelta

DASH = "\N{EN DASH}"
UNKNOWN = "—"
"""What is not known. Never 0, never empty."""
_SOON = timedelta(minutes=10)

_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 86400
_STEPS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))


def known(value: float | None) -> bool:
    """Return whether a number can be shown."""
    return value is not None and math.isfinite(value)


def number(value: float | None) -> str:
    """Return a count with thousands grouped: `1,234,567`."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{value:,.0f}"


def short_number(value: float | None) -> str:
    """Return a count in at most five characters: `812`, `9,999`, `12.3k`, `1.2M`."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) < 10_000:  # noqa: PLR2004 - below it the plain figure is as short
        return f"{value:,.0f}"
    for size, unit in _STEPS:
        # Compared after rounding, so that 999,960 is `1.0M` and not `1000.0k`.
        if round(abs(value) / size, 1) >= 1:
            scaled = value / size
            return f"{scaled:.0f}{unit}" if abs(scaled) >= 99.95 else f"{scaled:.1f}{unit}"  # noqa: PLR2004
    return f"{value:,.0f}"


def decimal(value: float | None) -> str:
    """Return a score: two decimals, more for small values, none when it has none."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if abs(value) >= 1_000_000:  # noqa: PLR2004 - decimals say nothing up here
        return short_number(value)
    if value == int(value) and abs(value) >= 10:  # noqa: PLR2004
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 0.01 or value == 0 else f"{value:.2g}"  # noqa: PLR2004


def percent(rate: float | None) -> str:
    """Return a 0-to-1 rate as `87.2%`; 100.0 and 0.0 only when it is exactly that."""
    if rate is None or not math.isfinite(rate):
        return UNKNOWN
    shown = round(rate * 100, 1)
    if 0 < rate < 1:
        shown = min(99.9, max(0.1, shown))
    return f"{shown:.1f}%"


def rate_with_interval(rate: float | None, low: float | None, high: float | None) -> str:
    """Return `87.2% ±2.3`: a rate and half the width of its interval, in points."""
    if rate is None or not math.isfinite(rate):
        return UNKNOWN
    if low is None or high is None:
        return percent(rate)
    return f"{percent(rate)} ±{(high - low) * 50:.1f}"


def interval(low: float | None, high: float | None) -> str:
    """Return the ends of a rate's interval: `84.9 to 89.4%`."""
    if low is None or high is None:
        return UNKNOWN
    return f"{low * 100:.1f} to {high * 100:.1f}%"


def span(seconds: float) -> str:
    """Return a length of time in one unit, rounded down: `<1m`, `3m`, `2h`, `1d`."""
    if seconds < _MINUTE_S:
        return "<1m"
    if seconds < _HOUR_S:
        return f"{int(seconds // _MINUTE_S)}m"
    if seconds < _DAY_S:
        return f"{int(seconds // _HOUR_S)}h"
    return f"{int(seconds // _DAY_S)}d"


def span_range(least: float, most: float) -> str:
    """Return two lengths of time as one, the unit once where it is the same: `3m`, `3-5m`."""
    low, high = span(least), span(most)
    if low == high:
        return low
    if low[-1] == high[-1] and low[0] != "<":
        low = low[:-1]
    return f"{low}{DASH}{high}"


def age(then: datetime | None, now: datetime) -> str:
    """Return how long ago something was; the future (a clock that is off) counts as now."""
    if then is None:
        return UNKNOWN
    return span(max(0.0, (now - then).total_seconds()))


def until(then: datetime | None, now: datetime) -> str:
    """Return how long it is till an instant; `now` when it has passed."""
    if then is None:
        return UNKNOWN
    left = (then - now).total_seconds()
    return span(left) if left > 0 else "now"


def duration(seconds: float | None) -> str:
    """Return a measured time in two units at most: `420ms`, `4.2s`, `1m 05s`, `2h 03m`, `1d 4h`."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return UNKNOWN
    if round(seconds * 1000) < 1000:  # noqa: PLR2004 - milliseconds in a second
        return f"{seconds * 1000:.0f}ms"
    if round(seconds, 1) < _MINUTE_S:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S}m {whole % _MINUTE_S:02d}s"
    if whole < _DAY_S:
        return f"{whole // _HOUR_S}h {whole % _HOUR_S // _MINUTE_S:02d}m"
    return f"{whole // _DAY_S}d {whole % _DAY_S // _HOUR_S}h"


def money(usd: float | None) -> str:
    """Return US dollars: `$0.0042`, `$1.23`, `$1,234`."""
    if usd is None or not math.isfinite(usd):
        return UNKNOWN
    if usd == 0:
        return "$0"
    if abs(usd) < 0.0001:  # noqa: PLR2004 - nobody pays less than a hundredth of a cent
        return "<$0.0001"
    if abs(usd) < 1:
        return f"${usd:.4f}"
    return f"${usd:,.2f}" if abs(usd) < 1000 else f"${usd:,.0f}"  # noqa: PLR2004


def size(n_bytes: int | None) -> str:
    """Return a number of bytes: `812 B`, `1.2 kB`, `10 MB`."""
    if n_bytes is None:
        return UNKNOWN
    for scale, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if n_bytes >= scale:
            value = n_bytes / scale
            return f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}"  # noqa: PLR2004
    return f"{n_bytes} B"


def speed(rows_per_s: float | None) -> str:
    """Return a rate of rows in the unit that gives a readable figure: `12/s`, `34/min`, `2/h`."""
    if rows_per_s is None or not math.isfinite(rows_per_s) or rows_per_s <= 0:
        return UNKNOWN
    if rows_per_s >= 10:  # noqa: PLR2004 - a slower one is clearer per minute
        return f"{rows_per_s:,.0f}/s"
    if rows_per_s * _MINUTE_S >= 1:
        return f"{rows_per_s * _MINUTE_S:,.0f}/min"
    per_hour = rows_per_s * _HOUR_S
    return f"{per_hour:,.0f}/h" if per_hour >= 1 else "<1/h"


def local_time(instant: datetime | None, now: datetime) -> str:
    """Return an instant on the person's own clock: `12:07`, with the date unless it is today's."""
    if instant is None:
        return UNKNOWN
    there, here = instant.astimezone(), now.astimezone()
    if there.date() == here.date():
        return f"{there:%H:%M}"
    return f"{there:%d %b %H:%M}" if there.year == here.year else f"{there:%d %b %Y %H:%M}"


def next_time(at: datetime | None, now: datetime) -> str:
    """Return when something is due, to the second when that is soon: `12:07:41`, `14:30`."""
    if at is None or abs(at - now) >= _SOON:
        return local_time(at, now)
    return f"{at.astimezone():%H:%M:%S}"


def instant(at: datetime | None) -> str:
    """Return an instant in full, local, with its zone: `2026-11-20 12:07:31 UTC`."""
    if at is None:
        return UNKNOWN
    there = at.astimezone(UTC) if at.astimezone().utcoffset() is None else at.astimezone()
    return f"{there:%Y-%m-%d %H:%M:%S %Z}".strip()


def plural(n: int, noun: str) -> str:
    """Return `1 run`, `1,234 runs`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
