"""How the app takes in its settings, at the start and when the file changes while it runs."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from textual.worker import WorkerError

from tui.actions import ACTIONS, all_problems, keys_of
from tui.config import Config
from tui.config.followed import FollowedFile
from tui.errors import ConfigError
from tui.messages import ConfigChanged
from tui.noticing import NoticingApp
from tui.presentation.format import plural

Loop = tuple[str, Callable[[], Coroutine[Any, Any, None]]]

LOOK_S = 2.0
"""How often the config file is looked at."""
_UNBOUND = "f35"
"""A key no keyboard has, for actions a person has unbound; Textual takes no empty key."""


class AdoptingApp(NoticingApp):
    """An app whose settings may change while it runs."""

    own_loops: Sequence[Loop] = ()
    """Those that run beside the poller's, each with a name for its worker."""
    _followed: FollowedFile | None = None

    def take_looks(self, before: Config | None) -> None:
        """Take theme and keys from the settings, as far as they differ from those before."""
        config = self.services.config
        chosen = before is None or config.ui.theme != before.ui.theme
        # Setting what is set already would style and paint everything once more.
        if chosen and config.ui.theme != self.theme:
            self.theme = config.ui.theme
        if before is None or config.keys != before.keys:
            self.set_keymap(
                {
                    action.id: ",".join(_textual_key(key) for key in keys) or _UNBOUND
                    for action in ACTIONS
                    if (keys := keys_of(action, config.keys)) != action.keys
                }
            )

    def config_loops(self) -> list[Loop]:
        """Return the loop that looks whether somebody changes the config file, where one may be."""
        services = self.services
        if services.make_link is None or services.config.origin == "demo":
            return []
        self._followed = FollowedFile(services.config, services.environ)
        return [("config", self._look)]

    async def _look(self) -> None:
        while self._followed is not None:
            await self.services.clock.sleep(LOOK_S)
            # In a thread: a home directory may be on a network that is down.
            if await asyncio.to_thread(self._followed.changed):
                await self._read_again(self._followed)

    async def _read_again(self, followed: FollowedFile) -> None:
        try:
            config = await asyncio.to_thread(followed.read)
        except ConfigError as error:
            (wrong, *_) = error.problems
            place = "" if wrong.line is None else f"line {wrong.line}: "
            self.tell(f"the settings stay as they were: {place}{wrong.message}")
            return
        told = "the config file has changed and counts now"
        if mistakes := len(all_problems(config)):
            told += f", but for {plural(mistakes, 'mistake')} in it: A tells"
        self.post_message(ConfigChanged(config, told, seen=True))

    async def on_config_changed(self, event: ConfigChanged) -> None:
        """Go on with other settings: loops that are needed no more end, new ones begin."""
        before = self.services.config
        config = replace(event.config, problems=all_problems(event.config))
        if event.seen and config == before:
            return
        self.services, gone = self.services.adopt(config)
        if self._followed is not None:
            self._followed.take(self.services.config)
        ended = {f"poll {link.name}" for link in gone}
        for worker in [one for one in self.workers if one.group == "poll" and one.name in ended]:
            worker.cancel()
            with suppress(WorkerError):
                await worker.wait()
        for link in gone:
            await link.aclose()
        self.take_looks(before)
        self.notices_changed()
        self.begin_loops()
        for screen in self.screen_stack:
            take = getattr(screen, "take_services", None)
            if take is not None:
                take(self.services)
        self.tell(event.told)

    def begin_loops(self) -> None:
        """Start every loop that does not run: new ones, and those a bug has ended."""
        running = {one.name for one in self.workers if one.group == "poll" and one.is_running}
        for name, loop in [*self.services.poller.loops(), *self.own_loops]:
            if name not in running:
                # Not a coroutine made already: a person who quits at once ends it unbegun.
                self.run_worker(
                    loop,  # type: ignore[arg-type] # None is a result like any other
                    name=name,
                    group="poll",
                    exit_on_error=False,
                )


def _textual_key(key: str) -> str:
    """Return a key as Textual's keymaps take it; a comma separates keys there."""
    return "comma" if key == "," else key
