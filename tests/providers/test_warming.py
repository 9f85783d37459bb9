"""What is loaded ahead of the first request."""

import subprocess
import sys

import pytest
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from tui.providers.warming import warm_models
from tui.providers.wire import Shape, Wire, tolerant


def is_built(model: type[Wire]) -> bool:
    return bool(model.__pydantic_complete__)


def test_models_of_any_depth_are_built() -> None:
    # Made here: whoever warms up in this process before would have built them already.
    class Parent(Wire):
        name: str

    class Child(Parent):
        size: int

    assert not is_built(Parent)
    assert not is_built(Child)
    warm_models(Parent)
    warm_models()
    assert is_built(Parent)
    assert is_built(Child)
    warm_models()


def test_shapes_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    @tolerant
    class Thing(TypedDict):
        name: str

    def build(_adapter: object) -> None:
        raise AssertionError("built while it reads")

    monkeypatch.setattr(Shape, "known", [])
    shape = Shape(Thing)
    warm_models()
    monkeypatch.setattr(TypeAdapter, "rebuild", build)
    assert shape.read({"name": 5}) == {"name": "5"}


def test_a_request_loads_no_network_library_afterwards() -> None:
    code = """
import asyncio, sys, threading
import httpx
from tui.providers.warming import warm_network

warming = threading.Thread(target=warm_network)
warming.start()
warming.join()

async def ask():
    async def answer(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
        await writer.drain()
        writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(trust_env=False) as client:
        before = set(sys.modules)
        assert (await client.get(f"http://127.0.0.1:{port}/")).text == "ok"
        loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
    server.close()
    return loaded & {"anyio", "h11", "httpcore", "sniffio"}

print(asyncio.run(ask()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=30
    )
    assert done.stdout == "set()\n"
