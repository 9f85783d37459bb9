"""Arguments of the commands that print what there is: `runs`, `show`, `rows`, `search`."""

from typing import Any

from tui.commands.arguments.common import REF_HELP, Commands, Parser, names

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
    search = commands.add_parser(
        "search",
        parents=[common, reading],
        help="which stored trials say something",
        description="Search the full text of everything that is stored; nobody is asked.",
    )
    search.add_argument(
        "text", nargs="+", metavar="TEXT", help='words, or "a phrase" within quotes for the shell'
    )
    search.add_argument("--run", metavar="REF", help=f"only in this run: {REF_HELP}")
    search.add_argument(
        "--in",
        dest="within",
        type=names,
        default=(),
        metavar="A,B",
        help="only in these texts: output, reason, input, expected, error, label",
    )
