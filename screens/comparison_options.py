"""Menus for what a person may choose of a comparison: the match key, and how it is judged."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import chain
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
        self._work(self._key(comparison))

    async def _key(self, comparison: "Comparison") -> None:
        names = self._store.joining.field_names
        fields = await asyncio.to_thread(names, comparison.runs[0].run.ref)
        choices = present.key_choices(comparison, fields)

        def chosen(key: str | None) -> None:
            if key is not None:
                self._choose(present.changed(comparison.options, "key", key))

        menu = ChoiceMenu("Match rows by", choices, comparison.matched.key.name)
        self._screen.app.push_screen(menu, chosen)

    def judging(self, comparison: "Comparison") -> None:
        """Ask which of the other options is to change, then for its value."""
        options = comparison.options

        def chosen(name: str | None) -> None:
            if name is not None:
                self._work(self._value(comparison, name))

        menu = ChoiceMenu("How it is judged", present.option_choices(options), "")
        self._screen.app.push_screen(menu, chosen)

    async def _value(self, comparison: "Comparison", name: str) -> None:
        options = comparison.options
        fields = await self._fields(comparison, name) if name in present.OF_FIELDS else []
        title, choices, current = present.value_choices(options, name, fields)

        def chosen(value: str | None) -> None:
            if value is not None:
                self._choose(present.changed(options, name, value))

        self._screen.app.push_screen(ChoiceMenu(title, choices, current), chosen)

    async def _fields(self, comparison: "Comparison", option: str) -> list[str]:
        """Return the fields that rows of any of the runs have, the baseline's first."""
        joining = self._store.joining
        names = joining.slice_fields if option == "slices" else joining.group_fields
        refs = [stored.run.ref for stored in comparison.runs]
        found = await asyncio.to_thread(lambda: [names(ref) for ref in refs])
        return list(dict.fromkeys(chain.from_iterable(found)))

    def _work(self, work: Coroutine[None, None, None]) -> None:
        self._screen.run_worker(
            work, name="option", group="option", exclusive=True, exit_on_error=False
        )
