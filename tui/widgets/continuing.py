"""What happens when a stopped process goes on, however it was stopped."""

from functools import lru_cache

from textual.driver import Driver


@lru_cache(maxsize=8)
def continuing_driver(driver: type[Driver]) -> type[Driver]:
    """Return a driver that begins anew when it goes on; for `App.get_driver_class`.

    Textual gives the terminal back before it stops itself (ctrl+z) and takes it again when it goes
    on. Stopped from outside (SIGSTOP), it would take the terminal twice: two threads would read the
    keys, one of which never ends, and the modes before would be forgotten.
    """
    if not hasattr(driver, "_sigcont_application"):
        return driver

    class ContinuingDriver(driver):  # type: ignore[valid-type, misc] # the base is chosen by platform
        """Textual's driver of this platform, which may be stopped by anybody."""

        def _sigcont_application(self, *arguments: object) -> None:
            # Set from ctrl+z until the terminal is taken again.
            if self._auto_restart and not self._must_signal_resume:  # type: ignore[has-type] # Textual's
                self._must_signal_resume = True
                self.suspend_application_mode()
            super()._sigcont_application(*arguments)

    return ContinuingDriver
