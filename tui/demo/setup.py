"""How evaltop is set up for the demo: connections in the process, or a config file for a server."""

from pathlib import Path

from tui.config import (
    AzureOpenAIConnection,
    Config,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    OpenAIConnection,
    WeaveConnection,
)
from tui.demo.apis import ENTITY, KEYS, MOUNTS, PROJECT, Mount
from tui.demo.facts import Account

CONNECTIONS: dict[Account, str] = {
    "openai": "prod",
    "azure": "azure-eu",
    "foundry": "foundry",
    "weave": "team-weave",
    "datalab": "docs",
    "gomodel": "gateway",
}
"""Account to the connection name a person sees."""


def demo_keys() -> dict[str, str]:
    """Return connection name to key."""
    return {CONNECTIONS[account]: key for account, key in KEYS.items()}


def _connection(mount: Mount, server: str | None) -> ConnectionConfig:
    name, url = CONNECTIONS[mount.account], mount.base_url(server)
    match mount.account:
        case "openai":
            return OpenAIConnection(name=name, base_url=url, poll=OpenAIConnection.default_poll)
        case "azure" | "foundry":
            return AzureOpenAIConnection(
                name=name, base_url=url, poll=AzureOpenAIConnection.default_poll
            )
        case "weave":
            return WeaveConnection(
                name=name,
                base_url=url,
                poll=WeaveConnection.default_poll,
                entity=ENTITY,
                project=PROJECT,
            )
        case "datalab":
            return DatalabConnection(name=name, base_url=url, poll=DatalabConnection.default_poll)
        case "gomodel":
            return GoModelConnection(name=name, base_url=url, poll=GoModelConnection.default_poll)


def demo_config(base: str | None = None) -> Config:
    """Return the demo's settings: no file, no key of the person's.

    Args:
        base: `http://host:port` of a running `serve`; None = the in-process hosts that
            `demo_transport` answers for.
    """
    return Config(
        connections=tuple(_connection(mount, base) for mount in MOUNTS),
        data_dir=Path(),
        origin="demo",
    )


def config_toml(base_url: str) -> str:
    """Return a config file for the server at `base_url`; it works as it stands."""
    lines = [
        f"# Made by evaltop demo --serve: the simulated world at {base_url}.",
        "# A provider's own key variable (OPENAI_API_KEY, …) in the environment wins over",
        "# key_command; unset it to look at the demo.",
    ]
    for connection in demo_config(base_url).connections:
        key = demo_keys()[connection.name]
        lines += [
            "",
            f"[connections.{connection.name}]",
            f'provider = "{connection.kind.value}"',
            f'base_url = "{connection.base_url}"',
            f'key_command = ["echo", "{key}"]',
        ]
        if isinstance(connection, WeaveConnection):
            lines += [f'entity = "{connection.entity}"', f'project = "{connection.project}"']
        if isinstance(connection, AzureOpenAIConnection) and connection.is_project:
            lines.append("batches = false")
    return "\n".join(lines) + "\n"
