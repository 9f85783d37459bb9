"""Evals: what a run belongs to, and the graders its results name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from types import MappingProxyType

from pydantic import ValidationError

from tui.frozen import frozen
from tui.models import CriterionType, Group, JsonObject
from tui.providers.base import RunSource, Skipped
from tui.providers.openai_family.wire import CriterionWire, EvalWire
from tui.providers.wire import instant, why_unreadable

_UUID_TAIL = re.compile(r"-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)

_NUMERIC_GRADERS = frozenset({"score_model", "text_similarity", "python"})
"""Graders whose number means more the higher it is. Foundry's evaluators are not among them:
their scales differ and some are better low, only their verdict can be compared."""


@frozen
class Criterion:
    """One grader of an eval."""

    name: str
    """Display name, distinct within the eval."""
    type: CriterionType
    metric: str | None
    """Foundry: the metric that decides, from the evaluator's own name."""
    threshold: float | None
    summary: JsonObject
    """What the grader is made of, without its prompts."""


@frozen
class EvalDefinition:
    """What the runs of an eval need to know about it."""

    id: str
    name: str | None = None
    created_at: datetime | None = None
    criteria: tuple[Criterion, ...] = ()
    keys: Mapping[str, Criterion] = field(default_factory=lambda: MappingProxyType({}))
    """By criterion id (what results name live) and by name (what documents and Foundry say)."""

    @property
    def group(self) -> Group:
        """The eval as a run's group."""
        return Group(self.id, self.name)

    @property
    def source(self) -> RunSource:
        """The eval as a list of runs."""
        created = None if self.created_at is None else self.created_at.timestamp()
        return RunSource(self.id, self.group, created)

    def criterion(self, key: str) -> Criterion | None:
        """Return the grader a result names by id, name, or name with a UUID tail."""
        return self.keys.get(key) or self.keys.get(_UUID_TAIL.sub("", key))

    def criterion_name(self, key: str) -> str:
        """Return the display name for a result's criterion id or name."""
        found = self.criterion(key)
        return _UUID_TAIL.sub("", key) if found is None else found.name

    def criterion_type(self, key: str) -> CriterionType:
        """Return what the criterion's value is; a verdict when the grader is unknown."""
        found = self.criterion(key)
        return CriterionType.BINARY if found is None else found.type


def grader_type(word: str | None) -> CriterionType:
    """Return what a grader's value is, by the grader's type word; verdict only when unknown."""
    return CriterionType.NUMERIC if word in _NUMERIC_GRADERS else CriterionType.BINARY


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names with repeated ones numbered: `tone`, `tone #2`."""
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return result


def read_eval(item: JsonObject) -> EvalDefinition | Skipped:
    """Map an eval; Skipped when it has no usable id."""
    try:
        wire = EvalWire.model_validate(item)
    except ValidationError as error:
        return Skipped(what="an eval", why=why_unreadable(error))
    graders = [grader for grader in wire.testing_criteria or () if grader is not None]
    names = distinct(_grader_name(grader) for grader in graders)
    criteria = tuple(_criterion(grader, name) for grader, name in zip(graders, names, strict=True))
    keys: dict[str, Criterion] = {}
    for grader, criterion in zip(graders, criteria, strict=True):
        keys.setdefault(criterion.name, criterion)
        if grader.id:
            keys[grader.id] = criterion
    return EvalDefinition(
        id=wire.id,
        name=wire.name or None,
        created_at=instant(wire.created_at),
        criteria=criteria,
        keys=MappingProxyType(keys),
    )


def _grader_name(grader: CriterionWire) -> str:
    return grader.name or _UUID_TAIL.sub("", grader.id or "") or grader.type or "criterion"


def _criterion(grader: CriterionWire, name: str) -> Criterion:
    told = grader.model_dump(exclude_none=True, exclude={"id", "name"})
    evaluator = grader.evaluator_name
    return Criterion(
        name=name,
        type=grader_type(grader.type),
        metric=None if evaluator is None else evaluator.rpartition(".")[2],
        threshold=grader.pass_threshold,
        summary={"name": name, **told},
    )
