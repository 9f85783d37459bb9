"""Which lists to ask in one tick when a connection has one per eval (design section 6)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tui.frozen import frozen
from tui.providers.base import RunSource

RECENT = timedelta(days=2)
"""An eval whose newest run is younger counts as recently active."""
LIVE_SHARE = 0.5
"""At most this share of a tick goes to known live evals, so that the others are not starved."""


@frozen
class SourceFacts:
    """What is known of one source when a tick is planned."""

    source: RunSource
    checked_at: datetime | None
    """None when it was never asked."""
    has_live: bool
    newest_run_at: datetime | None


def choose(facts: Iterable[SourceFacts], *, now: datetime, most: int) -> list[RunSource]:
    """Return the sources to ask now: live, new, recently active, then the longest unasked.

    With few sources all are returned. Live ones beyond their share wait for the next tick; the one
    asked longest ago comes first within each class.
    """
    known = list(facts)
    if len(known) <= most:
        return [fact.source for fact in sorted(known, key=lambda fact: not fact.has_live)]

    def age(fact: SourceFacts) -> datetime:
        return fact.checked_at or datetime.min.replace(tzinfo=now.tzinfo)

    live = sorted((fact for fact in known if fact.has_live), key=age)
    live = live[: max(1, int(most * LIVE_SHARE))]
    chosen = {fact.source.id for fact in live}
    rest = [fact for fact in known if fact.source.id not in chosen]

    def rank(fact: SourceFacts) -> tuple[int, datetime]:
        if fact.checked_at is None:
            return 0, age(fact)
        recent = fact.newest_run_at is not None and now - fact.newest_run_at < RECENT
        return 1, age(fact) - RECENT if recent else age(fact)

    rest.sort(key=rank)
    return [fact.source for fact in (live + rest)[:most]]


def per_tick(limit_per_min: int, interval_s: float) -> int:
    """Return how many lists one tick may ask: half of the budget that accrues between ticks."""
    return max(1, int(limit_per_min * interval_s / 60 / 2))
