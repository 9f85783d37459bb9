"""Arguments of the commands that write and read files: `export`, `import`."""

import argparse
from pathlib import Path
from typing import Any

from tui.commands.arguments.common import REF_HELP, Commands, Parser

_FORMATS = ("jsonl", "csv", "parquet")
_KINDS = (
    *("evaltop", "openai-items", "batch", "batch-input", "gomodel-results", "inspect"),
    "promptfoo",
)


def _formats(text: str) -> tuple[str, ...]:
    """Return the formats of a comma-separated list, each once. Raises ArgumentTypeError."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    wrong = [name for name in names if name not in _FORMATS]
    if wrong or not names:
        raise argparse.ArgumentTypeError(f"it must be some of {', '.join(_FORMATS)}")
    return names


def add(commands: "Commands[Any]", common: Parser) -> None:
    """Add the commands."""
    _add_export(commands, common)
    _add_import(commands, common)


def _add_import(commands: "Commands[Any]", common: Parser) -> None:
    importing = commands.add_parser(
        "import",
        parents=[common],
        help="exports, eval items, batch files, Inspect and promptfoo logs",
        description="Read files into the store, under a connection's name of your own. What a file "
        "is, is seen from its content. Importing it again changes nothing.",
    )
    importing.add_argument("file", nargs="+", type=Path, metavar="FILE")
    importing.add_argument(
        "--name",
        metavar="NAME",
        default="imported",
        help="the connection's name the runs are listed under: letters, digits, - and _ "
        "(default: imported)",
    )
    importing.add_argument(
        "--as", dest="kind", choices=_KINDS, help="what the files are, where that is not seen"
    )
    importing.add_argument(
        "--run", metavar="ID", help="the run's id, for files that do not name it"
    )


def _add_export(commands: "Commands[Any]", common: Parser) -> None:
    export = commands.add_parser(
        "export",
        parents=[common],
        help="runs, rows and trials to files",
        description="Write runs with all their rows and trials to a folder: JSONL that `evaltop "
        "import` reads back exactly, CSV for spreadsheets, Parquet. Either every file is written "
        "whole or none.",
    )
    export.add_argument("ref", nargs="*", metavar="REF", help=REF_HELP)
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder")
    export.add_argument(
        "--runs",
        metavar="QUERY",
        help="also every run this filter of `evaltop runs` means; with neither REF nor QUERY, "
        "every run of the connections named by --connection",
    )
    export.add_argument(
        "--format",
        type=_formats,
        default=("jsonl", "csv"),
        metavar="A,B",
        help="some of jsonl, csv, parquet (default: jsonl,csv)",
    )
    export.add_argument(
        "--offline",
        action="store_true",
        default=argparse.SUPPRESS,
        help="write what is stored, ask nobody",
    )
    export.add_argument(
        "--partial", action="store_true", help="also runs whose rows are not all stored"
    )
    export.add_argument("--force", action="store_true", help="overwrite files that are there")
