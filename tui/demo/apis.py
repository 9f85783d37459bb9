"""Which APIs the world speaks, and where they are mounted."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.demo.facts import Account
from tui.demo.wire import Api
from tui.demo.world import World

ENTITY, PROJECT = "marigold", "support-bot"
"""The Weave project."""
KEYS: Mapping[Account, str] = MappingProxyType(
    {
        "openai": "demo-openai-key",
        "azure": "demo-azure-key",
        "foundry": "demo-foundry-token",
        "weave": "demo-weave-key",
        "datalab": "demo-datalab-key",
        "gomodel": "demo-gomodel-key",
    }
)
"""The only key each API accepts. Invented; nothing outside the demo knows them."""


@dataclass(frozen=True, slots=True)
class Mount:
    """Where one API lives: on the shared port under a prefix, in the process under a host."""

    account: Account
    prefix: str
    """Path before the API's own root on `demo --serve`."""
    root: str
    """What a person writes after the host or prefix in `base_url`; part of the API's paths."""

    @property
    def host(self) -> str:
        """The host name in the process; `.invalid` never resolves."""
        return f"demo-{self.account}.invalid"

    def base_url(self, server: str | None) -> str:
        """Return the connection's base URL on `server` (`http://host:port`); None = in-process."""
        return (
            f"https://{self.host}{self.root}"
            if server is None
            else (f"{server}{self.prefix}{self.root}")
        )


MOUNTS: tuple[Mount, ...] = (
    Mount("openai", "/openai", "/v1"),
    Mount("azure", "/azure", "/openai/v1"),
    Mount("foundry", "/foundry", "/api/projects/marigold/openai/v1"),
    Mount("weave", "/weave", ""),
    Mount("datalab", "/datalab", ""),
    Mount("gomodel", "/gomodel", ""),
)


def apis(world: World) -> dict[Account, Api]:
    """Return the API of each account over `world`.

    Each handler sees paths that begin at its provider's host root: `/v1/evals`,
    `/openai/v1/evals`, `/api/v1/eval_batch_runs`.
    """
    from tui.demo.wire_azure import azure_api, foundry_api
    from tui.demo.wire_datalab import datalab_api
    from tui.demo.wire_gomodel import gomodel_api
    from tui.demo.wire_openai import openai_api
    from tui.demo.wire_weave import weave_api

    return {
        "openai": openai_api(world, KEYS["openai"]),
        "azure": azure_api(world, KEYS["azure"]),
        "foundry": foundry_api(world, KEYS["foundry"]),
        "weave": weave_api(world, KEYS["weave"], entity=ENTITY, project=PROJECT),
        "datalab": datalab_api(world, KEYS["datalab"]),
        "gomodel": gomodel_api(world, KEYS["gomodel"]),
    }
