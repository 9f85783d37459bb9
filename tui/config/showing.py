"""The settings in effect, as text in the file's own form; there are no secrets in them."""

import json
from dataclasses import MISSING, fields

from tui.config.settings import Config, ConnectionConfig, PollSettings


def describe(config: Config) -> str:
    """Return the settings in effect as TOML, every default spelled out, ending in a newline."""
    where = {
        "file": f"from {config.file}",
        "environment": "from environment variables",
        "demo": "of the demo",
    }.get(config.origin, "none")
    parts = [f"# connections: {where}", f"# data: {config.data_dir}"]
    parts += [
        _table(f"connections.{item.name}", connection_values(item))
        for item in (*config.connections, *config.switched_off)
    ]
    parts.append(_table("ui", {"theme": config.ui.theme, "read_only": config.ui.read_only}))
    notify = {item.name: getattr(config.notify, item.name) for item in fields(config.notify)}
    parts.append(
        _table("notify", {key: value for key, value in notify.items() if value not in ((), None)})
    )
    if config.store.max_gib is not None:
        parts.append(_table("store", {"max_gib": config.store.max_gib}))
    if config.keys:
        parts.append(_table("keys", dict(config.keys)))
    return "\n".join(parts) + "\n"


def connection_values(connection: ConnectionConfig) -> dict[str, object]:
    """Return a connection's table as the file would hold it, defaults included."""
    values: dict[str, object] = {"provider": connection.kind.value}
    for item in fields(connection):
        value = getattr(connection, item.name)
        if isinstance(value, PollSettings):
            values |= {wish.name: getattr(value, wish.name) for wish in fields(value)}
        elif item.name != "name" and value is not None and value != ():
            values[item.name] = value
    return values


def table_lines(connection: ConnectionConfig, *, defaults: bool = True) -> list[str]:
    """Return a connection's settings as lines of TOML, without its table's header.

    Args:
        connection: whose settings.
        defaults: whether those that are the default are spelled out too.
    """
    values = connection_values(connection)
    if not defaults:
        usual = {
            item.name: item.default for item in fields(connection) if item.default is not MISSING
        }
        poll = connection.default_poll
        usual |= {wish.name: getattr(poll, wish.name) for wish in fields(poll)}
        usual["base_url"] = connection.default_base_url
        values = {
            key: value for key, value in values.items() if key not in usual or value != usual[key]
        }
    return [f"{_key(key)} = {_value(value)}" for key, value in values.items()]


def _table(name: str, values: dict[str, object]) -> str:
    lines = [f"{_key(key)} = {_value(value)}" for key, value in values.items()]
    return "\n".join(["", f"[{name}]", *lines])


def _key(key: str) -> str:
    plain = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if plain else _value(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    # A JSON text is a TOML basic string, once DEL is escaped too.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
