"""What keeps a bug in one message handler from being the end of the app."""

from typing import Protocol, runtime_checkable

from textual import events
from textual.message import Message
from textual.message_pump import MessagePump


@runtime_checkable
class Survivor(Protocol):
    """An app that can go on after a bug in a handler."""

    def survives(
        self, error: Exception, pump: MessagePump | None = None, *, building: bool = False
    ) -> bool:
        """Tell of the bug; False when the app must end with it.

        Args:
            error: the bug.
            pump: the app, screen or widget it was met in, where that is known.
            building: whether a screen or widget could not be composed or mounted because of it.
        """
        ...


class Surviving(MessagePump):
    """Base of the app, its screens and its widgets: takes the next message after a bug in one.

    Textual by itself ends a widget's message loop, and the app, at the first exception.
    """

    async def _dispatch_message(self, message: Message) -> None:
        try:
            await super()._dispatch_message(message)
        except Exception as error:
            app = self.app
            building = isinstance(message, events.Compose | events.Mount)
            if not (isinstance(app, Survivor) and app.survives(error, self, building=building)):
                raise
