"""A second, slow reading of filters: over the records promised to scripts, one at a time."""

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from unicodedata import combining, normalize

import regex

from tui.models import JsonObject, Outcome, Trial
from tui.outcomes import instability
from tui.query import Compare, Node, Not, Or, Word
from tui.store import RowHead, StoredRun

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
SIGNS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NAMES = {
    "id": "key",
    "latency": "latency_s",
    "trials": "trials_n",
    "cost": "usage.cost_usd",
    "tokens": "usage.total_tokens",
    "input_tokens": "usage.input_tokens",
    "error": "error.message",
    "error.code": "error.code",
}
RUN_NAMES = {
    "model": "models",
    "score": "score.mean",
    "warning": "warnings",
    "error": "error.message",
    "error.code": "error.code",
    "group.name": "group.name",
    "score.max": "score.max",
    "tokens": "total_tokens",
    "cost": "cost_usd",
    "created": "created_at",
    **{
        name: f"counts.{name}"
        for name in ("total", "done", "passed", "failed", "errored", "skipped", "ungraded")
    },
}


def matches(node: Node, record: JsonObject, words: list[str | None], kinds: dict[str, str]) -> bool:
    """Return whether a record passes a filter.

    Args:
        node: the filter's syntax.
        record: its `run_record` or `row_record`, with what filters know beside it.
        words: the texts bare words are looked for in.
        kinds: how the fields that are not text are compared.
    """
    return _answer(node, record, words, kinds) is True


def _answer(
    node: Node, record: JsonObject, words: list[str | None], kinds: dict[str, str]
) -> bool | None:
    if isinstance(node, Word):
        wanted = node.text.casefold()
        return any(wanted in (text or "").casefold() for text in words)
    if isinstance(node, Not):
        answer = _answer(node.node, record, words, kinds)
        return None if answer is None else not answer
    if isinstance(node, Compare):
        return _compare(node, record, kinds)
    answers = [_answer(each, record, words, kinds) for each in node.nodes]
    decisive = isinstance(node, Or)
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


def _compare(node: Compare, record: JsonObject, kinds: dict[str, str]) -> bool | None:
    values = _values(node.path, record)
    if node.value == "none" and not node.quoted:
        return (not values) == (node.op == ":")
    if not values:
        return None
    kind = kinds.get(node.path[-1] if node.path[0] == "criteria" else node.path[0], "text")
    answers = [
        _one(kind, "=" if node.op in (":", "!=") else node.op, v, node.value) for v in values
    ]
    if all(answer is None for answer in answers):
        return None
    return (True in answers) != (node.op == "!=")


def _values(path: tuple[str, ...], record: JsonObject) -> list[Any]:
    """Return what is known under a path: none, one, or the members of a list."""
    name = ".".join(path)
    found = record[name] if name in record else _look_up(record, path)
    if path == ("criteria",):
        found = [*_look_up(record, path)]  # of criteria alone the names are asked
    members = found if isinstance(found, list) else [found]
    return [member for member in members if member not in (None, "", {}, [])]


def _says(text: str, wanted: str) -> bool:
    """Return whether the words of `wanted` follow each other in the text, the last one begun."""
    said, looked_for = _words(text), _words(wanted)
    last = looked_for.pop()
    ends = range(len(looked_for), len(said))
    return any(
        said[end - len(looked_for) : end] == looked_for
        and (said[end] == last or (len(last) >= 3 and said[end].startswith(last)))
        for end in ends
    )


def _words(text: str) -> list[str]:
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    letters = [letter for letter in apart if not combining(letter)]
    return "".join(one if one.isalnum() or one == "_" else " " for one in letters).split()


def _one(kind: str, op: str, value: Any, wanted: str) -> bool | None:
    if kind == "body" and op != "~":
        return _says(str(value), wanted)
    return _plain(kind, op, value, wanted)


def _plain(kind: str, op: str, value: Any, wanted: str) -> bool | None:
    if op == "~":
        return regex.search(wanted, str(value), regex.IGNORECASE) is not None
    if kind == "text" or (kind == "json" and op == "="):
        return str(value).casefold() == wanted.casefold()
    if kind == "truth":
        return bool(value) == (wanted == "true")
    if kind == "date":
        return _in_time(op, datetime.fromisoformat(value), wanted)
    try:
        return SIGNS[op](float(value), _figure(wanted))
    except ValueError:
        return None


