"""Config file, data folder and keyring."""

import asyncio
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from tui.commands.doctor.findings import Finding, bad, ok, warn
from tui.config import Config, config_file
from tui.credentials import keyring_state
from tui.errors import ConfigError, ConfigProblem
from tui.presentation.format import plural, size
from tui.store import Store
from tui.store.place import file_system
from tui.text import clean_line

_CONFIG_EXIT = 78
_LITTLE = 100 * 1024 * 1024
"""Bytes of free space below which the store may soon be full."""
_ALL = 10_000
"""Runs named of those that damage took something from."""
_LONG = 1_000_000
"""Characters of their names."""


def configuration(
    config: Config | None, error: ConfigError | None, environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Tell where the settings come from and what is wrong with them."""
    problems: tuple[ConfigProblem, ...] = ()
    if error is not None:
        problems = error.problems
    elif config is not None:
        problems = config.problems
    for problem in problems:
        yield bad(
            "config",
            clean_line(problem.sentence().removesuffix(".")),
            "mend that line, then evaltop config check",
            _CONFIG_EXIT,
        )
    if config is None:
        return
    if not (config.connections or config.switched_off or problems):
        file = config.file or config_file(environ)
        begin = (
            f"remove the # before a connection in {file}"
            if config.file
            else "evaltop config init writes a file to begin with"
        )
        yield bad(
            "config",
            f"no connection is configured; {file} {'has none' if config.file else 'is not there'}",
            f"{begin}, or set a provider's variables (OPENAI_API_KEY, …); "
            "evaltop demo needs neither",
            _CONFIG_EXIT,
        )
    elif not problems:
        count = plural(len(config.connections), "connection")
        where = f"{config.file}" if config.origin == "file" else "the environment"
        off = ", ".join(one.name for one in config.switched_off)
        yield ok("config", f"{count} from {where}" + (f"; switched off: {off}" if off else ""))


def store(store: Store, folder: Path, limit: int | None) -> Iterator[Finding]:
    """Tell where the store is, whether it can be written, and how safe its place is.

    `limit` is how many bytes it may take; None = the default.
    """
    if store.problem is not None:
        yield warn(
            "store", clean_line(store.problem.message.removesuffix(".")), store.problem.remedy
        )
    yield from _salvaged(store)
    if store.file is None:
        return
    kind = file_system(folder) or "an unknown file system"
    yield ok("store", f"{store.file} on {kind}, journal {store.journal}")
    room = store.room()
    if room is not None:
        most = room.limit(limit)
        told = f"{size(room.used)} of at most {size(most)} used, {size(room.free)} free"
        if room.used <= most:
            yield ok("store", told)
        else:
            yield warn("store", told, "let the app run: it makes room; or raise max_gib in [store]")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield warn("store", "others can look into its folder", f"chmod 700 {folder}")
    free = shutil.disk_usage(folder).free
    if free < _LITTLE:
        yield warn(
            "store",
            f"only {free // 1024 // 1024} MiB are free on its disk",
            "free some space, or set EVALTOP_DATA_DIR to another disk",
        )


def _salvaged(store: Store) -> Iterator[Finding]:
    """Tell what could not be saved from damaged files."""
    for account in store.salvaged():
        told = f"{account.file} was damaged; {account.sentence(_ALL)}"
        whole = account.readable and not account.missing and not account.lost
        if whole and account.share == 1:
            yield ok("store", clean_line(told, _LONG))
        elif account.share < 1:
            yield warn("store", clean_line(told, _LONG), "let the app run: it reads on")
        else:
            yield warn(
                "store",
                clean_line(told, _LONG),
                "open those runs to fetch them again, if the provider still has them",
            )


def keyring(environ: Mapping[str, str]) -> Finding:
    """Tell whether keys can be kept in a keyring; not having one is no fault."""
    state = asyncio.run(keyring_state(environ))
    if state.usable:
        return ok("keyring", clean_line(state.sentence))
    return warn("keyring", clean_line(state.sentence), state.remedy)
