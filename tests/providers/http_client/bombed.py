"""Asks a server that sends a bomb: `python -m tests.providers.http_client.bombed page|request`.

Prints what came of it and by how many bytes the process has grown at its largest.
"""

import asyncio
import json
import resource
import sys
import zlib

from tests.providers.http_client.clients import MIB, serving
from tui.errors import ProviderError

SIZE = 512 * MIB


def bomb() -> bytes:
    """Return gzip data of half a megabyte that unpacks to `SIZE`, made without holding that."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b'{"data": [{"x": "')]
    block = b"a" * MIB
    parts.extend(packer.compress(block) for _ in range(SIZE // MIB))
    parts.append(packer.compress(b'"}]}'))
    return b"".join([*parts, packer.flush()])


def largest() -> int:
    """Return the most memory this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def main(ask: str) -> None:
    """Ask once, after a harmless question that loads all there is to load."""
    await serving(b"{}").request("GET", "/x")
    client = serving(bomb(), content_encoding="gzip")
    before = largest()
    told = "an answer"
    try:
        if ask == "page":
            await client.page("GET", "/x", under="data")
        else:
            await client.request("GET", "/x")
    except ProviderError as error:
        told = type(error).__name__
    print(json.dumps({"told": told, "grown": largest() - before}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
