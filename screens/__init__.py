"""The screens: name → factory. Each is imported when it is first shown, or a moment before."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from textual.screen import Screen


class Factory:
    """Makes the screens of one class."""

    def __init__(self, module: str, name: str) -> None:
        self._module = f"screens.{module}"
        self._name = name

    def load(self) -> type[Screen[Any]]:
        """Import the class; may be called from any thread."""
        screen: type[Screen[Any]] = getattr(import_module(self._module), self._name)
        return screen

    def __call__(self, *arguments: Any) -> Screen[Any]:
        """Make a screen."""
        return self.load()(*arguments)


SCREENS: Mapping[str, Factory] = {
    "runs": Factory("runs", "RunsScreen"),
    "run": Factory("run", "RunScreen"),
    "statistics": Factory("statistics", "StatisticsScreen"),
    "trial": Factory("trial", "TrialScreen"),
    "search": Factory("search", "SearchScreen"),
    "json": Factory("raw", "JsonScreen"),
    "compare": Factory("compare", "CompareScreen"),
    "pair": Factory("pair", "PairScreen"),
    "connections": Factory("connections", "ConnectionsScreen"),
    "help": Factory("help", "HelpScreen"),
}
"""All take `Services` first, then what the message that opens them carries."""
