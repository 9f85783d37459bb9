"""Names of collections, rubrics and pipelines, joined to runs at the price of few requests.

The free tier allows ten requests a minute, so a name is worth at most one list per kind and hour,
and one request by id for what the list did not have. A name that cannot be had is no error: the
run shows the id.
"""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from pydantic import ValidationError

from tui.clock import Clock
from tui.errors import ProviderError
from tui.models import JsonObject, JsonValue
from tui.providers.datalab.wire import NamedWire
from tui.providers.http import HttpClient

_HOUR = 3600.0
_AFTER_FAULT = 300.0
"""Seconds before a kind is asked again that could not be listed just now."""
_PAGE = 200


class NameTable:
    """The names of one kind by id."""

    def __init__(
        self, client: HttpClient, clock: Clock, path: str, *, params: Mapping[str, bool]
    ) -> None:
        self._client = client
        self._clock = clock
        self._path = path
        self._params = dict(params)
        self._names: dict[str, str | None] = {}
        self._list_again_at = float("-inf")
        self._ask_again_at: dict[str, float] = {}

    def get(self, key: str | None) -> str | None:
        """Return the name of an id; None while it is unknown or has none. Asks nobody."""
        return None if key is None else self._names.get(key)

    async def learn(self, keys: Iterable[str | None]) -> None:
        """List this kind, if one of `keys` is unknown and the last list is an hour old."""
        now = self._clock.monotonic()
        if now < self._list_again_at or not self._unknown(keys):
            return
        # Set before asking, so that simultaneous callers ask once; and whatever ends the asking.
        self._list_again_at = now + _AFTER_FAULT
        try:
            answer = await self._client.request(
                "GET", self._path, params={"limit": _PAGE, **self._params}
            )
        except ProviderError as error:
            if not error.retryable:
                self._list_again_at = now + _HOUR
            return
        self._list_again_at = now + _HOUR
        for item in _first_list(answer.data):
            self._keep(item)

    async def learn_one(self, key: str | None) -> None:
        """Make sure that one id was asked for: by the list, then by itself (once an hour)."""
        if key is None:
            return
        await self.learn((key,))
        now = self._clock.monotonic()
        if key in self._names or now < self._ask_again_at.get(key, float("-inf")):
            return
        self._ask_again_at[key] = now + _AFTER_FAULT
        try:
            answer = await self._client.request("GET", f"{self._path}/{quote(key, safe='')}")
        except ProviderError as error:
            if not error.retryable:
                self._ask_again_at[key] = now + _HOUR
        else:
            self._ask_again_at[key] = now + _HOUR
            self._keep(answer.data, key)

    def _unknown(self, keys: Iterable[str | None]) -> bool:
        return any(key is not None and key not in self._names for key in keys)

    def _keep(self, item: JsonValue, key: str | None = None) -> None:
        try:
            wire = NamedWire.model_validate(item)
        except ValidationError:
            return
        # Runs call a pipeline by its `pipeline_id`; the others have only `id`.
        found = key or wire.pipeline_id or wire.id
        if found is not None:
            self._names[found] = wire.name or None


class Names:
    """The three tables of one connection."""

    def __init__(self, client: HttpClient, clock: Clock) -> None:
        self.collections = NameTable(
            client, clock, "/api/v1/collections", params={"include_archived": True}
        )
        self.rubrics = NameTable(
            client, clock, "/api/v1/eval_rubrics", params={"include_archived": True}
        )
        self.pipelines = NameTable(
            client,
            clock,
            "/api/v1/pipelines",
            params={"include_archived": True, "saved_only": False},
        )

    async def learn(self, runs: Iterable[JsonObject]) -> None:
        """Ask for the lists that could name something in `runs`: at most three requests."""
        seen = list(runs)
        await asyncio.gather(
            self.collections.learn(_ids(seen, "collection_id")),
            self.rubrics.learn(_ids(seen, "eval_rubric_id")),
            self.pipelines.learn(_ids(seen, "pipeline_id")),
        )

    async def learn_one(self, run: JsonObject) -> None:
        """Ask for whatever could name this run: at most six requests, mostly none."""
        await asyncio.gather(
            self.collections.learn_one(_id(run, "collection_id")),
            self.rubrics.learn_one(_id(run, "eval_rubric_id")),
            self.pipelines.learn_one(_id(run, "pipeline_id")),
        )


def _id(run: JsonObject, field: str) -> str | None:
    value = run.get(field)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value) or None


def _ids(runs: list[JsonObject], field: str) -> list[str | None]:
    return [_id(run, field) for run in runs]


def _first_list(data: JsonValue) -> list[JsonValue]:
    """Return the first list in an answer: the rubric list's key is documented nowhere."""
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        return next((value for value in data.values() if isinstance(value, list)), [])
    return []
