"""Menus for what a person may choose of a comparison: the match key, and how it is judged."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from screens.menu import ChoiceMenu
from tui.presentation import comparison_options as present
from tui.store import Store

if TYPE_CHECKING:  # NumPy and SciPy are loaded with the first comparison, in its thread
    from tui.analysis.compared import Comparison, Options


class OptionMenus:
    """Asks, and hands on the options that were chosen."""

    def __init__(
        self, screen: Screen[str], store: Store, choose: Callable[["Options"], None]
    ) -> None:
        self._screen = screen
        self._store = store
        self._choose = choose

    def match_key(self, comparison: "Comparison") -> None:
        """Ask what rows are matched by."""
        current = comparison.matched.key.name
        menu = ChoiceMenu("Match rows by", present.key_choices(comparison), current)

        def chosen(key: str | None) -> None:
            if key is not None:
                self._choose(present.changed(comparison.options, "key", key))

        self._screen.app.push_screen(menu, chosen)

    def judging(self, comparison: "Comparison") -> None:
        """Ask which of the other options is to change, then for its value."""
        options = comparison.options

        def chosen(name: str | None) -> None:
            if name is not None:
                self._screen.run_worker(
                    self._value(comparison, name), name="option", group="option", exclusive=True
                )

        menu = ChoiceMenu("How it is judged", present.option_choices(options), "")
        self._screen.app.push_screen(menu, chosen)

    async def _value(self, comparison: "Comparison", name: str) -> None:
        options, fields = comparison.options, []
        if name in present.OF_FIELDS:
            ref = comparison.runs[0].run.ref
            fields = await asyncio.to_thread(self._store.joining.field_names, ref)
        title, choices, current = present.value_choices(options, name, fields)

        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(present.changed(options, name, value))

        self._screen.app.push_screen(ChoiceMenu(title, choices, current), chosen)
