"""What a server on a bad day does: each behaviour with what a client may make of it."""

import asyncio
import gzip
import json
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache

from tests.providers.http_client.loopback import Asked, Reader, Writer, answer
from tests.providers.wiring import CANARY

MIB = 1024 * 1024


@dataclass
class Visit:
    """One request, and how to answer it."""

    request: Asked
    reader: Reader
    writer: Writer
    good: bytes
    """The body of the right answer."""
    number: int
    """How many requests have come on this server before it."""

    async def send(self, data: bytes) -> None:
        """Write and wait until it is taken."""
        self.writer.write(data)
        await self.writer.drain()

    async def close(self, data: bytes = b"") -> None:
        """Write, then end the connection."""
        await self.send(data)
        self.writer.close()

    async def reset(self, data: bytes = b"") -> None:
        """Write, then break the connection with a reset."""
        await self.send(data)
        await asyncio.sleep(0.01 if data else 0)  # a reset discards what has not arrived
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Visit], Awaitable[None]]

GOOD: dict[str, Behaviour] = {}
"""What a person need not notice: the right answer comes."""
BAD: dict[str, Behaviour] = {}
"""What ends in a typed error."""
HANGING: dict[str, Behaviour] = {}
"""What ends in a typed error at a deadline."""
EITHER: dict[str, Behaviour] = {}
"""What may be read as an answer by a provider that reads lines, or that has a word for it."""


def head(*fields: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """Return the head of an answer."""
    lines = [f"HTTP/1.1 {status}", *([f"content-type: {kind}"] if kind else []), *fields]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def always(data: bytes) -> Behaviour:
    """Return a behaviour: these bytes, the connection stays."""

    async def behave(visit: Visit) -> None:
        await visit.send(data)

    return behave


def closing(data: bytes) -> Behaviour:
    """Return a behaviour: these bytes, then the end of the connection."""

    async def behave(visit: Visit) -> None:
        await visit.close(data)

    return behave


def resetting(data: bytes) -> Behaviour:
    """Return a behaviour: these bytes, then a reset."""

    async def behave(visit: Visit) -> None:
        await visit.reset(data)

    return behave


def with_good(make: Callable[[bytes], bytes]) -> Behaviour:
    """Return a behaviour that answers with something made of the right body."""

    async def behave(visit: Visit) -> None:
        await visit.close(make(visit.good))

    return behave


def at_first(times: int, bad: Behaviour) -> Behaviour:
    """Return a behaviour that is bad for some requests of each kind, then good."""
    seen: dict[tuple[int, str], int] = {}

    async def behave(visit: Visit) -> None:
        name = (visit.writer.get_extra_info("sockname")[1], visit.request.line)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] <= times:
            await bad(visit)
        else:
            await visit.send(answer(visit.good))

    return behave


def refusal(status: str, *fields: str) -> Behaviour:
    """Return a behaviour: a refusal whose words repeat the key."""
    body = json.dumps({"error": {"message": f"no, {CANARY}", "code": None}}).encode()
    return always(answer(body, status, *fields))


def endless(begin: bytes, piece: bytes, every_s: float) -> Behaviour:
    """Return a behaviour: a piece every so often, for ever. Seconds are those of the loop."""

    async def behave(visit: Visit) -> None:
        await visit.send(begin)
        while True:
            if piece:
                await visit.send(piece)
            await asyncio.sleep(every_s)

    return behave


def chunked(body: bytes) -> bytes:
    """Return a body in chunks of seven bytes."""
    pieces = (body[at : at + 7] for at in range(0, len(body), 7))
    return b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n"


def zipped(body: bytes) -> bytes:
    """Return an answer in gzip."""
    return answer(gzip.compress(body, mtime=0), "200 OK", "content-encoding: gzip")


@cache
def bomb() -> bytes:
    """Return half a megabyte that inflates to 512."""
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(b'{"data": [{"id": "')]
    pieces += [packer.compress(b"a" * MIB) for _ in range(512)]
    body = b"".join([*pieces, packer.compress(b'"}]}'), packer.flush()])
    return answer(body, "200 OK", "content-encoding: gzip")


async def explode(visit: Visit) -> None:
    """Throw the bomb."""
    await visit.send(bomb())


CHUNKED = "transfer-encoding: chunked"

