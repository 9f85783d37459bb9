"""A simulated world: a small insurer's evals on five providers, spoken over their real protocols.

`facts.py` names what there is, `cast/` who appears, `course.py` how runs move, `rows.py` what an
attempt brought, `world.py` ties them together. `wire_*.py` speak the providers' protocols over it;
they share nothing with `tui.providers`, which they prove. `transport.py` and `server.py` carry
them. Nothing here reads a key, a file or the network.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.clock import Clock
from tui.demo.setup import config_toml, demo_config, demo_keys
from tui.demo.world import World

if TYPE_CHECKING:
    import httpx

__all__ = [
    "SEED",
    "config_toml",
    "demo_config",
    "demo_keys",
    "demo_transport",
    "demo_world",
    "serve",
]

SEED = 7


def demo_world(clock: Clock, *, seed: int = SEED, epoch: datetime | None = None) -> World:
    """Return the world; it begins at `epoch` (aware), or now."""
    return World(seed, clock.now() if epoch is None else epoch, clock)


def demo_transport(
    world: World, *, clock: Clock | None = None, latency_s: float = 0.0
) -> "httpx.AsyncBaseTransport":
    """Return an httpx transport that answers for the hosts of `demo_config()`.

    Args:
        world: The world to serve.
        clock: Slept on before each answer.
        latency_s: How long; 0 answers at once.
    """
    from tui.demo.apis import MOUNTS, apis
    from tui.demo.transport import DemoTransport

    served = apis(world)
    hosts = {mount.host: served[mount.account] for mount in MOUNTS if mount.account in served}
    return DemoTransport(hosts, clock=clock, latency_s=latency_s)


def serve(
    host: str, port: int, on_ready: Callable[[str], None], *, world: World | None = None
) -> Awaitable[None]:
    """Serve all APIs on one port until cancelled; see `tui.demo.server.serve`."""
    from tui.demo.server import serve as serve_on

    return serve_on(host, port, on_ready, world=world)
