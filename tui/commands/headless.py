"""Run one headless command from parsed arguments to an exit code."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import TextIO, TypeAlias

from tui.actions import all_problems
from tui.commands.ending import run_until_signalled
from tui.commands.making_room import make_room
from tui.commands.output import display_width
from tui.commands.session import Session
from tui.commands.surroundings import Surroundings
from tui.config import Config, load_config
from tui.credentials import terminal_prompt
from tui.errors import ConfigError, EvaltopError, NotFoundError, QueryError
from tui.services import Services, open_services
from tui.text import clean_line

SessionCommand: TypeAlias = Callable[[argparse.Namespace, Session], Awaitable[int]]
"""A command over runs: it is given the opened services. Returns the exit code."""
SettingsCommand: TypeAlias = Callable[[argparse.Namespace, Surroundings], int]
"""A command about the settings: it also works when some are wrong. Returns the exit code."""

ON_RUNS = {
    "runs": "tui.commands.runs",
    "show": "tui.commands.show",
    "rows": "tui.commands.rows",
    "search": "tui.commands.search",
    "archive": "tui.commands.archive",
    "export": "tui.commands.export",
    "keep": "tui.commands.keep",
    "compare": "tui.commands.compare",
    "import": "tui.commands.imports",
    "wait": "tui.commands.wait",
    "watch": "tui.commands.watch",
    "gate": "tui.commands.gate",
}
"""Command to the module whose `run` is its `SessionCommand`."""
ON_SETTINGS = {
    "auth": "tui.commands.auth",
    "config": "tui.commands.config",
    "doctor": "tui.commands.doctor",
}
"""Command to the module whose `run` is its `SettingsCommand`."""

_CANDIDATES_SHOWN = 10
_FILTER_SHOWN = 2000
"""Characters of a broken filter that are repeated; longer ones are refused anyway."""


def run_command(
    arguments: argparse.Namespace,
    *,
    environ: Mapping[str, str],
    out: TextIO | None = None,
    err: TextIO | None = None,
    stdin: TextIO | None = None,
) -> int:
    """Run the command that was asked for. Returns the exit code; failures are told on `err`."""
    out, err, stdin = out or sys.stdout, err or sys.stderr, stdin or sys.stdin

    def load() -> Config:
        config = load_config(flag_path=arguments.config, environ=environ)
        return replace(config, problems=all_problems(config))

    try:
        if arguments.command in ON_SETTINGS:
            on_settings: SettingsCommand = import_module(ON_SETTINGS[arguments.command]).run
            return on_settings(arguments, Surroundings(environ, stdin, out, err, load))
        config = load()
        if config.problems:
            raise ConfigError(config.problems)
        services = open_services(config, environ=environ, prompt=terminal_prompt(stdin, err))
        try:
            return run_until_signalled(_run(arguments, services, out, err))
        finally:
            services.store.close()
    except EvaltopError as error:
        tell(error, err)
        return error.exit_code


def tell(error: EvaltopError, err: TextIO) -> None:
    """Write an error as one line per problem on `err`, one more for each reference it names."""
    if isinstance(error, ConfigError):
        err.writelines(f"evaltop: {problem.sentence()}\n" for problem in error.problems)
        err.write(f"evaltop: {error.remedy}\n")
        return
    err.write(f"evaltop: {error.sentence()}\n")
    if isinstance(error, QueryError):
        err.write(_pointed(error))
    if isinstance(error, NotFoundError):
        shown = error.candidates[:_CANDIDATES_SHOWN]
        err.writelines(f"  {clean_line(ref)}\n" for ref in shown)
        more = len(error.candidates) - len(shown)
        err.write(f"  and {more} more\n" if more else "")


def _pointed(error: QueryError) -> str:
    """Return the filter and, in a second line, a caret under each character that is wrong."""
    before = clean_line(error.text[: error.position], _FILTER_SHOWN)
    wrong = clean_line(error.text[error.position :][: error.length], _FILTER_SHOWN)
    shown = clean_line(error.text, _FILTER_SHOWN)
    carets = "^" * max(1, display_width(wrong))
    return f"  {shown}\n  {' ' * display_width(before)}{carets}\n"


async def _run(arguments: argparse.Namespace, services: Services, out: TextIO, err: TextIO) -> int:
    session = Session(
        services=services,
        out=out,
        err=err,
        offline=getattr(arguments, "offline", False),
        chosen=tuple(arguments.connection or ()),
        begun_at=services.clock.now(),
    )
    session.tell_store()
    try:
        on_runs: SessionCommand = import_module(ON_RUNS[arguments.command]).run
        code = await on_runs(arguments, session)
        if not session.offline:
            await make_room(session)
        session.tell_store()
        return code  # noqa: TRY300 - an error of either is told the same
    except EvaltopError as error:
        if error not in session.failures:
            raise
        return session.exit_code()  # it has been told
    finally:
        await services.poller.aclose()