def _in_time(op: str, value: datetime, wanted: str) -> bool:
    day = datetime.fromisoformat(wanted).replace(tzinfo=UTC)
    after = day + timedelta(days=1)
    return {
        "=": day <= value < after,
        "<": value < day,
        "<=": value < after,
        ">": value >= after,
        ">=": value >= day,
    }[op]


def _figure(wanted: str) -> float:
    if wanted[-1] in UNITS:
        return float(wanted[:-1]) * UNITS[wanted[-1]]
    return float(wanted[:-1]) / 100 if wanted[-1] == "%" else float(wanted)


def row_facts(
    record: JsonObject, head: RowHead, trials: Iterable[Trial]
) -> tuple[JsonObject, list[str | None]]:
    """Return a row's record under the filter's names, and its words."""
    facts = _renamed(record, NAMES) | bodies_of(trials)
    passed, failed = (head.outcomes.count(one) for one in (Outcome.PASSED, Outcome.FAILED))
    facts |= {"unstable": head.unstable, "preview": head.preview}
    facts["instability"] = instability(passed, passed + failed)
    usage = head.usage
    if usage is not None and usage.total_tokens is None:
        parts = [n for n in (usage.input_tokens, usage.output_tokens) if n is not None]
        facts["tokens"] = sum(parts) if parts else None
    message = None if head.error is None else head.error.message
    return facts, [head.key, head.label, head.preview, message]


def bodies_of(trials: Iterable[Trial]) -> JsonObject:
    """Return the texts of some trials, which must be plain ones."""
    trials = list(trials)
    return {
        "output": [one.output for one in trials],
        "input": [one.input for one in trials],
        "expected": [one.expected for one in trials],
        "reason": [
            "\n".join(part for score in one.scores for part in (score.reason, score.label) if part)
            for one in trials
        ],
    }


def run_facts(
    record: JsonObject, stored: StoredRun, now: datetime, trials: Iterable[Trial]
) -> tuple[JsonObject, list[str | None]]:
    """Return a run's record under the filter's names, and its words."""
    run = stored.run
    sums: JsonObject = {}
    for name in ("requests", "input_tokens", "cost_usd"):
        known = [getattr(one, name) for one in run.usage if getattr(one, name) is not None]
        sums[name] = sum(known) if known else None
    all_tokens = [
        one.total_tokens
        if one.total_tokens is not None
        else (one.input_tokens or 0) + (one.output_tokens or 0)
        for one in run.usage
        if (one.total_tokens, one.input_tokens, one.output_tokens) != (None, None, None)
    ]
    sums["total_tokens"] = sum(all_tokens) if all_tokens else None
    facts = _renamed({**record, **sums}, RUN_NAMES)
    began = run.started_at or run.created_at
    end = run.ended_at or (now if run.live else None)
    # A record also tells of rows that are not there, which a filter does not.
    facts["warning"] = [
        *(concern.sentence for concern in stored.concerns),
        *run.warnings,
        *stored.sync.notes,
    ]
    facts["live"] = run.live
    facts["started"] = None if began is None else began.isoformat()
    facts["ended"] = record["ended_at"]
    facts["age"] = (now - (began or stored.first_seen_at)).total_seconds()
    facts["duration"] = None if None in (began, end) else (end - began).total_seconds()  # type: ignore[operator] # both known
    facts |= bodies_of(trials)
    facts["group"] = [] if run.group is None else [run.group.id, run.group.name]
    facts["criteria"] = {
        one.name: {"score": one.mean, "passed": one.passed} for one in run.criteria
    }
    group = [] if run.group is None else [run.group.name, run.group.id]
    joined = "\n".join(
        text
        for text in (
            run.name,
            run.id,
            *group,
            *run.models,
            run.ref.connection,
            run.provider,
            run.status,
            run.raw_status,
        )
        if text
    )
    return facts, [joined]


def _renamed(record: JsonObject, names: dict[str, str]) -> JsonObject:
    renamed = {name: _look_up(record, path.split(".")) for name, path in names.items()}
    return {**record, **renamed}


def _look_up(record: JsonObject, path: Sequence[str]) -> Any:
    found: Any = record
    for place, key in enumerate(path):
        if isinstance(found, list):
            return [each for item in found if (each := _look_up(item, path[place:])) is not None]
        found = found.get(key) if isinstance(found, dict) else None
    return found
