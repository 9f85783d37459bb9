"""How tests ask a simulated API: without httpx and without a socket."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tui.demo.apis import KEYS, apis
from tui.demo.facts import Account
from tui.demo.wire import Api, Request, Response
from tui.demo.world import World

AUTH: dict[Account, dict[str, str]] = {
    "openai": {"authorization": f"Bearer {KEYS['openai']}"},
    "azure": {"api-key": KEYS["azure"], "aoai-evals": "preview"},
    "foundry": {"authorization": f"Bearer {KEYS['foundry']}"},
    "weave": {"authorization": "Basic " + b64encode(f"api:{KEYS['weave']}".encode()).decode()},
    "datalab": {"x-api-key": KEYS["datalab"]},
    "gomodel": {"authorization": f"Bearer {KEYS['gomodel']}"},
}
ROOT: dict[Account, str] = {
    "openai": "/v1",
    "azure": "/openai/v1",
    "foundry": "/api/projects/marigold/openai/v1",
    "weave": "",
    "datalab": "/api/v1",
    "gomodel": "/v1",
}


@dataclass(frozen=True)
class Answer:
    """A response, read whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


def read(response: Response) -> Answer:
    body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    return Answer(response.status, dict(response.headers), body)


class Caller:
    """A client of one account, with the right key unless `headers` says otherwise."""

    def __init__(self, world: World, account: Account) -> None:
        self.api: Api = apis(world)[account]
        self.account = account
        self.auth = AUTH[account]
        self.root = ROOT[account]

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        **query: str | int,
    ) -> Answer:
        pairs = [(name, str(value)) for name, value in query.items()]
        sent = self.auth if headers is None else headers
        return read(self.api.handle(Request(method, self.root + path, pairs, sent)))

    def get(self, path: str, **query: str | int) -> Any:
        """Return the JSON of a 200 answer."""
        answer = self.ask(path, "GET", None, **query)
        assert answer.status == 200, (path, query, answer)
        return answer.json

    def send(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        """Return the answer to a POST of JSON; bytes are sent as they are."""
        sent = self.auth if headers is None else headers
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return read(self.api.handle(Request("POST", self.root + path, [], sent, data)))

    def post(self, path: str, body: Any) -> Any:
        """Return the JSON of a 200 answer to a POST."""
        answer = self.send(path, body)
        assert answer.status == 200, (path, body, answer)
        return answer.json

    def pages(self, path: str, **query: str | int) -> Iterator[Any]:
        """Yield the pages of a list, walking as the official client does."""
        while True:
            page = self.get(path, **query)
            yield page
            if not page["has_more"]:
                return
            query["after"] = page["data"][-1]["id"]

    def walk(self, path: str, **query: str | int) -> list[Any]:
        return [thing for page in self.pages(path, **query) for thing in page["data"]]

    def runs(self) -> list[Any]:
        """Return every run of every eval."""
        evals = self.walk("/evals", limit=100)
        return [run for one in evals for run in self.walk(f"/evals/{one['id']}/runs", limit=7)]
