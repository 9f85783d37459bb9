"""Arguments of the commands that stay: `wait`, `watch`."""

import argparse
from typing import Any

from tui.commands.arguments.common import FORMATS, REF_HELP, Commands, Parser, names


def add(commands: "Commands[Any]", common: Parser) -> None:
    """Add the commands."""
    wait = commands.add_parser(
        "wait",
        parents=[common],
        help="until all of these runs have ended",
        description="Wait until all of these runs have ended, through outages. Progress goes to "
        "stderr; with --format jsonl each event is a JSON object on stdout. Exits with 0 when all "
        "completed, 3 when one failed, was canceled or expired, 75 when the time is up.",
    )
    wait.add_argument("refs", nargs="+", metavar="REF", help=REF_HELP)
    wait.add_argument(
        "--timeout", type=_span, metavar="TIME", help="give up after so long, as 90m or 2h"
    )
    wait.add_argument("--format", choices=FORMATS, default="table")
    wait.add_argument(
        "--fields", type=names, metavar="A,B", default=(), help="only these keys, in this order"
    )
    watch = commands.add_parser(
        "watch",
        parents=[common],
        help="print what happens, a line each, until interrupted",
        description="Poll like the app and print every run that begins, ends, stalls, nears its "
        "deadline, errs more or comes out worse.",
    )
    watch.add_argument("--format", choices=("table", "jsonl"), default="table")


def _span(text: str) -> float:
    """Return seconds. Raises ArgumentTypeError."""
    from tui.query.values import seconds

    try:
        return seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"it must be a time such as 90m or 2h ({error})") from None
