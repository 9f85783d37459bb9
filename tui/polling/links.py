"""A configured connection brought to life: provider, budget and sync, built when first needed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tui.clock import Clock
from tui.config import ConnectionConfig, PollSettings
from tui.credentials import KeySource
from tui.polling.breaker import Breaker
from tui.polling.budget import RequestBudget
from tui.polling.claims import Claims
from tui.polling.gate import ConnectionGate
from tui.polling.ledger import SharedLedger
from tui.polling.next_try import NextTry
from tui.polling.pace import Pace
from tui.polling.sync import Sync
from tui.polling.turns import Turns
from tui.providers.base import Capabilities, Provider
from tui.store import Change, Store

if TYPE_CHECKING:  # httpx is not imported before the first frame
    from tui.providers.http import Transport


class Link:
    """One connection. The provider's libraries are imported in a thread at the first request."""

    def __init__(
        self,
        config: ConnectionConfig,
        *,
        store: Store,
        clock: Clock,
        key: KeySource,
        transport: "Transport | None" = None,
        random: Random | None = None,
        publish: Callable[[Change], None] = lambda _change: None,
        building: asyncio.Lock | None = None,
        shared: Path | None = None,
    ) -> None:
        """Prepare a connection.

        Args:
            config: its settings.
            store: where its answers go.
            clock: for its budget and waits.
            key: where its key comes from.
            transport: replaces the network.
            random: for jitter.
            publish: told of every change.
            building: shared by all connections, which are built one after the other: threads that
                import at the same time leave the interface no turn.
            shared: the directory in which all processes on this store agree on who asks what and
                how often; None = nobody else is there.
        """
        self.config = config
        name = config.name
        self.budget = RequestBudget(
            config.poll.max_requests_per_min,
            clock,
            None if shared is None else SharedLedger(shared / "budget" / name),
        )
        self.claims = Claims(None if shared is None else shared / "claims" / name, clock)
        """Who asks for which run next."""
        self.next_try = NextTry(None if shared is None else shared / "next" / name)
        """When it is asked again after a failure, for processes that stand by."""
        self.turns = Turns(None if shared is None else shared / "turns")
        self.pace = Pace(None, self.turns)
        """How many times as long as configured to wait between two questions; a poller gives all
        its links one."""
        self.lists = self.turns.turn("lists", name)
        """Whether this process asks the lists."""
        self._store = store
        self._clock = clock
        self._key = key
        self._transport = transport
        self._random = random or Random()
        self.breaker = Breaker(clock, self._random)
        self.gate = ConnectionGate(self.budget, self.breaker, clock)
        self._publish = publish
        self._sync: Sync | None = None
        self._building = building or asyncio.Lock()

    @property
    def poll(self) -> PollSettings:
        """How often it is asked now: the configured wishes at the person's pace."""
        wishes, pace = self.config.poll, self.pace.value
        return replace(
            wishes,
            focused_s=wishes.focused_s * pace,
            live_s=wishes.live_s * pace,
            idle_s=wishes.idle_s * pace,
        )

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.config.name

    @property
    def key(self) -> KeySource:
        """Where its key comes from."""
        return self._key

    @property
    def capabilities(self) -> Capabilities | None:
        """What its provider can; None before it was built."""
        return None if self._sync is None else self._sync.provider.capabilities

    async def sync(self) -> Sync:
        """Return the sync, building provider and client the first time."""
        async with self._building:
            if self._sync is None:
                provider = await asyncio.to_thread(self._make_provider)
                self._sync = Sync(provider, self._store, self._clock, self._publish)
            return self._sync

    async def aclose(self) -> None:
        """Close the client, if one was built."""
        if self._sync is not None:
            await self._sync.provider.aclose()

    def _make_provider(self) -> Provider:
        from tui.providers.http import ClientContext
        from tui.providers.registry import make_provider
        from tui.providers.warming import warm_models, warm_network

        context = ClientContext(
            clock=self._clock,
            key=self._key,
            transport=self._transport,
            random=self._random,
            gate=self.gate,
        )
        provider = make_provider(self.config, context)
        warm_network()
        warm_models()
        return provider
