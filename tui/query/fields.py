"""What can be asked of runs and of rows: the fields of a filter."""

from collections.abc import Mapping
from enum import Enum

from tui.frozen import frozen
from tui.models import CONCERNS, CriterionType, Outcome, ProviderKind, RunKind, Status


class Kind(Enum):
    """What values a field has, and so what they may be compared with."""

    TEXT = "text"
    WORD = "word"
    """One of a few known words."""
    TRUTH = "truth"
    NUMBER = "number"
    RATE = "rate"
    AGE = "age"
    """Seconds before now."""
    SPAN = "span"
    """Seconds."""
    DATE = "date"
    BODY = "body"
    """Text of any length: what it says is asked, not what it equals."""
    JSON = "json"
    """Whatever a provider put there: decided value by value."""


@frozen
class Field:
    """One field."""

    name: str
    """As it is written; dots are part of it."""
    kind: Kind
    aliases: tuple[str, ...] = ()
    """Other names, e.g. the key in JSON records."""
    words: tuple[str, ...] = ()
    """What a `Kind.WORD` can be."""
    inner: Mapping[str, "Field"] | None = None
    """Of what has named things within: the fields of one such thing (`criteria.NAME.score`)."""


@frozen
class Fields:
    """All fields of one target."""

    target: str
    """What is filtered, in the plural."""
    by_name: Mapping[str, Field]
    """By name and alias."""


def _words(words: type[Enum]) -> tuple[str, ...]:
    return tuple(str(word.value) for word in words)


def _by_name(*fields: Field) -> dict[str, Field]:
    return {name: field for field in fields for name in (field.name, *field.aliases)}


_BODIES = tuple(Field(name, Kind.BODY) for name in ("output", "input", "reason", "expected"))
"""Of a row, the texts of its trials; of a run, of all its stored rows."""

RUN_FIELDS = Fields(
    "runs",
    _by_name(
        Field("status", Kind.WORD, words=_words(Status)),
        Field("raw_status", Kind.TEXT),
        Field("live", Kind.TRUTH),
        Field("name", Kind.TEXT),
        Field("id", Kind.TEXT),
        Field("ref", Kind.TEXT),
        Field("connection", Kind.TEXT),
        Field("provider", Kind.WORD, words=_words(ProviderKind)),
        Field("kind", Kind.WORD, words=_words(RunKind)),
        Field("group", Kind.TEXT),
        Field("group.id", Kind.TEXT),
        Field("group.name", Kind.TEXT),
        Field("model", Kind.TEXT, ("models",)),
        Field("age", Kind.AGE),
        Field("started", Kind.DATE, ("started_at",)),
        Field("created", Kind.DATE, ("created_at",)),
        Field("ended", Kind.DATE, ("ended_at",)),
        Field("duration", Kind.SPAN),
        Field("pass_rate", Kind.RATE),
        Field("score", Kind.NUMBER, ("score.mean",)),
        Field("score.min", Kind.NUMBER),
        Field("score.max", Kind.NUMBER),
        *(
            Field(name, Kind.NUMBER, (f"counts.{name}",))
            for name in ("total", "done", "passed", "failed", "errored", "skipped", "ungraded")
        ),
        *(
            Field(name, Kind.NUMBER, (f"usage.{name}",))
            for name in ("requests", "input_tokens", "output_tokens", "cached_tokens")
        ),
        Field("tokens", Kind.NUMBER, ("total_tokens", "usage.total_tokens")),
        Field("cost", Kind.NUMBER, ("cost_usd", "usage.cost_usd")),
        Field("error", Kind.TEXT, ("error.message",)),
        Field("error.code", Kind.TEXT),
        Field("url", Kind.TEXT),
        Field("warning", Kind.TEXT, ("warnings",)),
        Field("concern", Kind.WORD, words=CONCERNS),
        Field("watched", Kind.TRUTH),
        Field("baseline", Kind.TRUTH),
        Field("changed", Kind.TRUTH),
        Field(
            "criteria",
            Kind.TEXT,
            inner=_by_name(
                Field("type", Kind.WORD, words=_words(CriterionType)),
                Field("score", Kind.NUMBER, ("mean",)),
                Field("pass_rate", Kind.RATE),
                *(Field(name, Kind.NUMBER) for name in ("n", "passed", "failed", "errored")),
            ),
        ),
        Field("metadata", Kind.JSON),
        Field("config", Kind.JSON),
        *_BODIES,
    ),
)
"""Of runs, as they are shown: with the counts, score and criteria that are best known. `started`
falls back to the creation like the order of the list, `age` also to when it was first seen.
`changed` is whether something happened to it that the person has not seen."""

ROW_FIELDS = Fields(
    "rows",
    _by_name(
        Field("outcome", Kind.WORD, words=_words(Outcome)),
        Field("unstable", Kind.TRUTH),
        Field("key", Kind.TEXT, ("id",)),
        Field("label", Kind.TEXT),
        Field("index", Kind.NUMBER),
        Field("score", Kind.NUMBER),
        Field("trials", Kind.NUMBER, ("trials_n",)),
        Field("instability", Kind.RATE),
        Field("latency", Kind.SPAN, ("latency_s",)),
        Field("tokens", Kind.NUMBER, ("total_tokens", "usage.total_tokens")),
        *(
            Field(name, Kind.NUMBER, (f"usage.{name}",))
            for name in ("input_tokens", "output_tokens", "cached_tokens")
        ),
        Field("cost", Kind.NUMBER, ("cost_usd", "usage.cost_usd")),
        Field("preview", Kind.TEXT),
        Field("error", Kind.TEXT, ("error.message",)),
        Field("error.code", Kind.TEXT),
        Field(
            "criteria",
            Kind.TEXT,
            inner=_by_name(
                Field("passed", Kind.TRUTH),
                Field("score", Kind.NUMBER),
                Field("label", Kind.TEXT),
                Field("error", Kind.TEXT),
            ),
        ),
        Field("extra", Kind.JSON),
        *_BODIES,
    ),
)
"""Of rows, as their heads have them: a criterion's label ends after 120 characters, the preview
after 200, an error after 2,000; the bodies are whole. `instability` is the chance that two graded
trials differ."""
