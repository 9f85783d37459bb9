"""Arguments of the commands about the program itself: `demo`, `config`, `auth`, `doctor`."""

import argparse
from typing import Any

from tui.commands.arguments.common import FORMATS, Commands, Parser


def add_demo(commands: "Commands[Any]") -> None:
    """Add `demo`."""
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
    demo.add_argument(
        "--read-only",
        action="store_true",
        default=argparse.SUPPRESS,
        help="without anything that changes a run",
    )


def add_config(commands: "Commands[Any]", common: Parser) -> None:
    """Add `config`."""
    config = commands.add_parser("config", help="where the settings are and whether they are right")
    actions = config.add_subparsers(
        dest="action", metavar="path|show|check|init", required=True, parser_class=Parser
    )
    for name, text in (
        ("path", "print where the config file is looked for"),
        ("show", "print the effective settings, without keys"),
        ("check", "name every mistake with file, line and key"),
        ("init", "write a commented file to begin with, from what the environment holds"),
    ):
        actions.add_parser(name, parents=[common], help=text)


def add_auth(commands: "Commands[Any]", common: Parser) -> None:
    """Add `auth`."""
    auth = commands.add_parser("auth", help="keys in the system's keyring")
    actions = auth.add_subparsers(
        dest="action", metavar="set|test|list|remove", required=True, parser_class=Parser
    )
    for name, text in (
        ("set", "keep a key, typed hidden or piped in; never an argument"),
        ("remove", "forget a key"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("name", metavar="NAME", help="the connection")
    test = actions.add_parser("test", parents=[common], help="ask the provider with the key")
    test.add_argument("name", metavar="NAME", nargs="?", help="the connection; default: all")
    listing = actions.add_parser("list", parents=[common], help="where each connection's key is")
    listing.add_argument("--format", choices=FORMATS, default="table")


def add_doctor(commands: "Commands[Any]", common: Parser) -> None:
    """Add `doctor`."""
    doctor = commands.add_parser(
        "doctor",
        parents=[common],
        help="what works here, what does not, and what to type",
        description="Look at Python, terminal, network variables, keyring, config and store, and "
        "ask every connection. Exit code 0 when all of it works.",
    )
    doctor.add_argument("--format", choices=FORMATS, default="table")
