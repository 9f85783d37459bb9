"""`evaltop config path|show|check|init`: where the settings are and whether they are right."""

import argparse
import os
from contextlib import suppress
from pathlib import Path

from tui.commands.surroundings import Surroundings
from tui.config import Config, config_file, describe, environment_connections, starter_text
from tui.errors import ConfigError, UsageError
from tui.presentation.format import plural
from tui.private import make_private_folder


def run(arguments: argparse.Namespace, around: Surroundings) -> int:
    """Print what was asked. Returns 0; raises ConfigError naming every mistake.

    `path` and `show` answer also when some settings are wrong; the mistakes follow as the error.
    """
    action = arguments.action
    if action in ("path", "init"):
        path = arguments.config or config_file(around.environ)
        if action == "init":
            return _init(path, around)
        around.out.write(f"{path}\n")
        return 0
    config = around.load()
    if action == "show":
        around.out.write(describe(config))
    if config.problems:
        raise ConfigError(config.problems)
    if action == "check":
        around.out.write(f"{_checked(config, around)}\n")
    return 0


def _checked(config: Config, around: Surroundings) -> str:
    """Return what a configuration without mistakes holds, and where that is from."""
    if config.origin == "none":
        file = config.file or config_file(around.environ)
        said = "holds none" if config.file else "is not there"
        return (
            f"ok, but no connection is configured: {file} {said}, and the environment has no"
            " provider's variables. evaltop config init writes a file to begin with."
        )
    count = plural(len(config.connections), "connection")
    off = f", {len(config.switched_off)} switched off" if config.switched_off else ""
    origin = config.file if config.origin == "file" else "the environment"
    return f"ok: {count} from {origin}{off}"


def _init(path: Path, around: Surroundings) -> int:
    """Write a starter file, readable by its owner only; one that is there is never touched."""
    found = environment_connections(around.environ)
    try:
        make_private_folder(path.parent)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already and was not touched.",
            remedy="Edit it, or name another with --config FILE.",
        ) from None
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {(error.strerror or 'unknown reason').lower()}.",
            remedy="Name another file with --config FILE.",
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        with suppress(OSError):  # a file system without modes
            os.fchmod(file.fileno(), 0o600)
        file.write(starter_text(found, around.environ))
    around.out.write(f"{path}\n")
    names = ", ".join(connection.name for connection in found)
    story = f"It holds {names}, from your environment." if found else "All of it is commented out."
    around.err.write(f"{story} Next: evaltop doctor\n")
    return 0
