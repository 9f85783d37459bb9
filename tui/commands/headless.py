"""Run one headless command from parsed arguments to an exit code."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from typing import TextIO

from tui.commands.config import all_problems, config_command
from tui.commands.session import Session
from tui.config import load_config
from tui.errors import ConfigError, EvaltopError
from tui.services import Services, open_services


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
    finally:
        await services.poller.aclose()


async def _dispatch(arguments: argparse.Namespace, session: Session) -> int:
    if arguments.command == "runs":
        from tui.commands.runs import list_runs

        return await list_runs(
            session,
            words=" ".join(arguments.query),
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
        words=" ".join(arguments.query),
        form=arguments.format,
        limit=arguments.limit,
        fields=arguments.fields,
        trials=arguments.trials,
    )
