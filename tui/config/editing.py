"""Changing the person's config file: their comments, order and layout stay as they are.

What is to be written is read back first; a change that would be a mistake is not made. The file is
replaced whole, so that nobody ever reads half of it, and only its owner can read it.
"""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.config.load import load_config
from tui.config.settings import Config, ConnectionConfig
from tui.config.starter import starter_text
from tui.errors import ConfigError, ConfigProblem
from tui.private import make_private_folder

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

Values = Mapping[str, object]
"""Key to its value in a connection's table; None takes the key out."""


def set_connection(
    path: Path,
    name: str,
    values: Values,
    *,
    environ: Mapping[str, str],
    found: Sequence[ConnectionConfig] = (),
) -> Config:
    """Write a connection's settings and return the configuration as it is then.

    Args:
        path: the config file; it need not exist.
        name: the connection; a new one is added at the end.
        values: the keys to change; the others keep their values.
        environ: the environment, to read the file with.
        found: connections of the environment. A file with connections replaces them all, so the
            first one that is written takes them along.

    Raises:
        ConfigError: the file cannot be read or written, or the settings would be wrong.
    """

    def change(document: "TOMLDocument") -> None:
        import tomlkit

        connections = document.setdefault("connections", tomlkit.table(is_super_table=True))
        table = connections.get(name)
        if table is None:
            table = tomlkit.table()
            connections[name] = table
        for key, value in values.items():
            if value is None:
                table.pop(key, None)
            else:
                table[key] = list(value) if isinstance(value, tuple) else value

    return _changed(path, change, environ, begun=starter_text(found, environ), judged=name)


def remove_connection(path: Path, name: str, *, environ: Mapping[str, str]) -> Config:
    """Take a connection out of the file. Raises like `set_connection`."""

    def change(document: "TOMLDocument") -> None:
        connections = document.get("connections")
        if connections is not None:
            connections.pop(name, None)

    return _changed(path, change, environ, begun="", judged=None)


def _changed(
    path: Path,
    change: Callable[["TOMLDocument"], None],
    environ: Mapping[str, str],
    *,
    begun: str,
    judged: str | None,
) -> Config:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        text = begun
    except (OSError, UnicodeDecodeError):
        raise _refused(path, "this file cannot be read.") from None
    try:
        document = tomlkit.parse(text)
        if "connections" not in document and begun and text != begun:
            document = tomlkit.parse(f"{text.rstrip()}\n\n{_tables_of(begun)}")
        change(document)
        written = tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, TypeError):
        # A `connections` that is no table, and what tomlkit cannot represent.
        raise _refused(path, "this file cannot be changed as it is; edit it by hand.") from None
    return _replaced(path, written, environ, judged)


def _tables_of(begun: str) -> str:
    """Return the tables of a starter file, without its comments."""
    lines = (line for line in begun.splitlines() if line and not line.startswith("#"))
    return "\n".join(lines) + "\n"


def _replaced(path: Path, text: str, environ: Mapping[str, str], judged: str | None) -> Config:
    # A link, as those who keep their settings in a repository have it, stays a link.
    target = path.resolve()
    made: Path | None = None
    try:
        make_private_folder(target.parent)
        handle, name = tempfile.mkstemp(prefix=".evaltop-", suffix=".toml", dir=target.parent)
        made = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        config = load_config(flag_path=made, environ=environ)
        wrong = [one for one in config.problems if judged is not None and one.connection == judged]
        if wrong:
            raise ConfigError(tuple(replace(one, file=path) for one in wrong))
        made.replace(target)
        made = None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _refused(path, f"this file cannot be written: {reason}.") from None
    finally:
        if made is not None:
            with suppress(OSError):
                made.unlink()
    problems = tuple(
        replace(one, file=path) if one.file == config.file else one for one in config.problems
    )
    return replace(config, file=path, problems=problems)


def _refused(path: Path, message: str) -> ConfigError:
    return ConfigError((ConfigProblem(message=message, key="", line=None, file=path),))
