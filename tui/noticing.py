"""How the app tells: short sentences in the status line, notifications by the terminal."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.screen import ModalScreen, Screen
from textual.timer import Timer

from tui.messages import Told
from tui.notices.telling import Telling
from tui.survival import SurvivingApp
from tui.widgets.backlog import BUSY, output_backlog

TOLD_S = 5.0
"""How long a confirmation stays."""


class NoticingApp(SurvivingApp):
    """An app that confirms what was done, and tells of watched runs."""

    told = ""
    """A short confirmation of what was just done; empty after a while."""
    _told_timer: Timer | None = None
    _telling: Telling | None = None

    def on_told(self, event: Told) -> None:
        """Confirm."""
        self.tell(event.sentence)

    def tell(self, sentence: str) -> None:
        """Show a short confirmation for a few seconds."""
        self.told = sentence
        if self._told_timer is not None:
            self._told_timer.stop()
        self._told_timer = self.set_timer(TOLD_S, self._untell, name="told")
        self._show_status()

    def _untell(self) -> None:
        self.told = ""
        self._told_timer = None
        self._show_status()

    @property
    def live_screen(self) -> Screen[Any] | None:
        """The topmost screen that is no dialog and is whole: the one whose data is seen.

        None at the end.
        """
        screens: list[Screen[Any]] = [
            screen
            for screen in self.screen_stack
            if not isinstance(screen, ModalScreen) and screen not in self.unbuilt
        ]
        return screens[-1] if screens else None

    def _show_status(self) -> None:
        show_status = getattr(self.live_screen, "show_status", None)
        if show_status is not None:
            show_status()

    def start_notices(self) -> Callable[[], Coroutine[Any, Any, None]]:
        """Begin to listen for what watched runs do; returns the loop that tells it."""
        services = self.services
        telling = Telling(
            services.store,
            services.config.notify,
            services.clock,
            services.environ,
            write=self.write_whole,
            say=self.tell,
        )
        self._telling = telling
        services.poller.subscribe(telling.changed)
        return telling.run

    def notices_changed(self) -> None:
        """Tell from now on as the settings say now."""
        if self._telling is not None:
            self._telling.settings = self.services.config.notify

    def write_whole(self, data: str) -> bool:
        """Give the terminal a sequence between two frames; False while it does not keep up.

        Frames are written in one turn of the event loop, so nothing comes between their parts.
        """
        driver = self._driver
        if driver is None or output_backlog(self) > BUSY:
            return False
        driver.write(data)
        driver.flush()
        return True
