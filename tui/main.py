"""The entry point: reads the command line, opens the app or runs one headless command.

The only module that knows both the app and the screens.
"""

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

from tui.errors import EvaltopError, NotFoundError, UsageError

if TYPE_CHECKING:  # `--help` loads none of it
    import asyncio
    from pathlib import Path

    from tui.services import Services

_INTERRUPTED = 130
_TERMINATED = 143


def main(argv: Sequence[str] | None = None) -> int:
    """Run evaltop. Returns the exit code (design section 4.2)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A locale without a character must not end a command in the middle of its answer.
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except EvaltopError as error:
        from tui.commands.headless import tell

        tell(error, sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`evaltop runs | head`); Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the one place where a bug becomes a sentence
        return _bug(error)


def _bug(error: Exception) -> int:
    """Keep a private report of an unforeseen error and say where it is."""
    from datetime import UTC, datetime

    from tui import crash
    from tui.config import data_dir

    report = crash.write_report(error, data_dir(os.environ), datetime.now(UTC))
    sys.stderr.write(f"{crash.sentence(error, report)}\n")
    return crash.EXIT_CODE


def _run(argv: Sequence[str]) -> int:
    if not argv:  # the first frame does not wait for a parser
        return _configured_app(None, None)
    from tui.commands.arguments import build_parser

    arguments = build_parser().parse_args(argv)
    if arguments.command == "demo":
        if arguments.serve is not None:
            return _serve(arguments.serve)
        return _demo(read_only=arguments.read_only)
    if arguments.command is None:
        offline = getattr(arguments, "offline", False)
        return _configured_app(
            arguments.config,
            arguments.connection,
            offline=offline,
            read_only=arguments.read_only,
        )
    from tui.commands.headless import run_command

    return run_command(arguments, environ=os.environ)


def _configured_app(
    config_path: "Path | None",
    connections: Sequence[str] | None,
    *,
    offline: bool = False,
    read_only: bool = False,
) -> int:
    from dataclasses import replace

    from tui.actions import all_problems
    from tui.config import load_config
    from tui.services import asked_for, open_services

    _check_terminal()
    config = load_config(flag_path=config_path, environ=os.environ)
    config = replace(config, problems=all_problems(config))
    names = tuple(connections or ())
    services = open_services(asked_for(config, names, read_only=read_only), offline=offline)
    services = replace(services, shown=names, read_only=read_only)
    known = [
        *(connection.name for connection in config.connections),
        *(imported.connection for imported in services.store.imports()),
    ]
    for name in names:
        if name not in known:
            services.store.close()
            raise NotFoundError(
                f"There is no connection {name!r}.",
                remedy=f"There are: {', '.join(sorted(known)) or 'none'}.",
            )
    return _show(services)


def _demo(*, read_only: bool) -> int:
    from dataclasses import replace

    from tui.clock import SystemClock
    from tui.config import data_dir
    from tui.demo import demo_config, demo_keys, demo_transport, demo_world
    from tui.services import open_services

    _check_terminal()
    clock = SystemClock()
    config = demo_config()
    services = open_services(
        # Nothing is kept there but the report of a bug, should there be one.
        replace(
            config,
            data_dir=data_dir(os.environ),
            ui=replace(config.ui, read_only=read_only),
        ),
        transport=demo_transport(demo_world(clock)),
        keys=demo_keys(),
        clock=clock,
        in_memory=True,
    )
    return _show(services)


def _check_terminal() -> None:
    from tui.terminal import refusal

    reason = refusal(sys.stdin, sys.stdout, os.environ)
    if reason is not None:
        raise UsageError(reason)


def _show(services: "Services") -> int:
    # Read by Textual when it is imported: no animation, and no more frames than a line can carry.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_FPS", "30")
    # A thread that computes keeps the interpreter 5 ms by default, each time a key needs it.
    sys.setswitchinterval(0.001)
    from screens import SCREENS
    from tui.app import EvalTopApp

    try:
        return EvalTopApp(services, SCREENS).run_watched()
    finally:
        services.store.close()


def _serve(address: str) -> int:
    """Serve the simulated APIs until a signal comes; the config file goes to stdout."""
    import asyncio
    import signal
    from contextlib import suppress

    from tui.demo import config_toml, serve

    host, colon, port = address.rpartition(":")
    if not (colon and host and port.isdigit() and int(port) < 65_536):  # noqa: PLR2004 - ports
        raise UsageError(
            f"--serve wants HOST:PORT, not {address!r}.", remedy="Try --serve 127.0.0.1:8765."
        )

    def on_ready(base_url: str) -> None:
        sys.stdout.write(config_toml(base_url))
        sys.stdout.flush()
        sys.stderr.write(f"Serving the simulated world at {base_url}; ctrl+c ends it.\n")
        sys.stderr.flush()

    async def until_told() -> int:
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[int] = loop.create_future()
        for number, code in ((signal.SIGINT, _INTERRUPTED), (signal.SIGTERM, _TERMINATED)):
            loop.add_signal_handler(number, _settle, ended, code)
        serving = asyncio.ensure_future(serve(host.strip("[]"), int(port), on_ready))
        serving.add_done_callback(lambda _served: _settle(ended, 0))
        await ended
        if serving.done():
            await serving  # it could not begin: let its error out
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        return await ended

    try:
        return asyncio.run(until_told())
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {address}: {error.strerror or error}.",
            remedy="Choose another port, or 0 for any free one.",
        ) from None


def _settle(future: "asyncio.Future[int]", code: int) -> None:
    if not future.done():
        future.set_result(code)
