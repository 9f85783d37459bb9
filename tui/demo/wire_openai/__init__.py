"""OpenAI's API over the simulated world, written from its public documents."""

from tui.demo.wire_openai.api import EvalsApi
from tui.demo.world import World

__all__ = ["EvalsApi", "openai_api"]


def openai_api(world: World, key: str) -> EvalsApi:
    """Return the OpenAI API that accepts `key`."""
    return EvalsApi(world, key)
