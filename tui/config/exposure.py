"""Settings that others could read or write: a key in them would be everybody's."""

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from tui.config.addresses import is_loopback_url
from tui.config.settings import ConnectionConfig

_PRINTERS = frozenset({"echo", "printf"})
"""Programs that print their own arguments: the key stands in the file."""
_OTHERS_READ = 0o077
_GROUP_WRITES, _OTHERS_WRITE = 0o020, 0o002
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEY_LIKE = re.compile(
    r"(sk|pk|gw|dl|key|token)[-_][A-Za-z0-9_-]{12,}"
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
    r"|(?=[A-Za-z_+=-]*\d)(?=[\d_+=-]*[A-Za-z])[A-Za-z0-9_+=-]{32,}"
)


def holds_a_key(command: Iterable[str]) -> bool:
    """Return whether a key command has the key in its own words."""
    program, *arguments = command
    if Path(program).name in _PRINTERS and arguments:
        return True
    return any(
        _KEY_LIKE.fullmatch(word) and not _UUID.fullmatch(word)
        for argument in arguments
        for word in re.split(r"[\s'\"=:,]+", argument)
    )


def chosen_by_others(path: Path) -> str | None:
    """Return what is wrong with running programs a file names; None when nothing is."""
    try:
        state = path.stat()
    except OSError:
        return None
    by_group = state.st_mode & _GROUP_WRITES and not _is_private_group(state)
    if not by_group and not state.st_mode & _OTHERS_WRITE:
        return None
    return f"others can write this file and so choose what it runs; run: chmod 600 {path}"


def _is_private_group(state: os.stat_result) -> bool:
    """Return whether a file's group is its owner's alone, as many systems make one for each user.

    There a umask of 002 is usual, and what the group can write nobody else can.
    """
    import grp
    import pwd

    try:
        owner = pwd.getpwuid(state.st_uid)
        group = grp.getgrgid(state.st_gid)
    except KeyError:
        return False
    return group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name}


def exposed(connection: ConnectionConfig, path: Path) -> str | None:
    """Return what is wrong with keeping a connection in a file, and the command that mends it.

    None when nothing is. What goes to this machine only, as the demo's keys do, is no secret.
    """
    if not connection.key_command:
        return None
    wrong = chosen_by_others(path)
    if wrong is not None:
        return wrong
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    local = is_loopback_url(connection.base_url)
    if mode & _OTHERS_READ and not local and holds_a_key(connection.key_command):
        return f"holds a key, and others can read this file; run: chmod 600 {path}"
    return None
