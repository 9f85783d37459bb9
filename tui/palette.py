"""The command palette, fed from the action registry."""

from functools import partial

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.keys import _character_to_key
from textual.widgets import Input

from tui.actions import Action, actions_for, keys_label, keys_of
from tui.widgets.surviving import Surviving


class ActionPalette(Surviving, CommandPalette):
    """Everything that can be done on the screen below."""

    def __init__(self) -> None:
        super().__init__(providers=[ActionCommands], placeholder="What to do?")

    def on_mount(self) -> None:
        """Let nothing blink: a cursor that does would write to the terminal for ever."""
        self.query_one(Input).cursor_blink = False


class ActionCommands(Provider):
    """The actions of a screen as commands."""

    def _commands(self) -> list[tuple[str, str, Action]]:
        name = getattr(self.screen, "NAME", "")
        own = getattr(self.screen, "keys", {})
        return [
            (action.text, f"{keys_label(keys_of(action, own))}   {action.id}", action)
            for action in actions_for(name)
            if action.group != "Move" and action.id != "palette" and action.show
        ]

    async def discover(self) -> Hits:
        """Offer everything."""
        for text, keys, action in self._commands():
            yield DiscoveryHit(text, partial(self._press, action), help=keys)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for text, keys, action in self._commands():
            score = matcher.match(f"{text} {action.id}")
            if score > 0:
                yield Hit(score, matcher.highlight(text), partial(self._press, action), help=keys)

    async def _press(self, action: Action) -> None:
        """Do what the action's key does, wherever it is bound."""
        keys = keys_of(action, getattr(self.screen, "keys", {}))
        if keys:
            key = keys[0]
            self.app.simulate_key(_character_to_key(key) if len(key) == 1 else key)
