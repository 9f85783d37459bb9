"""Who appears: every group and run of the demo, per account."""

from datetime import datetime

from tui.demo.cast import azure, datalab, gomodel, openai, weave
from tui.demo.cast.casting import Casting

__all__ = ["Casting", "build_cast"]


def build_cast(seed: int, epoch: datetime) -> Casting:
    """Return all groups and runs of the world with this seed and start."""
    cast = Casting(seed, epoch)
    for account in (openai, azure, weave, datalab, gomodel):
        account.add(cast)
    return cast
