"""Whether the person should look at a run, or said that they want to be told of it, as SQL."""

NEWS = "NOT seen AND kind NOT IN ('queued', 'running', 'unknown')"
"""Condition on events: not seen yet, and more than that a run has begun or gone on."""
HAS_NEWS = f"EXISTS(SELECT 1 FROM event WHERE event.run = run.id AND {NEWS})"  # noqa: S608 - ours
IS_WATCHED = "EXISTS(SELECT 1 FROM watched WHERE watched.run = run.id)"