GOOD |= {
    "two 503, then well": at_first(2, refusal("503 Service Unavailable")),
    "three 502, then well": at_first(3, refusal("502 Bad Gateway")),
    "429 for 700 ms, then well": at_first(1, refusal("429 Slow", "retry-after-ms: 700")),
    "429 with a wait that is none": at_first(1, refusal("429 Slow", "retry-after: nan")),
    "429 with a wait in the past": at_first(
        1, refusal("429 Slow", "retry-after: Thu, 01 Jan 1970 00:00:00 GMT")
    ),
    "408, then well": at_first(1, refusal("408 Request Timeout")),
    "529, then well": at_first(1, refusal("529 Overloaded")),
    "a reset, then well": at_first(1, resetting(b"")),
    "a cut body, then well": at_first(1, closing(answer(b'{"da', length=900))),
    "closed while the request travels": at_first(1, closing(b"")),
    "early hints before the answer": with_good(
        lambda body: b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" * 20 + answer(body)
    ),
    "a continue nobody asked for": with_good(
        lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" + answer(body)
    ),
    "no content type": with_good(lambda body: head(f"content-length: {len(body)}", kind="") + body),
    "json called plain text": with_good(
        lambda body: head(f"content-length: {len(body)}", kind="text/plain") + body
    ),
    "no length, ended by closing": with_good(lambda body: head("connection: close") + body),
    "chunks with extensions and trailers": with_good(
        lambda body: (
            head(CHUNKED) + chunked(body).replace(b"7\r\n", b"7;a=b\r\n", 1) + b"t: x\r\n\r\n"
        )
    ),
    "gzip": with_good(zipped),
    "gzip in two members": with_good(
        lambda body: answer(
            gzip.compress(body[:9], mtime=0) + gzip.compress(body[9:], mtime=0),
            "200 OK",
            "content-encoding: gzip",
        )
    ),
    "http 1.0": with_good(lambda body: b"HTTP/1.0 200 OK\r\n\r\n" + body),
    "a reason of other letters": with_good(
        lambda body: head(f"content-length: {len(body)}", status="200 D\xe9j\xe0") + body
    ),
    "a cookie and ninety more headers": with_good(
        lambda body: answer(body, "200 OK", "set-cookie: a=b", *(f"x-{n}: y" for n in range(90)))
    ),
    "headers folded and without a value": with_good(
        lambda body: answer(body, "200 OK", "x-empty:", "x-folded: a", " b")
    ),
    "two equal lengths": with_good(
        lambda body: answer(body, "200 OK", f"content-length: {len(body)}")
    ),
    "a budget that is used up": with_good(
        lambda body: answer(body, "200 OK", "x-ratelimit-remaining-requests: 0")
    ),
    "a date in the far future": with_good(
        lambda body: answer(body, "200 OK", "date: Fri, 31 Dec 9999 23:59:59 GMT")
    ),
    "blank lines around the answer": with_good(lambda body: answer(b"\r\n \n" + body + b"\n\n")),
}

