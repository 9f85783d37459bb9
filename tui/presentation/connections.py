"""Connections as a table and as a paragraph each."""

from collections.abc import Sequence
from datetime import datetime

from tui.config import Config, ConnectionConfig
from tui.presentation.status import Health, health_text, status_item
from tui.presentation.table import Cell, Column, TableRow

COLUMNS: tuple[Column, ...] = (
    Column("name", "NAME", min_width=10, max_width=20, weight=1),
    Column("provider", "PROVIDER", width=12),
    Column("state", "STATE", min_width=20, weight=3),
    Column("key", "KEY", min_width=14, max_width=44, weight=2, priority=1),
    Column("address", "ADDRESS", min_width=20, max_width=60, weight=2, priority=2),
)


def rows(
    config: Config, healths: Sequence[Health], keys: dict[str, str], now: datetime
) -> list[TableRow]:
    """Return one row per connection, in file order, then one per connection that is unusable.

    `keys` tells where each connection's key comes from, as far as that is known.
    """
    by_name = {health.connection: health for health in healths}
    found = [
        _row(connection, by_name.get(connection.name), keys.get(connection.name, ""), now)
        for connection in config.connections
    ]
    usable = {connection.name for connection in config.connections}
    broken = dict.fromkeys(
        problem.connection
        for problem in config.problems
        if problem.connection is not None and problem.connection not in usable
    )
    found.extend(
        TableRow(
            name, (Cell(name), Cell("?", "muted"), Cell("✗ its configuration is wrong", "bad"))
        )
        for name in broken
    )
    return found


def _row(connection: ConnectionConfig, health: Health | None, key: str, now: datetime) -> TableRow:
    item = None if health is None else status_item(health, now)
    return TableRow(
        connection.name,
        (
            Cell(connection.name, "strong"),
            Cell(connection.kind.value),
            Cell("… asking", "muted") if item is None else Cell(item.text, item.tone),
            Cell(key, "muted"),
            Cell(connection.base_url, "muted"),
        ),
    )


def paragraph(config: Config, name: str, health: Health | None, key: str, now: datetime) -> str:
    """Return everything known of one connection, several lines."""
    lines = [f"✗ {problem.sentence()}" for problem in config.problems if problem.connection == name]
    connection = next((one for one in config.connections if one.name == name), None)
    if connection is None:
        lines.append("It is left out until that is mended; the others go on.")
        return "\n".join(lines)
    if health is not None:
        lines.append(health_text(health, now))
    poll = connection.poll
    lines += [
        "",
        f"address   {connection.base_url}",
        f"key       {key or 'not looked for yet'}",
        f"pace      {poll.focused_s:g} s on screen, {poll.live_s:g} s live, {poll.idle_s:g} s idle",
        f"budget    {poll.max_requests_per_min} requests a minute",
    ]
    if not connection.verify_tls:
        lines.append("⚠ Its TLS certificate is not checked (verify_tls = false).")
    return "\n".join(lines).strip("\n")


def general_problems(config: Config) -> list[str]:
    """Return what is wrong with the configuration as a whole."""
    return [problem.sentence() for problem in config.problems if problem.connection is None]
