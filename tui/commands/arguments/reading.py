"""Arguments of the commands that print what there is: `runs`, `show`, `rows`."""

from typing import Any

from tui.commands.arguments.common import REF_HELP, Commands, Parser

_FILTER = (
    "a filter: words that must occur, and comparisons of fields; joined by and, or, not and "
    "parentheses; in quotes for the shell, and after -- if it begins with a -; such as "
)


def add(commands: "Commands[Any]", common: Parser, reading: Parser) -> None:
    """Add the commands."""
    runs = commands.add_parser("runs", parents=[common, reading], help="list runs")
    runs.add_argument("query", nargs="*", metavar="QUERY", help=_FILTER + "status:failed age<2d")
    show = commands.add_parser("show", parents=[common, reading], help="one run in full")
    show.add_argument("ref", metavar="REF", help=REF_HELP)
    rows = commands.add_parser("rows", parents=[common, reading], help="rows of a run")
    rows.add_argument("ref", metavar="REF", help=REF_HELP)
    rows.add_argument(
        "query", nargs="*", metavar="QUERY", help=_FILTER + "outcome:failed latency>2s"
    )
    rows.add_argument("--trials", action="store_true", help="with every trial's bodies")
