"""Settings: frozen dataclasses read from a TOML file and the environment, checked by hand.

pydantic is not used here: it would be imported before the first frame.
Precedence: flag > environment > config file > default (design 4.1).

The four poll settings (`focused_s`, `live_s`, `idle_s`, `max_requests_per_min`) stand in `[poll]`
for all connections and, stronger, directly in a connection's own table.
"""

from tui.config.addresses import is_loopback
from tui.config.editing import remove_connection, set_connection
from tui.config.environment import PartialFind, environment_connections, partial_finds
from tui.config.load import load_config
from tui.config.paths import config_file, data_dir
from tui.config.settings import (
    AzureOpenAIConnection,
    Config,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    NotifySettings,
    OpenAIConnection,
    PollSettings,
    StoreSettings,
    UiSettings,
    WeaveConnection,
    key_variable_of,
)
from tui.config.showing import connection_values, describe
from tui.config.starter import starter_text

__all__ = [
    "AzureOpenAIConnection",
    "Config",
    "ConnectionConfig",
    "DatalabConnection",
    "GoModelConnection",
    "NotifySettings",
    "OpenAIConnection",
    "PartialFind",
    "PollSettings",
    "StoreSettings",
    "UiSettings",
    "WeaveConnection",
    "config_file",
    "connection_values",
    "data_dir",
    "describe",
    "environment_connections",
    "is_loopback",
    "key_variable_of",
    "load_config",
    "partial_finds",
    "remove_connection",
    "set_connection",
    "starter_text",
]
