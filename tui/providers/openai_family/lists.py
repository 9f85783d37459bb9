"""Cursor paging of this wire family."""

from collections.abc import Mapping

from tui.errors import BadAnswerError, RejectedError
from tui.frozen import frozen
from tui.models import JsonObject
from tui.providers.base import Skipped
from tui.providers.http import HttpClient, ItemBatch
from tui.providers.openai_family.faults import words_of

PAGE_ITEMS = 100
"""The batches' documented maximum; for evals what Microsoft's own client uses."""

SAFE_PAGE_ITEMS = 20
"""The documented default, used once a server has refused `PAGE_ITEMS`."""

_BAD_REQUEST = 400


@frozen
class ListPage:
    """One page of a list."""

    items: tuple[JsonObject, ...]
    """In the API's order, an id at most once."""
    skipped: tuple[Skipped, ...]
    last_id: str | None
    """Where the next page begins, now or when the list has grown; None on an empty page."""
    more: bool
    size: int = 0
    """Bytes of the items as they came."""

    @property
    def cursor(self) -> str | None:
        """The `after` of the next page; None on the last one."""
        return self.last_id if self.more else None


class Lists:
    """Asks for pages, and remembers whether the server takes the large ones."""

    def __init__(self, client: HttpClient, params: Mapping[str, str]) -> None:
        self._client = client
        self._params = params
        self._page_items = PAGE_ITEMS

    async def page(
        self,
        path: str,
        *,
        what: str,
        after: str | None = None,
        limit: int | None = None,
        order: str | None = None,
        drop: tuple[str, ...] = (),
    ) -> ListPage:
        """Return one page.

        Args:
            path: below the base URL.
            what: what an item is called in a `Skipped`.
            after: id of the last object of the previous page.
            limit: a wish, bounded by what the server takes.
            order: `asc` or `desc`; None where the list has no such parameter (batches).
            drop: arrays counted and left out while parsing, see `HttpClient.page`.
        """
        wanted = min(max(1, limit or self._page_items), self._page_items)
        params = {**self._params, "limit": wanted, "order": order, "after": after}
        try:
            batch = await self._client.page("GET", path, under="data", params=params, drop=drop)
        except RejectedError as error:
            if not self._refuses_limit(error, wanted):
                raise
            self._page_items = SAFE_PAGE_ITEMS
            return await self.page(
                path, what=what, after=after, limit=limit, order=order, drop=drop
            )
        return _page(batch, what=what, after=after)

    @staticmethod
    def _refuses_limit(error: RejectedError, wanted: int) -> bool:
        return (
            error.status == _BAD_REQUEST and wanted > SAFE_PAGE_ITEMS and "limit" in words_of(error)
        )


def _page(batch: ItemBatch, *, what: str, after: str | None) -> ListPage:
    items = {_id(item) or f"#{position}": item for position, item in enumerate(batch.items)}
    last_id = _last_id(batch)
    # Without `has_more` the official client goes on until a page is empty.
    more = batch.rest.get("has_more") is not False and last_id is not None
    if more and last_id == after:
        raise BadAnswerError(
            "A list answered the same page again, so its end cannot be reached.",
            remedy="Try again later; what was read so far is kept.",
        )
    skipped = tuple(
        Skipped(what=f"{what} {bad.index + 1} of a page", why=bad.why) for bad in batch.bad
    )
    return ListPage(tuple(items.values()), skipped, last_id, more, batch.size)


def _last_id(batch: ItemBatch) -> str | None:
    """Return the id of the last object; `last_id` is believed only when that one is unreadable.

    A documented sample has a `last_id` unlike the last object's id, and the official client never
    reads it.
    """
    read = next((found for item in reversed(batch.items) if (found := _id(item))), None)
    last = len(batch.items) + len(batch.bad) - 1
    if any(bad.index == last for bad in batch.bad):
        told = batch.rest.get("last_id")
        return told if isinstance(told, str) and told else read
    return read


def _id(item: JsonObject) -> str | None:
    value = item.get("id")
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) and value else None
