"""The command line: one parser for the app and all headless commands (design section 4.2)."""

import argparse
from pathlib import Path

from tui import __version__
from tui.commands.arguments import archiving, exchanging, judging, keeping, setting_up, watching
from tui.commands.arguments import reading as reading_commands
from tui.commands.arguments.common import Parser, common_flags, reading_flags


def build_parser() -> argparse.ArgumentParser:
    """Return the parser. Parsing raises UsageError; `--help` and `--version` exit with 0."""
    parser = Parser(
        prog="evaltop",
        description="Every LLM evaluation run and batch job you have, in one terminal app. "
        "Without a command it opens the app.",
        epilog="Exit codes: 0 ok · 1 regressed, 2 inconclusive (gate) · "
        "3 a waited-for run ended badly · 64 wrong usage · 65 bad data · "
        "66 no such run or connection · 69 provider unavailable · 70 a bug in evaltop · "
        "75 try again later · 77 key missing or refused · 78 bad configuration · "
        "129/130/143 ended by a signal.",
    )
    parser.add_argument("--version", action="version", version=f"evaltop {__version__}")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", default=None, help="the app with this config file"
    )
    parser.add_argument(
        "--connection",
        action="append",
        metavar="NAME",
        default=None,
        help="the app with this connection only; may be given several times",
    )
    parser.add_argument("--offline", action="store_true", help="the app on what is stored alone")
    parser.add_argument(
        "--read-only", action="store_true", help="the app without anything that changes a run"
    )
    common, reading = common_flags(), reading_flags()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    setting_up.add_demo(commands)
    reading_commands.add(commands, common, reading)
    archiving.add(commands, common)
    exchanging.add(commands, common)
    keeping.add(commands, common)
    judging.add(commands, common)
    watching.add(commands, common)
    setting_up.add_config(commands, common)
    setting_up.add_auth(commands, common)
    setting_up.add_doctor(commands, common)
    return parser
