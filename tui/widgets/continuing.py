"""What happens when the process is stopped and goes on, however it was stopped."""

import os
import signal
from collections.abc import Callable
from functools import lru_cache

from textual.driver import Driver


class Continuing(Driver):
    """Before a driver of Textual's for Unix: lets it be stopped at any moment.

    Textual gives the terminal back and takes it in the handlers of the signals, wherever the
    program is just then: in the middle of a write that is the end of it, since both need the lock
    of the same queue, and in the middle of taking the terminal it would be taken twice, with two
    threads that read the keys and the modes before forgotten. Here the event loop does it.

    Stopped from outside (SIGSTOP) nothing could be given back before; that is done when it goes
    on, because a shell has set modes of its own meanwhile.
    """

    _must_signal_resume: bool
    """Textual's: set from ctrl+z until the terminal is taken again."""
    _taken = False

    def start_application_mode(self) -> None:
        """Take the terminal."""
        super().start_application_mode()  # type: ignore[safe-super] # of the driver behind this one
        self._taken = True

    def stop_application_mode(self) -> None:
        """Give it back."""
        self._taken = False
        super().stop_application_mode()  # type: ignore[safe-super] # of the driver behind this one

    def _sigtstp_application(self, *_: object) -> None:
        if self._auto_restart:
            self._from_loop(self._stop_here)
        else:
            # A pager or an editor has the terminal, and the loop waits for its end.
            os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart:
            self._from_loop(self._go_on)

    def _from_loop(self, work: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def _stop_here(self) -> None:
        if self._taken:
            super()._sigtstp_application()  # type: ignore[misc] # of the driver behind this one
        else:
            os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        if not self._must_signal_resume:
            if not self._taken:
                return
            self._must_signal_resume = True
            self.suspend_application_mode()
        super()._sigcont_application()  # type: ignore[misc] # of the driver behind this one


@lru_cache(maxsize=8)
def continuing_driver(driver: type[Driver]) -> type[Driver]:
    """Return a driver that can be stopped at any moment; for `App.get_driver_class`."""
    if not hasattr(driver, "_sigcont_application"):
        return driver
    return type("ContinuingDriver", (Continuing, driver), {})
