"""A Weave trace server over the world: calls, evaluation results, objects."""

from tui.demo.wire import Api
from tui.demo.wire_weave.api import WeaveApi
from tui.demo.world import World


def weave_api(world: World, key: str, *, entity: str, project: str) -> Api:
    """Return the API; it knows one project."""
    return WeaveApi(world, key, entity=entity, project=project)
