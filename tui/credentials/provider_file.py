"""The file where a provider's own tools keep a key: `~/.netrc` for Weights & Biases."""

import netrc
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tui.config import ConnectionConfig, WeaveConnection

_OTHERS = 0o077
_TRACE_HOST = "trace.wandb.ai"
_API_HOST = "api.wandb.ai"


class FileRefusedError(Exception):
    """The file may not be used. The message names it and what is wrong."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


def provider_file(connection: ConnectionConfig, environ: Mapping[str, str]) -> Path | None:
    """Return the file of the provider's own tools; None for a provider that has none.

    As wandb does, `$NETRC` goes before `~/.netrc`.
    """
    if not isinstance(connection, WeaveConnection):
        return None
    if named := environ.get("NETRC", "").strip():
        return Path(named)
    home = environ.get("HOME", "").strip()
    return Path(home, ".netrc") if home else None


def machine_of(connection: ConnectionConfig, environ: Mapping[str, str]) -> str:
    """Return the host under which `wandb login` keeps the key: the W&B API's, not the traces'.

    A server of one's own has both on one host, unless `WANDB_BASE_URL` says otherwise.
    """
    host = urlsplit(connection.base_url).hostname or ""
    if host == _TRACE_HOST:
        return _API_HOST
    try:
        named = urlsplit(environ.get("WANDB_BASE_URL", "").strip()).hostname
    except ValueError:
        named = None
    return host if named in (None, _API_HOST) else named


def key_in_file(path: Path, machine: str) -> str | None:
    """Return the password of a machine; None when file or entry is not there.

    A `default` entry is no entry: it is for anybody.

    Raises:
        FileRefusedError: others can read the file, or it is no netrc.
    """
    try:
        state = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(state.st_mode):
        return None
    if state.st_uid != os.geteuid():
        raise FileRefusedError(
            f"{path} is not used: it belongs to somebody else",
            remedy=f"Run: chown {os.geteuid()} {path}",
        )
    if state.st_mode & _OTHERS:
        raise FileRefusedError(
            f"{path} is not used: others can read it", remedy=f"Run: chmod 600 {path}"
        )
    try:
        entry = netrc.netrc(path).hosts.get(machine)
    except netrc.NetrcParseError as error:
        raise FileRefusedError(
            f"{path} is not used: line {error.lineno} of it cannot be read",
            remedy="Mend that line, or set a variable.",
        ) from None
    except (OSError, UnicodeDecodeError):
        raise FileRefusedError(
            f"{path} is not used: it cannot be read", remedy="Set a variable instead."
        ) from None
    return (entry[2].strip() or None) if entry is not None else None
