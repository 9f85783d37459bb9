"""What would else be loaded and built in the middle of the first answers, done in a thread.

The network library is loaded with the first request, and a wire model is built with its first
item: together over 100 ms in which no key would be answered.
"""

from functools import cache

import anyio

from tui.providers.wire import Wire


@cache
def warm_network() -> None:
    """Load what the first request needs. Called in a thread; later calls do nothing."""
    anyio.run(anyio.sleep, 0)


def warm_models(parent: type[Wire] = Wire) -> None:
    """Build the wire models that are imported and not built yet. Called in a thread."""
    for model in parent.__subclasses__():
        model.model_rebuild()
        warm_models(model)
