"""Arguments of the commands that judge runs: `compare`, `gate`."""

import argparse
from pathlib import Path
from typing import Any

from tui.commands.arguments.common import REF_HELP, Commands, Parser, positive

KEY_HELP = (
    "match rows by key, label, input, item.FIELD or extra.FIELD, and remember it for these groups; "
    "auto forgets and chooses"
)


def rate(text: str) -> float:
    """Return a rate, written 0 to 1 or as a percentage. Raises ArgumentTypeError."""
    number = text.strip()
    try:
        found = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError("it must be between 0 and 1, or a percentage")
    return found


def comparing_flags() -> Parser:
    """Return the flags that say how runs are compared."""
    flags = Parser(add_help=False)
    flags.add_argument("--key", metavar="KEY", help=KEY_HELP)
    flags.add_argument(
        "--margin",
        type=rate,
        metavar="RATE",
        help="differences up to this size do not matter (default 2%%)",
    )
    flags.add_argument(
        "--min-rows", type=positive, metavar="N", help="fewer matched rows are too few (default 10)"
    )
    flags.add_argument(
        "--correction",
        choices=("holm", "bh", "none"),
        default="holm",
        help="how p-values are adjusted when much is compared at once",
    )
    flags.add_argument(
        "--cluster",
        metavar="FIELD",
        help="rows with the same item.FIELD (or extra.FIELD) count as dependent",
    )
    flags.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write one page for people; FILE ends in .md or .html",
    )
    flags.add_argument(
        "--offline", action="store_true", help="answer from what is stored, ask nobody"
    )
    return flags


def add(commands: "Commands[Any]", common: Parser) -> None:
    """Add the commands."""
    flags = comparing_flags()
    compare = commands.add_parser(
        "compare", parents=[common, flags], help="is it really better? row by row"
    )
    compare.add_argument("ref", metavar="REF", help=f"the baseline: {REF_HELP}")
    compare.add_argument("others", nargs="*", metavar="REF", help="up to seven runs beside it")
    compare.add_argument(
        "--slices", metavar="FIELD", help="also apart by the values of item.FIELD (or extra.FIELD)"
    )
    compare.add_argument("--format", choices=("table", "json", "md"), default="table")
    gate = commands.add_parser(
        "gate",
        parents=[common, flags],
        help="pass or fail a run",
        description="Judge a run by its own figures and beside a baseline. "
        "Exit codes: 0 passed · 1 regressed · 2 inconclusive, missing or too few rows.",
    )
    gate.add_argument("ref", metavar="REF", nargs="?", help=REF_HELP)
    gate.add_argument(
        "--min-pass-rate",
        type=rate,
        metavar="RATE",
        help="least pass rate: its 95 %% interval must not go below",
    )
    gate.add_argument(
        "--max-error-rate",
        type=rate,
        metavar="RATE",
        help="largest share of errored rows (default 5%%)",
    )
    gate.add_argument(
        "--baseline",
        metavar="REF",
        help="must not be worse than this run; marked means the group's baseline, "
        "else the run before",
    )
    gate.add_argument(
        "--policy", type=Path, metavar="FILE", help="checks of several runs and criteria, in TOML"
    )
    gate.add_argument("--format", choices=("table", "json", "md"), default="table")
