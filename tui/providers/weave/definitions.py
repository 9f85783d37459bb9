"""What an evaluation is made of: dataset, trials per row, scorers, and how many rows.

A version of an object never changes, so each is read once and kept.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from tui.errors import MissingError, ProviderError, RejectedError, ServerFaultError
from tui.frozen import frozen
from tui.models import JsonObject
from tui.providers.weave.api import WeaveApi
from tui.providers.weave.numbers import mapping
from tui.providers.weave.refs import Ref, TableRef, name_of, ref_of, table_of
from tui.providers.weave.wire import EvaluationWire

_UNREADABLE = (MissingError, RejectedError, ServerFaultError)
"""How a server refuses an object that is gone or a reference it cannot parse."""
_ALONE = 3


@frozen
class Definition:
    """One version of an evaluation."""

    dataset: str | None
    trials: int
    scorers: tuple[str, ...]
    description: str | None
    rows: int | None
    """Rows of the dataset, without the factor trials; None when it cannot be read."""

    def config(self) -> JsonObject:
        """Return it as part of a run's config."""
        told: JsonObject = {
            "dataset": self.dataset,
            "dataset_rows": self.rows,
            "trials": self.trials,
            "scorers": list(self.scorers),
            "description": self.description,
        }
        return {key: value for key, value in told.items() if value is not None}


class Definitions:
    """The evaluations of one connection, by reference."""

    def __init__(self, api: WeaveApi) -> None:
        self._api = api
        self._known: dict[str, Definition | None] = {}
        """None = it was asked for and cannot be read."""

    def get(self, text: str | None) -> Definition | None:
        """Return what is known, without a request."""
        return self._known.get(text) if text else None

    async def learn_many(self, texts: Iterable[str | None]) -> None:
        """Read all of a page's evaluations in three requests; no failure here costs the page.

        One missing object spoils a batched answer. Then a few are read alone each time, until the
        missing one is known and the rest can be read together.
        """
        wanted = self._unknown(texts)
        if not wanted:
            return
        try:
            evaluations = _evaluations(await self._api.objects(wanted))
            rows = await self._row_counts(evaluations.values())
        except _UNREADABLE:
            with suppress(ProviderError):
                for ref in wanted[:_ALONE]:
                    await self.learn(ref.text)
            return
        except ProviderError:
            return
        self._known.update({text: _definition(told, rows) for text, told in evaluations.items()})

    async def learn(self, text: str | None) -> Definition | None:
        """Read one evaluation; None when it is gone or cannot be read. Raises as requests do."""
        for ref in self._unknown([text]):
            try:
                told = _evaluations(await self._api.objects([ref])).get(ref.text)
            except _UNREADABLE:
                told = None
            if told is None:
                self._known[ref.text] = None
                continue
            try:
                rows = await self._row_counts([told])
            except _UNREADABLE:
                rows = {}
            self._known[ref.text] = _definition(told, rows)
        return self.get(text)

    def _unknown(self, texts: Iterable[str | None]) -> list[Ref]:
        wanted = dict.fromkeys(text for text in texts if text and text not in self._known)
        return [ref for ref in map(ref_of, wanted) if ref is not None]

    async def _row_counts(self, evaluations: Iterable[EvaluationWire]) -> dict[str, int]:
        """Return how many rows the datasets have, by reference; unknown ones are not in it."""
        texts = {told.dataset for told in evaluations if isinstance(told.dataset, str)}
        refs = [ref for ref in map(ref_of, sorted(texts)) if ref is not None]
        values = await self._api.objects(refs)
        rows = {text: mapping(value).get("rows") for text, value in values.items()}
        tables = {table for table in map(table_of, rows.values()) if table is not None}
        counted = await self._api.table_rows(tables)
        return {text: n for text, value in rows.items() if (n := _length(value, counted))}


def _evaluations(found: dict[str, Any]) -> dict[str, EvaluationWire]:
    evaluations: dict[str, EvaluationWire] = {}
    for text, value in found.items():
        try:
            evaluations[text] = EvaluationWire.model_validate(value)
        except ValidationError:
            continue
    return evaluations


def _length(rows: Any, counted: dict[TableRef, int]) -> int | None:
    """Return how many rows there are; none, where nought is also what an unknown table has."""
    if isinstance(rows, list):
        return len(rows)
    table = table_of(rows)
    return counted.get(table) if table else None


def _definition(told: EvaluationWire, rows: dict[str, int]) -> Definition:
    dataset, inline = told.dataset, None
    if not isinstance(dataset, str):
        inner = mapping(dataset).get("rows")
        inline = len(inner) if isinstance(inner, list) and inner else None
        dataset = name_of(dataset)
    names = (name_of(scorer) for scorer in told.scorers or ())
    return Definition(
        dataset=dataset,
        trials=told.trials or 1,
        scorers=tuple(name for name in names if name),
        description=told.description,
        rows=rows.get(dataset, inline) if dataset else inline,
    )
