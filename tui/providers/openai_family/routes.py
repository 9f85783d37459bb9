"""The evals routes, and what their refusals mean."""

from urllib.parse import quote

from tui.clock import Clock
from tui.errors import (
    AuthError,
    BadAnswerError,
    MissingError,
    ProviderError,
    RejectedError,
    RetiredError,
)
from tui.models import JsonObject
from tui.providers.http import HttpClient
from tui.providers.openai_family.dialect import Dialect
from tui.providers.openai_family.lists import ListPage, Lists
from tui.providers.openai_family.retirement import retired, suspect
from tui.providers.openai_family.run_config import INLINE_ROWS

_WRONG_METHOD = 405


def eval_path(eval_id: str) -> str:
    """Return the path of an eval."""
    return f"/evals/{quote(eval_id, safe='')}"


def runs_path(eval_id: str) -> str:
    """Return the path of an eval's runs."""
    return f"{eval_path(eval_id)}/runs"


def run_path(eval_id: str, run_id: str) -> str:
    """Return the path of one run."""
    return f"{runs_path(eval_id)}/{quote(run_id, safe='')}"


def batch_path(batch_id: str) -> str:
    """Return the path of one batch."""
    return f"/batches/{quote(batch_id, safe='')}"


class Routes:
    """Asks for objects and lists; tells a missing object from a service that has ended."""

    def __init__(self, client: HttpClient, dialect: Dialect, clock: Clock) -> None:
        self._client = client
        self._dialect = dialect
        self._clock = clock
        self.lists = Lists(client, dialect.params)

    async def get(self, path: str) -> JsonObject:
        """Return an object that is no eval's; an inline dataset is left out."""
        answer = await self._client.request(
            "GET", path, params=self._dialect.params, drop=(INLINE_ROWS,)
        )
        if not isinstance(answer.data, dict):
            raise BadAnswerError(
                f"{self._dialect.connection} answered with JSON of the wrong kind.",
                remedy="Check base_url: it must end in the API's own prefix, such as /v1.",
                status=answer.status,
                request_id=answer.request_id,
            )
        return answer.data

    async def cancel(self, paths: tuple[str, ...]) -> JsonObject:
        """Post to the first of these paths that the host knows, and return the object it answers.

        Only 404 and 405 lead to the next path: anything else may have cancelled it.
        """
        for path in paths[:-1]:
            try:
                return await self._post(path)
            except MissingError:
                continue
            except RejectedError as error:
                if error.status != _WRONG_METHOD:
                    raise
        return await self._post(paths[-1])

    async def _post(self, path: str) -> JsonObject:
        answer = await self._client.request(
            "POST", path, params=self._dialect.params, drop=(INLINE_ROWS,), once=True
        )
        return answer.data if isinstance(answer.data, dict) else {}

    async def get_of_eval(self, path: str) -> JsonObject:
        """Return an eval, or an object that belongs to one."""
        try:
            return await self.get(path)
        except (MissingError, AuthError) as error:
            await self._raise_if_retired(error)
            raise

    async def list_of_eval(
        self,
        path: str,
        *,
        what: str,
        after: str | None = None,
        limit: int | None = None,
        order: str,
        drop: tuple[str, ...] = (),
    ) -> ListPage:
        """Return a page of what belongs to an eval."""
        try:
            return await self.lists.page(
                path, what=what, after=after, limit=limit, order=order, drop=drop
            )
        except (MissingError, AuthError) as error:
            await self._raise_if_retired(error)
            raise

    async def evals(self, after: str | None = None, limit: int | None = None) -> ListPage:
        """Return a page of the evals, newest first. Raises RetiredError when they have ended."""
        try:
            return await self.lists.page(
                "/evals", what="eval", after=after, limit=limit, order="desc"
            )
        except (MissingError, AuthError) as error:
            ended = retired(error, self._clock.now()) if self._dialect.retires else None
            if ended is None:
                raise
            raise ended from error

    async def _raise_if_retired(self, error: ProviderError) -> None:
        """Ask the list of evals, which alone can tell."""
        if self._dialect.retires and suspect(error, self._clock.now()):
            try:
                await self.evals(limit=1)
            except RetiredError:
                raise
            except ProviderError:
                return
