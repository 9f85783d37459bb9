"""Where a connection's key comes from, and the box it travels in."""

from tui.credentials.keys import (
    EnterableSource,
    FoundKey,
    KeySource,
    RenewableSource,
    Secret,
    static_key_source,
)
from tui.credentials.ladder import KeyPlace, describe_key_source, locate_key, make_key_source
from tui.credentials.prompt import Prompt, terminal_prompt
from tui.credentials.system_keyring import (
    KeyringState,
    KeyringTroubleError,
    drop_from_keyring,
    keep_in_keyring,
    keyring_state,
)

__all__ = [
    "EnterableSource",
    "FoundKey",
    "KeyPlace",
    "KeySource",
    "KeyringState",
    "KeyringTroubleError",
    "Prompt",
    "RenewableSource",
    "Secret",
    "describe_key_source",
    "drop_from_keyring",
    "keep_in_keyring",
    "keyring_state",
    "locate_key",
    "make_key_source",
    "static_key_source",
    "terminal_prompt",
]
