"""One connection with its loops, on a clock of the test's own."""

from random import Random

from tests.clock import FakeClock
from tests.polling.fakes import FakeProvider, connection, make_row, make_run
from tui.models import Status
from tui.polling.connection_loop import ConnectionLoop
from tui.polling.focus_loop import FocusLoop
from tui.polling.health import ConnectionHealth
from tui.polling.links import Link
from tui.polling.sync import Sync
from tui.store import Change, Store


class FakeLink(Link):
    """A link whose provider is given."""

    def __init__(self, provider: FakeProvider, store: Store, clock: FakeClock) -> None:
        async def no_key() -> None:
            return None

        super().__init__(connection(provider.connection), store=store, clock=clock, key=no_key)
        self._sync = Sync(provider, store, clock, self._forward)

    def _forward(self, change: Change) -> None:
        self._publish(change)


class World:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = Store.open(None, clock=self.clock)
        self.provider = FakeProvider(
            sources={"eval_a": [make_run("done"), make_run("live", Status.RUNNING, done=1)]},
            rows={"done": [make_row("0"), make_row("1"), make_row("2")], "live": [make_row("0")]},
        )
        self.link = FakeLink(self.provider, self.store, self.clock)
        self.healths: list[ConnectionHealth] = []
        self.loop = ConnectionLoop(
            self.link, self.store, self.clock, Random(1), self.healths.append
        )
        self.failures: list[str] = []
        self.focus = FocusLoop(
            {"prod": self.link},
            self.store,
            self.clock,
            Random(1),
            on_failure=lambda ref, error, _delay: self.failures.append(f"{ref}: {error.message}"),
            on_progress=lambda _progress: None,
        )

    def asked(self) -> list[str]:
        asked, self.provider.asked[:] = list(self.provider.asked), []
        return asked
