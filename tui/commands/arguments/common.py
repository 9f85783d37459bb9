"""The parser all commands are made with, and the flags several of them share."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tui.errors import UsageError

FORMATS = ("table", "json", "jsonl", "csv", "md")
REF_HELP = "connection/path, or an id, name or id prefix"

Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse names the type nowhere else
"""What `add_subparsers` returns: commands are added to it."""


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of leaving with its own exit code.

    Flags may stand between words of a list (`rows REF --offline QUERY`), which argparse by itself
    takes for the end of the list.
    """

    def parse_known_args(  # type: ignore[override]  # argparse types it by the namespace's class
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, and give words that are left over to the list they belong to."""
        found, left = super().parse_known_args(args, namespace)
        lists = [one for one in self._get_positional_actions() if one.nargs in ("*", "+")]
        if not lists or any(word.startswith("-") for word in left):
            return found, left
        wanted = lists[-1]
        read: Any = wanted.type or str
        setattr(found, wanted.dest, [*getattr(found, wanted.dest), *map(read, left)])
        return found, []

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the sentence of argparse."""
        raise UsageError(
            f"{message[:1].upper()}{message[1:]}.", remedy=f"See `{self.prog} --help`."
        )


def positive(text: str) -> int:
    """Return a number of at least 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it must be a number of at least 1")
    return int(text)


def names(text: str) -> tuple[str, ...]:
    """Return the names of a comma-separated list."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def common_flags() -> Parser:
    """Return the flags every command takes: `--config`, `--connection`."""
    common = Parser(add_help=False)
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


def reading_flags() -> Parser:
    """Return the flags of commands that print records: source, format, columns."""
    reading = Parser(add_help=False)
    reading.add_argument(
        "--offline",
        action="store_true",
        default=argparse.SUPPRESS,
        help="answer from what is stored, ask nobody",
    )
    reading.add_argument("--format", choices=FORMATS, default="table")
    reading.add_argument("--limit", type=positive, metavar="N", help="at most N; a cut is told")
    reading.add_argument(
        "--fields", type=names, metavar="A,B", default=(), help="only these keys, in this order"
    )
    return reading
