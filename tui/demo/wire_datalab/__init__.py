"""Datalab's evaluation batch runs over the world, as its public reference describes them."""

from tui.demo.wire import Api
from tui.demo.wire_datalab.api import DatalabApi
from tui.demo.world import World


def datalab_api(world: World, key: str) -> Api:
    """Return the API; paths begin with `/api/v1`."""
    return DatalabApi(world, key)
