"""The screens: name → factory. Each is imported when it is first shown."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from textual.screen import Screen

Factory = Callable[..., Screen[Any]]


def _factory(module: str, name: str) -> Factory:
    def make(*arguments: Any) -> Screen[Any]:
        screen: Screen[Any] = getattr(import_module(f"screens.{module}"), name)(*arguments)
        return screen

    return make


SCREENS: Mapping[str, Factory] = {
    "runs": _factory("runs", "RunsScreen"),
    "run": _factory("run", "RunScreen"),
    "statistics": _factory("statistics", "StatisticsScreen"),
    "trial": _factory("trial", "TrialScreen"),
    "search": _factory("search", "SearchScreen"),
    "json": _factory("raw", "JsonScreen"),
    "compare": _factory("compare", "CompareScreen"),
    "pair": _factory("pair", "PairScreen"),
    "connections": _factory("connections", "ConnectionsScreen"),
    "help": _factory("help", "HelpScreen"),
}
"""All take `Services` first, then what the message that opens them carries."""
