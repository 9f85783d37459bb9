"""Where a connection's key comes from, and the box it travels in."""

from tui.credentials.keys import (
    FoundKey,
    KeySource,
    RenewableSource,
    Secret,
    static_key_source,
)
from tui.credentials.ladder import KeyPlace, describe_key_source, make_key_source

__all__ = [
    "FoundKey",
    "KeyPlace",
    "KeySource",
    "RenewableSource",
    "Secret",
    "describe_key_source",
    "make_key_source",
    "static_key_source",
]
