"""Arguments of `archive`."""

import argparse
import re
from typing import Any

from tui.commands.arguments.common import FORMATS, Commands, Parser, names, positive

_AGE = re.compile(r"(\d+(\.\d+)?[smhdw])+", re.IGNORECASE)


def add(commands: "Commands[Any]", common: Parser) -> None:
    """Add the command."""
    archive = commands.add_parser(
        "archive",
        parents=[common],
        help="mirror everything into the store, resumable",
        description="Bring runs, rows and trials of connections into the store, newest first. "
        "Calling it again goes on: runs that are complete are not asked for again. "
        "Exits with 0 when all is complete, 75 when a later call may bring more, 65 when rows "
        "are missing for good, else with the code of the worst failure.",
    )
    archive.add_argument(
        "connections", nargs="*", metavar="CONNECTION", help="only these; default: all"
    )
    archive.add_argument("--since", type=_age, metavar="AGE", help="only runs begun since, as 7d")
    archive.add_argument(
        "--rows-only",
        action="store_true",
        help="leave out what only opening trials fetches: one request or more for each",
    )
    archive.add_argument("--format", choices=FORMATS, default="table")
    archive.add_argument("--limit", type=positive, metavar="N", help="only the newest N runs")
    archive.add_argument(
        "--fields", type=names, metavar="A,B", default=(), help="only these keys, in this order"
    )


def _age(text: str) -> str:
    """Return an age as filters take it. Raises ArgumentTypeError."""
    if not _AGE.fullmatch(text):
        raise argparse.ArgumentTypeError("it must be an age such as 12h, 7d or 2w")
    return text
