"""Find, read and check the configuration."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tui.config.environment import EnvironmentReader
from tui.config.paths import config_file, data_dir
from tui.config.positions import key_lines
from tui.config.reading import Reader
from tui.config.settings import Config
from tui.errors import ConfigError, ConfigProblem

_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


def load_config(*, flag_path: Path | None, environ: Mapping[str, str]) -> Config:
    """Return what is configured, with every mistake in `problems`.

    A mistake in a connection takes that connection out; one elsewhere leaves the default. Without
    a file, or without connections in it, connections come from the environment.

    Args:
        flag_path: the file of `--config`; it must exist.
        environ: the environment.

    Raises:
        ConfigError: a file that was named (by the flag or `EVALTOP_CONFIG`) is not there, or the
            file cannot be read or is not TOML.
    """
    path = flag_path or config_file(environ)
    named = flag_path is not None or bool(environ.get("EVALTOP_CONFIG", "").strip())
    text = _text_of(path, named=named)
    if text is None:
        return _with_environment(Config(data_dir=data_dir(environ)), environ)
    root = _parsed(text, path)
    lines = key_lines(text)
    reader = Reader(path, lines)
    reader.top(root)
    connections = reader.private(reader.connections(root))
    config = Config(
        connections=tuple(one for one in connections if one.enabled),
        switched_off=tuple(one for one in connections if not one.enabled),
        ui=reader.ui(root),
        notify=reader.notify(root),
        store=reader.store(root),
        keys=reader.keys(root),
        problems=tuple(reader.problems),
        file=path,
        lines={".".join(key): line for key, line in lines.items()},
        data_dir=data_dir(environ),
        origin="file",
    )
    return config if root.get("connections") else _with_environment(config, environ)


def read_toml(path: Path) -> tuple[dict[str, object], dict[tuple[str, ...], int]]:
    """Return what another TOML file of the person's holds, and the line of each key in it.

    Raises:
        ConfigError: it is not there, cannot be read or is not TOML.
    """
    text = _text_of(path, named=True) or ""
    return _parsed(text, path), key_lines(text)


def _with_environment(config: Config, environ: Mapping[str, str]) -> Config:
    reader = EnvironmentReader(environ)
    connections = reader.connections()
    return replace(
        config,
        connections=connections,
        problems=(*config.problems, *reader.problems),
        origin="environment" if connections or reader.problems else "none",
    )


def _text_of(path: Path, *, named: bool) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if named:
            raise _unusable(path, "this file is not there.") from None
        return None
    except UnicodeDecodeError:
        raise _unusable(path, "this file is not UTF-8 text.") from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _unusable(path, f"this file cannot be read: {reason}.") from None


def _parsed(text: str, path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _AT_LINE.search(str(error))
        line = int(place[1]) if place and place[1] else len(text.splitlines()) or 1
        reason = _AT_LINE.sub("", str(error))
        raise _unusable(path, f"this is not TOML: {reason}.", line) from None
    except RecursionError:
        raise _unusable(path, "this is not TOML: nested too deeply.") from None


def _unusable(path: Path, message: str, line: int | None = None) -> ConfigError:
    return ConfigError((ConfigProblem(message=message, key="", line=line, file=path),))
