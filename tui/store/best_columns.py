"""What is best known of a run as SQL, so that filters ask no Python.

The rules are those of `tui.store.effective`; a test holds both against each other.
"""

_TOLD = "CAST(run.told AS TEXT)"
_STORED = {
    "passed": "passed",
    "failed": "failed",
    "errored": "errored",
    "skipped": "skipped_n",
    "ungraded": "ungraded",
}
"""Each outcome that a provider counts, and the sum of the stored rows that have it."""


def _told(path: str) -> str:
    return f"json_extract({_TOLD}, '$.{path}')"


_COUNTED = [_told(f"counts.{name}") for name in _STORED]
_ENDED = " + ".join(f"coalesce({count}, 0)" for count in _COUNTED)
_WINS = (
    "(sync.completed NOT NULL AND sync.trial_ended_n"
    f" >= coalesce({_told('counts.done')}, {_ENDED}))"
)
_NOTHING_COUNTED = f"coalesce({', '.join(_COUNTED)}) IS NULL"


def _outcome(name: str) -> str:
    told = _told(f"counts.{name}")
    return (
        f"CASE WHEN NOT sync.row_n THEN {told}"
        f" WHEN {_WINS} OR {_NOTHING_COUNTED} THEN sync.{_STORED[name]} ELSE {told} END"
    )


def _done() -> str:
    told, stored = _told("counts.done"), "sync.row_n - sync.pending"
    return (
        f"CASE WHEN NOT sync.row_n THEN {told}"
        f" WHEN {_WINS} THEN {stored} ELSE coalesce({told}, {stored}) END"
    )


def _score(part: str, stored: str) -> str:
    told = _told(f"score.{part}")
    return (
        f"CASE WHEN NOT sync.score_n OR ({_told('score')} NOT NULL AND NOT {_WINS})"
        f" THEN {told} ELSE {stored} END"
    )


def _end_of_scores(way: str) -> str:
    return (
        "(SELECT score FROM row WHERE row.run = sync.run AND score NOT NULL"  # noqa: S608 - our own
        f" ORDER BY score {way} LIMIT 1)"
    )


def _of_run(expression: str) -> str:
    return f"(SELECT {expression} FROM sync WHERE sync.run = run.id)"  # noqa: S608 - our own


def _rate(passed: str, failed: str) -> str:
    return (
        "(SELECT CAST(passed AS REAL) / nullif(passed + failed, 0)"  # noqa: S608 - our own
        f" FROM (SELECT {passed} AS passed, {failed} AS failed FROM sync WHERE sync.run = run.id))"
    )


COLUMNS = {
    "total": _told("counts.total"),
    "done": _of_run(_done()),
    **{name: _of_run(_outcome(name)) for name in _STORED},
    "pass_rate": _rate(_outcome("passed"), _outcome("failed")),
    "score": _of_run(_score("mean", "sync.score_sum / sync.score_n")),
    "score.min": _of_run(_score("min", _end_of_scores("ASC"))),
    "score.max": _of_run(_score("max", _end_of_scores("DESC"))),
}
"""Field of a filter on runs → expression over the table `run`; NULL is unknown."""
ROWS_TELL_CRITERIA = _of_run(
    f"sync.row_n AND (coalesce(json_array_length({_TOLD}, '$.criteria'), 0) = 0 OR {_WINS})"
)
"""Whether a run's criteria are those of its stored rows, if these have any."""
