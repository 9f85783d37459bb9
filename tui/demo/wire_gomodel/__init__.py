"""The GoModel gateway's native batches over the world, as its source answers them."""

from tui.demo.wire import Api
from tui.demo.wire_gomodel.api import GoModelApi
from tui.demo.world import World


def gomodel_api(world: World, key: str) -> Api:
    """Return the API; paths begin with `/v1`."""
    return GoModelApi(world, key)
