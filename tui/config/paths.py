"""Where the configuration file and the data are."""

import os
from collections.abc import Mapping
from pathlib import Path

_APP = "evaltop"


def config_file(environ: Mapping[str, str] | None = None) -> Path:
    """Return the configuration file: `$EVALTOP_CONFIG`, else the user's; it need not exist."""
    if named := _named("EVALTOP_CONFIG", environ):
        return named
    from platformdirs import user_config_path

    return user_config_path(_APP, appauthor=False) / "config.toml"


def data_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of store and logs: `$EVALTOP_DATA_DIR`, else the user's."""
    if named := _named("EVALTOP_DATA_DIR", environ):
        return named
    from platformdirs import user_data_path

    return user_data_path(_APP, appauthor=False)


def _named(variable: str, environ: Mapping[str, str] | None) -> Path | None:
    value = (os.environ if environ is None else environ).get(variable, "").strip()
    return Path(value).expanduser().absolute() if value else None
