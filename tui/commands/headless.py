"""Run one headless command from parsed arguments to an exit code."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from typing import TextIO

from tui.commands.config import all_problems, config_command
from tui.commands.output import display_width
from tui.commands.session import Session
from tui.config import load_config
from tui.errors import ConfigError, EvaltopError, QueryError
from tui.services import Services, open_services
from tui.text import clean_line

_FILTER_SHOWN = 2000
"""Characters of a broken filter that are repeated; longer ones are refused anyway."""


def run_command(
    arguments: argparse.Namespace,
    *,
    environ: Mapping[str, str],
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Run `runs`, `show`, `rows` or `config`. Returns the exit code; failures are told on `err`."""
    out, err = out or sys.stdout, err or sys.stderr
    try:
        config = load_config(flag_path=arguments.config, environ=environ)
        if arguments.command == "config":
            return config_command(arguments.action, config, out)
        if problems := all_problems(config):
            raise ConfigError(problems)
        services = open_services(config, environ=environ)
        try:
            return asyncio.run(_run(arguments, services, out, err))
        finally:
            services.store.close()
    except EvaltopError as error:
        tell(error, err)
        return error.exit_code


def tell(error: EvaltopError, err: TextIO) -> None:
    """Write an error as one line per problem on `err`."""
    if isinstance(error, ConfigError):
        err.writelines(f"evaltop: {problem.sentence()}\n" for problem in error.problems)
        err.write(f"evaltop: {error.remedy}\n")
        return
    err.write(f"evaltop: {error.sentence()}\n")
    if isinstance(error, QueryError):
        err.write(_pointed(error))


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
        offline=arguments.offline,
        chosen=tuple(arguments.connection or ()),
        begun_at=services.clock.now(),
    )
    if services.store.problem is not None:
        session.tell(services.store.problem.sentence())
    try:
        return await _dispatch(arguments, session)
    except EvaltopError as error:
        if error not in session.failures:
            raise
        return session.exit_code()  # it has been told
    finally:
        await services.poller.aclose()


async def _dispatch(arguments: argparse.Namespace, session: Session) -> int:
    if arguments.command == "runs":
        from tui.commands.runs import list_runs

        return await list_runs(
            session,
            query=" ".join(arguments.query),
            form=arguments.format,
            limit=arguments.limit,
            fields=arguments.fields,
        )
    if arguments.command == "show":
        from tui.commands.show import show_run

        return await show_run(
            session, ref=arguments.ref, form=arguments.format, fields=arguments.fields
        )
    from tui.commands.rows import list_rows

    return await list_rows(
        session,
        ref=arguments.ref,
        query=" ".join(arguments.query),
        form=arguments.format,
        limit=arguments.limit,
        fields=arguments.fields,
        trials=arguments.trials,
    )
