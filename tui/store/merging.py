"""What of two answers about one run stays: a list tells less than a detail, and may be stale."""

from collections import Counter
from dataclasses import replace

from tui.models import Counts, Group, ModelUsage, Run, Status
from tui.store.codec import dumps, fingerprint
from tui.store.model_encoders import as_json

_COUNTS = ("total", "done", "passed", "failed", "errored", "skipped", "ungraded")
_KEPT_IF_EMPTY = (
    "name",
    "models",
    "created_at",
    "started_at",
    "deadline_at",
    "last_activity_at",
    "score",
    "criteria",
    "url",
    "raw",
)
_STATE = (
    "status",
    "raw_status",
    "ended_at",
    "last_activity_at",
    "counts",
    "score",
    "criteria",
    "error",
)


def digest(run: Run) -> bytes:
    """Return a fingerprint of an answer."""
    return fingerprint(dumps(as_json(run)))


def state_digest(run: Run) -> bytes:
    """Return a fingerprint of what an answer tells of progress and results.

    Links that are signed anew with every answer and the like do not count.
    """
    told = as_json(run)
    return fingerprint(dumps([told.get(name) for name in _STATE]))


def moved(old: Run, new: Run) -> bool:
    """Return whether a detail answer tells another state or other counts than the stored run."""
    return any(
        getattr(old, name) != getattr(new, name)
        for name in ("status", "raw_status", "ended_at", "counts")
    )


def with_list(old: Run, new: Run, *, news: bool) -> Run:
    """Return the stored run with a list answer merged in.

    Args:
        old: the stored run, perhaps richer.
        new: the list's answer; what it leaves empty stays as it was.
        news: False when the list tells the same state as last time: then a detail answer that
            came in between is newer, and its state stays.
    """
    again = new.status in (Status.QUEUED, Status.RUNNING)
    kept = {name: getattr(new, name) or getattr(old, name) for name in _KEPT_IF_EMPTY}
    merged = replace(
        new,
        **kept,
        group=_group(old.group, new.group),
        ended_at=new.ended_at or (None if again else old.ended_at),
        error=new.error or (None if again else old.error),
        counts=_counts(old.counts, new.counts),
        usage=_costs_kept(old.usage, new.usage) or old.usage,
        metadata={**old.metadata, **new.metadata},
        config={**old.config, **new.config},
        warnings=new.warnings + tuple(each for each in old.warnings if each not in new.warnings),
    )
    return merged if news else replace(merged, **{name: getattr(old, name) for name in _STATE})


def with_detail(old: Run, new: Run) -> Run:
    """Return what stays of the stored run once a detail answer has come: known costs only."""
    return replace(new, usage=_costs_kept(old.usage, new.usage))


def _group(old: Group | None, new: Group | None) -> Group | None:
    if new is None or (old is not None and old.id == new.id and not new.name):
        return old
    return new


def _counts(old: Counts, new: Counts) -> Counts:
    return Counts(
        **{
            name: getattr(old, name) if getattr(new, name) is None else getattr(new, name)
            for name in _COUNTS
        }
    )


def _costs_kept(old: tuple[ModelUsage, ...], new: tuple[ModelUsage, ...]) -> tuple[ModelUsage, ...]:
    """Return the new usage; a cost that is no longer told (GoModel) stays as last known."""
    known = dict(zip(_numbered(old), (usage.cost_usd for usage in old), strict=True))
    return tuple(
        replace(usage, cost_usd=known.get(number)) if usage.cost_usd is None else usage
        for number, usage in zip(_numbered(new), new, strict=True)
    )


def _numbered(usages: tuple[ModelUsage, ...]) -> list[tuple[str, int]]:
    """Return a name for each usage: its model, and which of that model's it is."""
    met: Counter[str] = Counter()
    names = []
    for usage in usages:
        names.append((usage.model, met[usage.model]))
        met[usage.model] += 1
    return names
