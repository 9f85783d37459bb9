"""`evaltop config path|show|check`: where the settings are and whether they are right."""

import argparse
from dataclasses import replace
from typing import TextIO

from tui.actions import check_keys
from tui.config import Config, config_file, describe
from tui.errors import ConfigError, ConfigProblem


def run(arguments: argparse.Namespace, config: Config, out: TextIO) -> int:
    """Print what was asked. Returns 0; raises ConfigError naming every mistake.

    `path` and `show` answer also when some settings are wrong; the mistakes follow as the error.
    """
    action = arguments.action
    if action == "path":
        out.write(f"{config.file or config_file()}\n")
        return 0
    problems = all_problems(config)
    if action == "show":
        out.write(describe(config))
    if problems:
        raise ConfigError(problems)
    if action == "check":
        count = len(config.connections)
        out.write(f"ok: {count} connection{'' if count == 1 else 's'} from {config.origin}\n")
    return 0


def all_problems(config: Config) -> tuple[ConfigProblem, ...]:
    """Return the mistakes of the file together with those of its `[keys]` table."""
    keys = (
        replace(problem, file=config.file, line=config.lines.get(problem.key))
        for problem in check_keys(config.keys)
    )
    return (*config.problems, *keys)
