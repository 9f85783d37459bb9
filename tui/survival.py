"""Where unforeseen errors end: a private report, a banner, and going on wherever that can be."""

from typing import Any
from weakref import WeakSet

from textual.app import App
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui import crash
from tui.messages import WorkBroke
from tui.services import Services
from tui.widgets.surviving import Surviving

# Where Textual catches what it hands to `_handle_exception`, and goes on.
_TIMER = Timer._tick.__code__  # noqa: SLF001 - only the stack tells where an error was caught
_CALLBACKS = MessagePump._flush_next_callbacks.__code__  # noqa: SLF001 - as above
_LOOP = MessagePump._process_messages_loop.__code__  # noqa: SLF001 - as above
_COMPOSE = Widget._compose.__code__  # noqa: SLF001 - as above
_IDLE = "invoke"
"""What the loop calls beside messages: it goes on after an error there."""


class SurvivingApp(Surviving, App[int]):
    """An app that outlives its bugs."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.banner = ""
        """A bug that did not end the app; empty while there is none."""
        self.unbuilt: WeakSet[Screen[Any]] = WeakSet()
        """Screens that could not be built and are being taken away."""
        self._bugs = crash.BugCount(services.clock)

    def _show_status(self) -> None:
        """Show the banner, and whatever else is told beside it."""
        raise NotImplementedError

    def on_work_broke(self, event: WorkBroke) -> None:
        """A worker of a screen has failed."""
        self._bug(event.error)

    def _bug(self, error: BaseException) -> None:
        """Keep a private report and show the banner: the one place where unforeseen errors end."""
        if self._bugs.is_new(error):
            at = self.services.clock.now()
            report = crash.write_report(error, self.services.config.data_dir, at)
            self.banner = crash.sentence(error, report)
        self._show_status()

    def survives(
        self, error: Exception, pump: MessagePump | None = None, *, building: bool = False
    ) -> bool:
        """Show the banner for a bug; False when bugs come without an end.

        A screen that could not be built is taken away; without the first there is nothing to show.
        """
        screen = pump.screen if isinstance(pump, Widget) and pump.is_attached else None
        if screen in self.unbuilt:
            return True  # what follows from its first bug
        if self._exception is not None or self._bugs.too_many():
            return False
        if building and screen is not None:
            if screen is self.screen_stack[0]:
                return False
            self.unbuilt.add(screen)
            self.call_later(self._take_away, screen)
        try:
            self._bug(error)
        except Exception:  # noqa: BLE001 - what shows bugs has one itself: the screen cannot go on
            return False
        return True

    def _take_away(self, screen: Screen[Any]) -> None:
        if screen is self.screen:
            screen.dismiss(None)

    def _handle_exception(self, error: Exception) -> None:
        """End, unless it came from where Textual goes on: timer, callback, a widget being made."""
        composed = _composed(error)
        if _harmless(error) and self.survives(error, composed, building=composed is not None):
            return
        super()._handle_exception(error)
        self._return_code = crash.EXIT_CODE

    def _fatal_error(self) -> None:
        """End after a bug in the interface; Textual's own report would print local variables."""
        from rich.segment import Segments
        from rich.text import Text

        error = self._exception
        if error is None:
            return
        at = self.services.clock.now()
        report = crash.write_report(error, self.services.config.data_dir, at)
        lines = self.console.render(Text(crash.sentence(error, report)), self.console.options)
        self._exit_renderables.append(Segments(list(lines)))
        self._close_messages_no_wait()


def _harmless(error: Exception) -> bool:
    trace = error.__traceback__
    if trace is None:
        return False
    code, inner = trace.tb_frame.f_code, trace.tb_next
    if code is _LOOP:
        return inner is not None and inner.tb_frame.f_code.co_name == _IDLE
    return code in (_TIMER, _CALLBACKS, _COMPOSE)


def _composed(error: Exception) -> MessagePump | None:
    """Return the widget whose composing has failed, if it was that."""
    trace = error.__traceback__
    if trace is None or trace.tb_frame.f_code is not _COMPOSE:
        return None
    widget = trace.tb_frame.f_locals["self"]
    return widget if isinstance(widget, MessagePump) else None
