"""Arguments of the commands about the program itself: `demo`, `config`."""

from typing import Any

from tui.commands.arguments.common import Commands, Parser


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


def add_config(commands: "Commands[Any]", common: Parser) -> None:
    """Add `config`."""
    config = commands.add_parser("config", help="where the settings are and whether they are right")
    actions = config.add_subparsers(
        dest="action", metavar="path|show|check", required=True, parser_class=Parser
    )
    for name, text in (
        ("path", "print where the config file is looked for"),
        ("show", "print the effective settings, without keys"),
        ("check", "name every mistake with file, line and key"),
    ):
        actions.add_parser(name, parents=[common], help=text)
