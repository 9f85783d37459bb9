"""Connections as a table and as a paragraph each."""

from collections.abc import Sequence
from datetime import datetime

from tui.config import Config, ConnectionConfig
from tui.credentials import KeyPlace
from tui.frozen import frozen
from tui.presentation.imports import import_state
from tui.presentation.status import Health, health_text, status_item
from tui.presentation.table import Cell, Column, TableRow
from tui.providers.base import Capabilities
from tui.store import Imported

COLUMNS: tuple[Column, ...] = (
    Column("name", "NAME", min_width=10, max_width=20, weight=1),
    Column("provider", "PROVIDER", width=12),
    Column("state", "STATE", min_width=20, weight=3),
    Column("key", "KEY", min_width=14, max_width=44, weight=2, priority=1),
    Column("address", "ADDRESS", min_width=20, max_width=60, weight=2, priority=2),
)


@frozen
class Known:
    """What is known of a connection beside its settings and health."""

    key: KeyPlace | None = None
    left: int | None = None
    """Requests it may send right now."""
    capabilities: Capabilities | None = None
    """None before its provider was asked anything."""
    tested: str = ""
    """What came of the last test, or why its key was not kept."""


def key_text(place: KeyPlace) -> str:
    """Return where a key comes from, with its last four characters where they are known."""
    return place.source + (f", …{place.last4}" if place.last4 else "")


def rows(
    config: Config,
    healths: Sequence[Health],
    keys: dict[str, str],
    imports: Sequence[Imported],
    now: datetime,
) -> list[TableRow]:
    """Return one row per connection in file order, then those switched off, imported, unusable.

    `keys` tells where each connection's key comes from, as far as that is known.
    """
    by_name = {health.connection: health for health in healths}
    found = [
        _row(connection, by_name.get(connection.name), keys.get(connection.name, ""), now)
        for connection in config.connections
    ]
    found.extend(
        TableRow(
            one.name,
            (
                Cell(one.name),
                Cell(one.kind.value, "muted"),
                Cell("○ switched off", "muted"),
                Cell("", "muted"),
                Cell(one.base_url, "muted"),
            ),
        )
        for one in config.switched_off
    )
    found.extend(
        TableRow(
            one.connection,
            (Cell(one.connection), Cell("files", "muted"), Cell(f"◇ {import_state(one, now)}")),
        )
        for one in imports
    )
    usable = {one.name for one in (*config.connections, *config.switched_off)}
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


def paragraph(config: Config, name: str, health: Health | None, known: Known, now: datetime) -> str:
    """Return everything known of one connection, several lines."""
    lines = [f"✗ {problem.sentence()}" for problem in config.problems if problem.connection == name]
    every = (*config.connections, *config.switched_off)
    connection = next((one for one in every if one.name == name), None)
    if connection is None:
        lines.append("It is left out until that is mended; the others go on.")
        return "\n".join(lines)
    if not connection.enabled:
        lines.append("Switched off: it is kept and not asked.")
    elif health is not None:
        lines.append(health_text(health, now))
    if known.tested and (health is None or not health.error or health.error not in known.tested):
        lines.append(known.tested)
    poll = connection.poll
    lines += [
        "",
        f"address   {connection.base_url}",
        f"key       {key_text(known.key) if known.key else 'not looked for yet'}",
        f"pace      {poll.focused_s:g} s on screen, {poll.live_s:g} s live, {poll.idle_s:g} s idle",
        f"budget    {poll.max_requests_per_min} requests a minute"
        + ("" if known.left is None else f", {known.left} left now"),
    ]
    if known.capabilities is not None:
        lines.append(f"can       {_abilities(known.capabilities)}")
    if known.key is not None:
        lines += [f"⚠ {trouble}" for trouble in known.key.troubles]
    if not connection.verify_tls:
        lines.append("⚠ Its TLS certificate is not checked (verify_tls = false).")
    return "\n".join(lines).strip("\n")


def _abilities(can: Capabilities) -> str:
    able = (
        (True, "list runs and rows"),
        (can.rows_while_live, "show rows while a run is live"),
        (can.trial_detail, "fetch more of a trial"),
        (can.can_cancel, "cancel runs"),
    )
    return ", ".join(text for does, text in able if does)


def general_problems(config: Config) -> list[str]:
    """Return what is wrong with the configuration as a whole."""
    return [problem.sentence() for problem in config.problems if problem.connection is None]
