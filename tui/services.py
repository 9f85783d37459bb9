"""The frozen bundle handed to screens and commands, and how it is opened."""

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tui.clock import Clock, SystemClock
from tui.config import Config, ConnectionConfig
from tui.credentials import KeySource, Prompt, make_key_source, static_key_source
from tui.frozen import frozen
from tui.polling.links import Link
from tui.polling.pace import Pace
from tui.polling.poller import Poller
from tui.polling.turns import Turns
from tui.store import Change, Store

if TYPE_CHECKING:  # httpx is not imported before the first frame
    from tui.providers.http import Transport


@frozen
class Services:
    """Everything a screen or command may use."""

    config: Config
    store: Store
    poller: Poller
    clock: Clock
    links: Mapping[str, Link]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """Where keys and the config file are looked for."""
    make_link: Callable[[ConnectionConfig], Link] | None = None
    """Makes one more connection; None where they are not to change."""
    shown: tuple[str, ...] = ()
    """The only connections whose runs are shown, as named on the command line; empty = all."""
    read_only: bool = False
    """Whether the command line said so; the settings may say it too."""

    @property
    def store_limit(self) -> int | None:
        """How many bytes the store may take; None = the default of `Store.upkeep`."""
        return _limit(self.config)

    def adopt(self, config: Config) -> "tuple[Services, list[Link]]":
        """Take in another configuration while everything runs.

        Connections whose settings are the same keep client, key and budget. Returns the services
        to go on with, and the links that have gone: their loops are to be ended, then they are to
        be closed. `poller.loops` has the loops as they are then.
        """
        config = asked_for(config, self.shown, read_only=self.read_only)
        links, make = self.links, self.make_link
        if make is None or not isinstance(links, dict):
            return replace(self, config=config), []
        wanted = {one.name: one for one in config.connections}
        gone = [link for name, link in links.items() if wanted.get(name) != link.config]
        kept = {name: link for name, link in links.items() if link not in gone}
        links.clear()
        links.update({name: kept.get(name) or make(one) for name, one in wanted.items()})
        self.poller.links_changed([link.name for link in gone])
        self.poller.keep_below(_limit(config))
        return replace(self, config=config), gone

    async def aclose(self) -> None:
        """Close clients and store."""
        await self.poller.aclose()
        self.store.close()


def asked_for(config: Config, names: Collection[str], *, read_only: bool) -> Config:
    """Return the settings as the command line wants them.

    Args:
        config: as it was read.
        names: the only connections there are to be; empty = all.
        read_only: whether nothing may be written to providers, whatever was configured.
    """
    if read_only:
        config = replace(config, ui=replace(config.ui, read_only=True))
    if not names:
        return config
    return replace(
        config, connections=tuple(one for one in config.connections if one.name in names)
    )


def open_services(
    config: Config,
    *,
    transport: "Transport | None" = None,
    keys: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
    data_dir: Path | None = None,
    in_memory: bool = False,
    random: Random | None = None,
    prompt: Prompt | None = None,
    offline: bool = False,
) -> Services:
    """Open the store and prepare every connection; nothing is asked yet.

    Args:
        config: what was configured.
        transport: replaces the network for every connection (demo, tests).
        keys: connection name to key, for the demo; the ladder of keys is then not used.
        clock: the system's when None.
        environ: where keys are looked for; `os.environ` when None.
        data_dir: where the store lives; `config.data_dir` when None.
        in_memory: keep the store in memory.
        random: for jitter.
        prompt: asks the person for a key no other place has.
        offline: let the poller ask nobody.
    """
    clock = clock or SystemClock()
    environ = os.environ if environ is None else environ
    store = Store.open(None if in_memory else data_dir or config.data_dir, clock=clock)
    random = random or Random()
    poller: Poller | None = None

    def publish(change: Change) -> None:
        if poller is not None:
            poller.publish(change)

    def key_source(connection: ConnectionConfig) -> KeySource:
        if keys is not None:
            return static_key_source(keys.get(connection.name))
        return make_key_source(connection, environ, clock=clock, prompt=prompt)

    shared = None if store.file is None else store.file.parent / "shared"
    building = asyncio.Lock()
    turns = Turns(None if shared is None else shared / "turns")
    pace = Pace(None if shared is None else shared / "pace", turns)

    def make_link(connection: ConnectionConfig) -> Link:
        return Link(
            connection,
            store=store,
            clock=clock,
            key=key_source(connection),
            transport=transport,
            random=random,
            publish=publish,
            building=building,
            shared=shared,
        )

    links = {connection.name: make_link(connection) for connection in config.connections}
    limit = _limit(config)
    poller = Poller(links, store, clock, random, store_limit=limit, offline=offline, pace=pace)
    return Services(config, store, poller, clock, links, environ, make_link)


def _limit(config: Config) -> int | None:
    gib = config.store.max_gib
    return None if gib is None else int(gib * 2**30)
