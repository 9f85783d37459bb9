"""What keeps a bug in one message handler from being the end of the app."""

from typing import Protocol, runtime_checkable

from textual.message import Message
from textual.message_pump import MessagePump


@runtime_checkable
class Survivor(Protocol):
    """An app that can go on after a bug in a handler."""

    def survives(self, error: Exception) -> bool:
        """Tell of the bug; False when the app must end with it."""
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
            if not (isinstance(app, Survivor) and app.survives(error)):
                raise
