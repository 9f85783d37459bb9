"""The requests of one Weave project, without a meaning put on their answers."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeVar
from urllib.parse import quote

from tui.errors import BadAnswerError, RejectedError
from tui.frozen import frozen
from tui.models import JsonObject, JsonValue
from tui.providers.http import BadItem, HttpClient, ItemBatch
from tui.providers.weave.faults import refused_keys
from tui.providers.weave.numbers import count, mapping
from tui.providers.weave.refs import Ref, TableRef

T = TypeVar("T")

FILTER_ENTRIES = 1000
"""Most entries of one filter list, refs of one batch."""


@frozen
class Lines:
    """A line-delimited answer, whole."""

    items: tuple[JsonObject, ...]
    bad: tuple[BadItem, ...]

    @property
    def told(self) -> int:
        """How many lines came, readable or not."""
        return len(self.items) + len(self.bad)


class WeaveApi:
    """One project's endpoints.

    Older servers refuse body keys they do not know: a key that a 422 names is dropped for good,
    and the request made once more.
    """

    def __init__(self, client: HttpClient, entity: str, project: str) -> None:
        self._client = client
        self._project_id = f"{entity}/{project}"
        self._v2 = f"/v2/{quote(entity, safe='')}/{quote(project, safe='')}"
        self._refused: dict[str, frozenset[str]] = {}
        """By path."""

    @property
    def project_id(self) -> str:
        """`entity/project`, as v1 bodies and refs spell it."""
        return self._project_id

    def op(self, name: str) -> str:
        """Return a filter entry for all versions of an op."""
        return f"weave:///{self._project_id}/op/{name}:*"

    async def calls(self, query: JsonObject) -> Lines:
        """Return the calls of a bounded query (`/calls/stream_query`)."""
        return await self._lines("/calls/stream_query", query)

    async def call(self, call_id: str) -> JsonObject | None:
        """Return a call with all its fields; None when there is none of that id."""
        answer = await self._request("/call/read", {"id": call_id, "include_costs": True})
        value = answer.get("call")
        return value if isinstance(value, dict) else None

    async def call_count(self, query: JsonObject) -> int:
        """Return how many calls match."""
        answer = await self._request("/calls/query_stats", query)
        found = count(answer.get("count"))
        if found is None:
            raise strange("a count")
        return found

    async def evaluation_runs(self) -> Lines:
        """Return the runs made through the v2 API, oldest first; those of the SDK are not in it."""
        items: list[JsonObject] = []
        bad: list[BadItem] = []
        stream = self._client.stream_lines("GET", f"{self._v2}/evaluation_runs")
        async with aclosing(stream):
            async for batch in stream:
                items.extend(batch.items)
                bad.extend(batch.bad)
        return Lines(tuple(items), tuple(bad))

    async def results_page(self, run_id: str, *, limit: int, offset: int) -> ItemBatch:
        """Return a page of rows with their trials, in the order of their digests."""
        path = f"{self._v2}/eval_results/query"

        async def send(body: JsonObject) -> ItemBatch:
            return await self._client.page("POST", path, under="rows", body=body, deadline_s=60.0)

        body: JsonObject = {
            "evaluation_call_ids": [run_id],
            "include_raw_data_rows": True,
            "resolve_row_refs": True,
            "include_costs": True,
            "limit": limit,
        }
        return await self._lenient(path, send, body | ({"offset": offset} if offset else {}))

    async def results_summary(self, *run_ids: str) -> JsonObject:
        """Return the scorer statistics; in a request of its own, for it loads all rows there.

        Of several runs, over the rows that all of them have.
        """
        path = f"{self._v2}/eval_results/query"

        async def send(body: JsonObject) -> JsonObject:
            answer = await self._client.request("POST", path, body=body, deadline_s=60.0)
            return _object(answer.data)

        body: JsonObject = {
            "evaluation_call_ids": [*run_ids],
            "include_rows": False,
            "include_summary": True,
        }
        if len(run_ids) > 1:
            body["require_intersection"] = True
        return await self._lenient(path, send, body)

    async def objects(self, refs: Sequence[Ref]) -> dict[str, JsonValue]:
        """Return the stored objects by reference text; raises MissingError when one is gone."""
        if not refs:
            return {}
        if len(refs) == 1:
            [ref] = refs
            body: JsonObject = {
                "project_id": ref.project_id,
                "object_id": ref.name,
                "digest": ref.digest,
            }
            answer = await self._request("/obj/read", body)
            return {ref.text: mapping(answer.get("obj")).get("val")}
        texts = [ref.text for ref in refs[:FILTER_ENTRIES]]
        answer = await self._request("/refs/read_batch", {"refs": [*texts]}, scoped=False)
        values = answer.get("vals")
        if not isinstance(values, list) or len(values) != len(texts):
            raise strange("a list of objects")
        return dict(zip(texts, values, strict=True))

    async def table_rows(self, tables: set[TableRef]) -> dict[TableRef, int]:
        """Return how many rows each table has; one that is not known is not in it."""
        found: dict[TableRef, int] = {}
        for project_id in sorted({table.project_id for table in tables}):
            digests = sorted(table.digest for table in tables if table.project_id == project_id)
            for digest, entry in (await self._tables(project_id, digests)).items():
                rows = count(mapping(entry).get("count"))
                if rows is not None:
                    found[TableRef(project_id, digest)] = rows
        return found

    async def _tables(self, project_id: str, digests: list[str]) -> dict[str, Any]:
        if len(digests) == 1:
            one: JsonObject = {"project_id": project_id, "digest": digests[0]}
            return {digests[0]: await self._request("/table/query_stats", one)}
        body: JsonObject = {"project_id": project_id, "digests": [*digests]}
        answer = await self._request("/table/query_stats_batch", body)
        entries = answer.get("tables")
        return {
            str(entry.get("digest")): entry
            for entry in (entries if isinstance(entries, list) else ())
            if isinstance(entry, dict)
        }

    async def _request(self, path: str, body: JsonObject, *, scoped: bool = True) -> JsonObject:
        async def send(allowed: JsonObject) -> JsonObject:
            return _object((await self._client.request("POST", path, body=allowed)).data)

        scope: JsonObject = {"project_id": self._project_id} if scoped else {}
        return await self._lenient(path, send, {**scope, **body})

    async def _lines(self, path: str, body: JsonObject) -> Lines:
        async def send(allowed: JsonObject) -> Lines:
            items: list[JsonObject] = []
            bad: list[BadItem] = []
            stream = self._client.stream_lines(
                "POST", path, body=allowed, batch_items=FILTER_ENTRIES
            )
            async with aclosing(stream):
                async for batch in stream:
                    items.extend(batch.items)
                    bad.extend(batch.bad)
            return Lines(tuple(items), tuple(bad))

        return await self._lenient(path, send, {"project_id": self._project_id, **body})

    async def _lenient(
        self, path: str, send: Callable[[JsonObject], Awaitable[T]], body: JsonObject
    ) -> T:
        try:
            return await send(self._allowed(path, body))
        except RejectedError as error:
            unknown = refused_keys(error) & body.keys()
            if not unknown:
                raise
            self._refused[path] = self._refused.get(path, frozenset()) | unknown
            return await send(self._allowed(path, body))

    def _allowed(self, path: str, body: JsonObject) -> JsonObject:
        refused = self._refused.get(path, frozenset())
        return {key: value for key, value in body.items() if key not in refused}


def strange(what: str) -> BadAnswerError:
    """Return the error for an answer that is something else than promised."""
    return BadAnswerError(
        f"Weave answered with something that is not {what}.",
        remedy="Check that base_url is a Weave trace service's; if it is, try again later.",
    )


def _object(data: JsonValue) -> JsonObject:
    if not isinstance(data, dict):
        raise strange("an object")
    return data