BAD |= {
    "400": refusal("400 Bad Request"),
    "401": refusal("401 Unauthorized"),
    "402": refusal("402 Payment Required"),
    "403": refusal("403 Forbidden"),
    "404 for everything": refusal("404 Not Found"),
    "405": refusal("405 Method Not Allowed"),
    "413": refusal("413 Too Large"),
    "418": refusal("418 I'm a teapot"),
    "422": refusal("422 Unprocessable"),
    "429 for ten minutes": refusal("429 Slow", "retry-after: 600"),
    "429 for a hundred years": refusal("429 Slow", "retry-after: 3153600000"),
    "500 for ever": refusal("500 Internal Server Error"),
    "501": refusal("501 Not Implemented"),
    "502 with a page": always(answer(f"<html>{CANARY}</html>".encode(), "502 Bad Gateway")),
    "503 for ever": refusal("503 Service Unavailable", "retry-after: soon"),
    "504 without a body": always(answer(b"", "504 Gateway Timeout")),
    "599": refusal("599 Network Connect Timeout"),
    "a status of four digits": always(b"HTTP/1.1 2000 OK\r\n\r\n{}"),
    "a status below all": always(b"HTTP/1.1 000 None\r\n\r\n{}"),
    "300": refusal("300 Multiple Choices"),
    "301 to another host": refusal("301 Moved", "location: https://elsewhere.invalid/"),
    "302 to itself": refusal("302 Found", "location: /"),
    "303 to a file": refusal("303 See Other", "location: file:///etc/passwd"),
    "304": always(head(status="304 Not Modified")),
    "307 to nowhere": refusal("307 Temporary Redirect"),
    "308 to a strange address": refusal("308 Permanent Redirect", "location: http://[::1"),
    "a reset at once": resetting(b""),
    "a reset within the head": resetting(b"HTTP/1.1 200 OK\r\ncontent-"),
    "a reset within the body": resetting(answer(b'{"data": [', length=5_000)),
    "closed at once": closing(b""),
    "closed within the head": closing(b"HTTP/1.1 200 OK\r\ncontent-le"),
    "closed within the body": closing(answer(b'{"data": [', length=5_000)),
    "closed within a chunk": closing(head(CHUNKED) + b'ff\r\n{"data"'),
    "a chunk without an end": closing(head(CHUNKED) + b'9\r\n{"data": \r\n'),
    "a chunk of no size": closing(head(CHUNKED) + b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk of all size": closing(head(CHUNKED) + b"f" * 40 + b"\r\n{}"),
    "a negative length": closing(head("content-length: -1") + b"{}"),
    "a length that is none": closing(head("content-length: many") + b"{}"),
    "two lengths": closing(head("content-length: 2", "content-length: 9") + b"{}"),
    "a body longer than its length": always(answer(b'{"data": []}', length=5)),
    "a login page": always(
        head("content-length: 26", kind="text/html") + b"<html><h1>Sign in</h1></h>"
    ),
    "a page called json": always(answer(b"<!doctype html><p>Sign in</p>")),
    "xml": always(head("content-length: 6", kind="application/xml") + b"<a></a>"[:6]),
    "brotli nobody asked for": closing(answer(b"\x0b\x02\x80", "200 OK", "content-encoding: br")),
    "gzip that is none": closing(answer(b'{"data": []}', "200 OK", "content-encoding: gzip")),
    "gzip that is cut": with_good(
        lambda body: answer(
            gzip.compress(body + b" " * 999, mtime=0)[:-12], "200 OK", "content-encoding: gzip"
        )
    ),
    "gzip with a wrong sum": with_good(
        lambda body: answer(
            gzip.compress(body, mtime=0)[:-8] + b"\0" * 8, "200 OK", "content-encoding: gzip"
        )
    ),
    "a bomb": explode,
    "a line of 200 kB in the head": closing(head("x: " + "y" * 200_000) + b"{}"),
    "a head without an end": closing(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 40_000),
    "a nul in a header": closing(head("x: a\0b") + b"{}"),
    "a header without a colon": closing(head("nonsense") + b"{}"),
    "a tls server": closing(b"\x15\x03\x01\x00\x02\x02\x16"),
    "an ssh server": closing(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"),
    "http 2 at once": closing(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + b"\0" * 18),
    "http 0.9": closing(b'{"data": []}'),
    "other protocols": always(
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
    ),
    "nan": always(answer(b'{"data": [NaN], "has_more": false, "rows": NaN, "runs": NaN}')),
    "infinity": always(answer(b'{"data": -Infinity}')),
    "deep objects": always(answer(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
    "a number of 5,000 digits": always(answer(b'{"data": ' + b"9" * 5_000 + b", }")),
    "utf-16": always(answer('{"data": []}'.encode("utf-16"))),
    "nul bytes": always(answer(b"\0" * 64)),
    "half of it, and the right length": with_good(lambda body: answer(body[: len(body) // 2 - 3])),
    "something behind it": with_good(lambda body: answer(body + b"]}x")),
}

EITHER |= {
    "no content": always(head(status="204 No Content")),
    "reset content": always(answer(b"", "205 Reset Content")),
    "deeper than any": always(answer(b'{"data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")),
    "no utf-8": always(answer(b'{"data": ["\xff\xfe"], "id": "\xc3"}')),
    "409": refusal("409 Conflict"),
    "410": refusal("410 Gone"),
    "nothing at all": always(answer(b"")),
    "a list in place of an object": always(answer(b"[]")),
    "null": always(answer(b"null")),
    "a word": always(answer(b'"word"')),
    "an empty object": always(answer(b"{}")),
    "the list is null": always(answer(b'{"data": null, "runs": null, "rows": null}')),
    "the list is a word": always(answer(b'{"data": "x", "runs": "x", "rows": "x"}')),
    "lone surrogates": with_good(
        lambda body: answer(body.replace(b'"', b'"\\ud800', 1).replace(b'"\\ud800', b'"', 1))
    ),
    "a mark before the json": with_good(lambda body: answer(b"\xef\xbb\xbf" + body)),
    "bare line ends": with_good(
        lambda body: b"HTTP/1.1 200 OK\ncontent-length: %d\n\n" % len(body) + body
    ),
    "length and chunks": with_good(
        lambda body: head("content-length: 3", CHUNKED) + chunked(body) + b"\r\n"
    ),
    "an item of 12 MiB": always(answer(b'{"data": [{"id": "' + b"x" * (12 * MIB) + b'"}]}')),
}

HANGING |= {
    "silence": endless(b"", b"", 5.0),
    "silence after the head": endless(head("content-length: 500"), b"", 5.0),
    "silence after a refusal's head": endless(
        head("content-length: 500", status="400 Bad Request"), b"", 5.0
    ),
    "a drip in the head": endless(b"HTTP/1.1 200 OK\r\nx: ", b"y", 2.0),
    "a drip in the body": endless(head("content-length: 100000"), b" ", 2.0),
    "a drip of chunks": endless(head(CHUNKED), b"1\r\n \r\n", 2.0),
    "hints without an end": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 2.0),
}
