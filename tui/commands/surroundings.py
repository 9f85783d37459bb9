"""What a command about the settings is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TextIO

from tui.config import Config


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Streams, environment, and the configuration for those that need it to be readable."""

    environ: Mapping[str, str]
    stdin: TextIO
    out: TextIO
    err: TextIO
    load: Callable[[], Config]
    """Reads the configuration, mistakes of `[keys]` included. Raises ConfigError."""
