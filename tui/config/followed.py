"""Whether the config file is another one than when it was last looked at."""

from collections.abc import Mapping
from pathlib import Path

from tui.config.load import load_config
from tui.config.paths import config_file
from tui.config.settings import Config

_Stamp = tuple[int, int, int, int]


class FollowedFile:
    """The file the settings in force came from, or the one they would come from."""

    def __init__(self, config: Config, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.take(config)

    def take(self, config: Config) -> None:
        """Go on with what was just read or written."""
        self._named = config.file
        self._path = config.file or config_file(self._environ)
        self._stamp = _stamp(self._path)

    def changed(self) -> bool:
        """Return whether it was written, made or taken away since; true once for each change."""
        before, self._stamp = self._stamp, _stamp(self._path)
        return self._stamp != before

    def read(self) -> Config:
        """Read it. Raises as `load_config`."""
        return load_config(flag_path=self._named, environ=self._environ)


def _stamp(path: Path) -> _Stamp | None:
    try:
        state = path.stat()
    except OSError:
        return None
    # The mode counts: a file that others can read is not obeyed in everything.
    return state.st_mtime_ns, state.st_size, state.st_ino, state.st_mode
