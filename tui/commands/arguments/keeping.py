"""Arguments of the commands about what stays in the store: `keep`."""

import argparse
from typing import Any

from tui.commands.arguments.common import REF_HELP, Commands, Parser


def add(commands: "Commands[Any]", common: Parser) -> None:
    """Add the commands."""
    keep = commands.add_parser(
        "keep",
        parents=[common],
        help="never evict the rows of runs",
        description="Keep the stored rows of runs for good, however full the store gets.",
    )
    keep.add_argument("refs", nargs="+", metavar="REF", help=REF_HELP)
    keep.add_argument("--no", action="store_true", help="let them be evicted again")
    keep.add_argument(
        "--offline",
        action="store_true",
        default=argparse.SUPPRESS,
        help="only look among what is stored",
    )
