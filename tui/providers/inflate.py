"""Bounded decoding of an answer's body: never more than a piece of it in memory."""

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

PIECE_BYTES = 64 * 1024
"""The largest decoded piece handed on."""

_FREE_BYTES = 64 * 1024 * 1024
_LARGEST_RATIO = 250


class CutBodyError(Exception):
    """The body ended before its compression did."""


class UnreadableBodyError(Exception):
    """The body is compressed in a way that was not asked for, wrongly, or as a bomb."""


async def decoded_pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the decoded body of a streamed response in pieces of at most `PIECE_BYTES`.

    httpx's own decoding would inflate a 64 kB chunk to 64 MB in one go.

    Raises:
        CutBodyError: the compressed data ends early.
        UnreadableBodyError: another encoding than gzip, broken data, or data that inflates beyond
            250 times its size once past 64 MiB.
        httpx.HTTPError: as httpx raises it.
    """
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        async for chunk in _raw(response):
            for start in range(0, len(chunk), PIECE_BYTES):
                yield chunk[start : start + PIECE_BYTES]
        return
    if encoding not in ("gzip", "x-gzip"):
        raise UnreadableBodyError(f"it is encoded as {encoding[:20]}, which was not asked for")
    inflator = _Inflator()
    async for chunk in _raw(response):
        for piece in inflator.feed(chunk):
            yield piece
    inflator.finish()


def _raw(response: httpx.Response) -> httpx.AsyncByteStream:
    """Return the body as it came; unlike `aiter_raw` also of answers made in memory."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("a synchronous answer")
    return response.stream


class _Inflator:
    """gzip to bytes, a bounded piece at a time."""

    def __init__(self) -> None:
        self._gzip = zlib.decompressobj(wbits=31)
        self._taken = 0
        self._given = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        self._taken += len(chunk)
        pending = chunk
        while pending:
            if self._gzip.eof:
                # Concatenated gzip members are one text.
                self._gzip = zlib.decompressobj(wbits=31)
            while (piece := self._inflate(pending)) or self._gzip.unconsumed_tail:
                pending = self._gzip.unconsumed_tail
                self._given += len(piece)
                if self._given > _FREE_BYTES and self._given > self._taken * _LARGEST_RATIO:
                    raise UnreadableBodyError("its gzip data inflates beyond all measure")
                yield piece
            pending = self._gzip.unused_data

    def _inflate(self, data: bytes) -> bytes:
        try:
            return b"" if self._gzip.eof else self._gzip.decompress(data, PIECE_BYTES)
        except zlib.error:
            raise UnreadableBodyError("its gzip data is broken") from None

    def finish(self) -> None:
        if self._taken and not self._gzip.eof:
            raise CutBodyError
