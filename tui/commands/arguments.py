"""The command line: one parser for the app and all headless commands (design section 4.2)."""

import argparse
from pathlib import Path
from typing import NoReturn

from tui import __version__
from tui.errors import UsageError

_FILTER = (
    "a filter: words that must occur, and comparisons of fields; joined by and, or, not and "
    "parentheses; in quotes for the shell, and after -- if it begins with a -; such as "
)
FORMATS = ("table", "json", "jsonl", "csv", "md")


class _Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of leaving with its own exit code."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(
            f"{message[:1].upper()}{message[1:]}.", remedy=f"See `{self.prog} --help`."
        )


def _limit(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it must be a number of at least 1")
    return int(text)


def _fields(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def build_parser() -> argparse.ArgumentParser:
    """Return the parser. Parsing raises UsageError; `--help` and `--version` exit with 0."""
    parser = _Parser(
        prog="evaltop",
        description="Every LLM evaluation run and batch job you have, in one terminal app. "
        "Without a command it opens the app.",
        epilog="Exit codes: 0 ok · 64 wrong usage · 65 bad data · 66 no such run or connection · "
        "69 provider unavailable · 70 a bug in evaltop · 77 key missing or refused · "
        "78 bad configuration · 129/130/143 ended by a signal.",
    )
    parser.add_argument("--version", action="version", version=f"evaltop {__version__}")
    common = _common()
    reading = _reading()
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    _add_common_to_root(parser)

    demo = commands.add_parser(
        "demo",
        help="the app on a simulated world: no key, no network, no file of yours",
        description="Open the app on a simulated company's evals on all five providers, "
        "or serve that world's APIs.",
    )
    demo.add_argument(
        "--serve",
        metavar="HOST:PORT",
        help="only serve the simulated APIs and print a config file for them on stdout",
    )

    runs = commands.add_parser("runs", parents=[common, reading], help="list runs")
    runs.add_argument("query", nargs="*", metavar="QUERY", help=_FILTER + "status:failed age<2d")
    show = commands.add_parser("show", parents=[common, reading], help="one run in full")
    show.add_argument("ref", metavar="REF", help="connection/path, or an id, name or id prefix")
    rows = commands.add_parser("rows", parents=[common, reading], help="rows of a run")
    rows.add_argument("ref", metavar="REF", help="connection/path, or an id, name or id prefix")
    rows.add_argument(
        "query", nargs="*", metavar="QUERY", help=_FILTER + "outcome:failed latency>2s"
    )
    rows.add_argument("--trials", action="store_true", help="with every trial's bodies")

    config = commands.add_parser("config", help="where the settings are and whether they are right")
    actions = config.add_subparsers(
        dest="action", metavar="path|show|check", required=True, parser_class=_Parser
    )
    for name, text in (
        ("path", "print where the config file is looked for"),
        ("show", "print the effective settings, without keys"),
        ("check", "name every mistake with file, line and key"),
    ):
        actions.add_parser(name, parents=[common], help=text)
    return parser


def _common() -> _Parser:
    common = _Parser(add_help=False)
    common.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="this config file instead of the default one",
    )
    common.add_argument(
        "--connection",
        action="append",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="only this connection; may be given several times",
    )
    return common


def _add_common_to_root(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", default=None, help=argparse.SUPPRESS)
    parser.add_argument(
        "--connection", action="append", metavar="NAME", default=None, help=argparse.SUPPRESS
    )


def _reading() -> _Parser:
    reading = _Parser(add_help=False)
    reading.add_argument(
        "--offline", action="store_true", help="answer from what is stored, ask nobody"
    )
    reading.add_argument("--format", choices=FORMATS, default="table")
    reading.add_argument("--limit", type=_limit, metavar="N", help="at most N; a cut is told")
    reading.add_argument(
        "--fields", type=_fields, metavar="A,B", default=(), help="only these keys, in this order"
    )
    return reading
