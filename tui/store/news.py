"""Whether the person should look at a run, or said that they want to be told of it, as SQL."""

WORTH_TELLING = "kind NOT IN ('queued', 'running', 'unknown')"
"""Condition on events: more than that a run has begun or gone on."""
NEWS = f"NOT seen AND {WORTH_TELLING}"
"""Condition on events: such a one that the person has not seen yet."""
HAS_NEWS = f"EXISTS(SELECT 1 FROM event WHERE event.run = run.id AND {NEWS})"  # noqa: S608 - ours
IS_WATCHED = "EXISTS(SELECT 1 FROM watched WHERE watched.run = run.id)"
IS_BASELINE = (
    "EXISTS(SELECT 1 FROM baseline"
    " WHERE baseline.connection = run.connection AND baseline.path = run.path)"
)
