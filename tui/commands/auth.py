"""`evaltop auth set|test|list|remove`: keys in the system's keyring, and where each one is."""

import argparse
import asyncio
from dataclasses import replace

from tui.commands.output import write
from tui.commands.surroundings import Surroundings
from tui.config import Config, ConnectionConfig
from tui.credentials import (
    KeyringTroubleError,
    describe_key_source,
    drop_from_keyring,
    keep_in_keyring,
    keyring_state,
    locate_key,
    terminal_prompt,
)
from tui.errors import EvaltopError, KeyMissingError, NotFoundError, ProviderError, UsageError
from tui.models import JsonObject
from tui.services import open_services
from tui.text import clean_line

FIELDS = ("connection", "provider", "found", "source", "last4", "troubles")
_LONGEST = 64 * 1024


def run(arguments: argparse.Namespace, around: Surroundings) -> int:
    """Do what was asked. Returns the exit code; raises for what ends it."""
    config = around.load()
    match arguments.action:
        case "set":
            return asyncio.run(_set(_chosen(config, arguments.name), around))
        case "remove":
            return asyncio.run(_remove(arguments.name, around))
        case "test":
            names = [arguments.name] if arguments.name else [one.name for one in config.connections]
            chosen = tuple(_chosen(config, name) for name in names)
            return asyncio.run(_test(replace(config, connections=chosen), around))
        case _:
            return asyncio.run(_list(arguments, config, around))


def _chosen(config: Config, name: str) -> ConnectionConfig:
    for connection in (*config.connections, *config.switched_off):
        if connection.name == name:
            return connection
    names = ", ".join(connection.name for connection in config.connections)
    raise NotFoundError(
        f"There is no connection {clean_line(name)!r}.",
        remedy=f"Configured: {names}." if names else "Begin with evaltop config init.",
    )


async def _set(connection: ConnectionConfig, around: Surroundings) -> int:
    """Keep a key that is typed hidden or comes on stdin; never as an argument."""
    name = connection.name
    key = await _given_key(name, around)
    try:
        keyring = await keep_in_keyring(name, key, around.environ)
    except KeyringTroubleError as trouble:
        raise _untold(name, "was not kept", trouble) from None
    around.out.write(f"{name}: the key is kept in {clean_line(keyring)}\n")
    place = describe_key_source(connection, around.environ)
    if place.found:
        around.err.write(f"Note: {place.source} goes before the keyring for {name}.\n")
    return 0


async def _given_key(name: str, around: Surroundings) -> str:
    prompt = terminal_prompt(around.stdin, around.err, "the keyring")
    if prompt is not None:
        state = await keyring_state(around.environ)
        if not state.usable:  # nobody types a key for nothing
            message = f"{name}: no key can be kept: {state.sentence}."
            raise KeyMissingError(message, remedy=state.remedy)
        key = await prompt(name) or ""
    else:
        key = (await asyncio.to_thread(around.stdin.read, _LONGEST)).strip()
    if not key:
        raise UsageError("No key was given.", remedy="Type it at the prompt, or pipe it in.")
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "This is no key: it holds line breaks or characters no key has.",
            remedy="Copy the key again, without line breaks or quotes.",
        )
    return key


async def _remove(name: str, around: Surroundings) -> int:
    """Forget a key, also one of a connection that is configured no more."""
    try:
        was_there = await drop_from_keyring(name, around.environ)
    except KeyringTroubleError as trouble:
        raise _untold(name, "was not removed", trouble) from None
    if not was_there:
        raise NotFoundError(f"The keyring has no key for {clean_line(name)!r}.")
    around.out.write(f"{name}: the key is removed from the keyring\n")
    return 0


def _untold(name: str, what: str, trouble: KeyringTroubleError) -> KeyMissingError:
    return KeyMissingError(f"{name}: the key {what}: {trouble}.", remedy=trouble.remedy)


async def _test(config: Config, around: Surroundings) -> int:
    """Ask each provider the cheapest thing that proves address and key."""
    services = open_services(
        config,
        environ=around.environ,
        in_memory=True,
        prompt=terminal_prompt(around.stdin, around.err),
    )
    worst = 0

    async def test(connection: ConnectionConfig) -> EvaltopError | str:
        try:
            sync = await services.links[connection.name].sync()
            return (await sync.provider.probe()).sentence
        except ProviderError as error:
            return error

    try:
        for answer, connection in zip(
            await asyncio.gather(*map(test, config.connections)), config.connections, strict=True
        ):
            if isinstance(answer, str):
                around.out.write(f"{connection.name}: ok. {clean_line(answer)}\n")
            else:
                around.err.write(f"evaltop: {clean_line(answer.sentence())}\n")
                worst = max(worst, answer.exit_code)
    finally:
        await services.aclose()
    return worst


async def _list(arguments: argparse.Namespace, config: Config, around: Surroundings) -> int:
    """Tell where each key is, its last four characters at most; no command is run for it."""
    places = await asyncio.gather(
        *(locate_key(connection, around.environ) for connection in config.connections)
    )
    records: list[JsonObject] = [
        {
            "connection": connection.name,
            "provider": connection.kind.value,
            "found": place.found,
            "source": place.source,
            "last4": place.last4 or None,
            "troubles": list(place.troubles),
        }
        for connection, place in zip(config.connections, places, strict=True)
    ]
    write(records, form=arguments.format, fields=FIELDS, every_field=FIELDS, out=around.out)
    return 0
