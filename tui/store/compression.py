"""Bodies small enough to keep: zstd or deflate with a preset dictionary.

Most bodies are one or two thousand bytes of JSON whose field names are always the same; with these
known beforehand they take two thirds of the space, in the same time. What a stored body needs to
be read stands in its own first bytes: a plain one begins as JSON does, one of zstd with the number
of its dictionary, and a zlib stream says whether it needs the dictionary, and which.

Trials are packed by zstd, many in one call that lets other threads run: half of deflate's time
for the same size. What stands alone (a run's own bodies) is packed by deflate, which is always
loaded; so is what is large, where no field names repeat and a damaged length must not be believed.
"""

import threading
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zstandard

PLAIN = 200
"""Shorter JSON objects and lists stay as they are."""
MOST_PACKED = 2**20
"""Larger JSON is never packed by zstd, so a frame that claims to hold more is damaged."""
_ZSTD = b"\x01"
"""What stands before a zstd frame: the number of its dictionary. No zlib stream begins so."""
_SMALL_FRAMES = frozenset(
    bytes([descriptor]) for descriptor in range(256) if descriptor & 0xE0 in (0x20, 0x60)
)
"""How a frame begins that tells its length in one or two bytes: it cannot claim much."""
_ZSTD_LEVEL = 3
_SMALL = 4096
_SMALL_TABLES = 12, 5
"""Window and memory of zlib that are enough up to this size, and quicker to set up."""
_LEVEL = 2
_NEEDS_DICTIONARY = 0x20
"""A bit of the second byte of a zlib stream."""
# A stored body names it by its checksum, so it never changes: another one would stand beside it.
# What is most frequent stands last, where a reference to it is shortest.
_WORDS = (
    b'{"role":"system","content":"","tool_calls":[{"id":"","type":"function","function":{"name":"'
    b'","arguments":"{\\"id":"chatcmpl-","object":"chat.completion","created":,"choices":'
    b'[{"index":0,"message":{"role":"assistant","content":"","refusal":null,"annotations":[]},'
    b'"logprobs":null,"finish_reason":"stop"}],"system_fingerprint":"fp_","service_tier":"default"'
    b'"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens"'
    b':0}},"status_code":200,"request_id":"","url":"/v1/chat/completions","custom_id":"response":'
    b'{"error":{"code":"rate_limit_exceeded","message":"","type":"server_error"},"skipped":true,'
    b'"lookup_key":"filename":"page_count":"request_id":"document":"rubric":"weave:///call/'
    b'"model_call_id":"predict_and_score_call_id":"scorer_call_ids":{"eval_result_id":"op_name":"'
    b'"inputs":{"example":{"question":"answer":"expected":"model_output":"genai_tags":"trace_id":'
    b'"started_at":"2026-11-,"ended_at":"2026-12-"latency_ms":,"total_cost":,"cost_usd":0.0,"'
    b'metadata":{},"error":null,"threshold":0.5,"counts":false,"detail":{"sample":{"input":'
    b'[{"role":"developer","content":"Judge."}],"output":[{"role":"assistant","content":'
    b'"{\\"steps\\": [{\\"description\\": \\"\\", \\"conclusion\\": \\"\\"}], \\"result\\": '
    b'"finish_reason":"stop","model":"gpt-5-mini-2025-08-07","usage":{"total_tokens":,'
    b'"completion_tokens":,"prompt_tokens":,"cached_tokens":0},"error":null,"temperature":1.0,'
    b'"top_p":1.0,"seed":42,"max_completions_tokens":2048}}"raw":{"object":'
    b'"eval.run.output_item","id":"outputitem_","run_id":"evalrun_","eval_id":"eval_",'
    b'"created_at":17"status":"fail""status":"pass","datasource_item_id":,"datasource_item":{'
    b'"_datasource_item_content_hash":"available_includes":[],"results":[{"name":"","score":1.0,'
    b'"passed":true,"sample":null}],"extra":{"item_status":"pass","finish_reason":"stop",'
    b'"label":"value":0.0"reason":"Score: the answer is not The response "created_at":"2026-'
    b'T00:00:00+00:00","latency_s":1.5,"model":"claude-sonnet-4-5","usage":{"input_tokens":'
    b',"output_tokens":,"total_tokens":},"expected":"","scores":[{"name":"judge","type":"numeric",'
    b'"passed":true,"value":1.0},{"name":"","type":"binary","passed":false,"value":0.0,"reason":"'
    b'{"id":"","outcome":"failed","input":{"id":"","outcome":"passed","input":'
    b'[{"role":"user","content":""}],"output":"'
)


def compress(data: bytes) -> bytes:
    """Return JSON as `decompress` takes it, by deflate."""
    if _stays_plain(data):
        return data
    made = _small().copy() if len(data) <= _SMALL else _primed(zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL)
    return made.compress(data) + made.flush()


def compress_all(texts: Sequence[bytes]) -> list[bytes]:
    """Return JSON texts as `decompress` takes them, by zstd where it fits."""
    found = list(texts)
    packed = []
    for at, data in enumerate(texts):
        if 0 < len(data) <= MOST_PACKED:
            if not _stays_plain(data):
                packed.append(at)
        else:
            found[at] = compress(data)
    if packed:
        frames = _packer().multi_compress_to_buffer([texts[at] for at in packed])
        for frame, at in enumerate(packed):
            found[at] = _ZSTD + frames[frame].tobytes()
    return found


def decompress(data: bytes) -> bytes:
    """Return what `compress` or `compress_all` was given, or zlib alone.

    Raises:
        zlib.error: the data is damaged or cut.
    """
    first = data[:1]
    if first in (b"{", b"["):  # no zlib stream begins so
        return data
    if first == _ZSTD:
        return _unpacked(data[1:])
    if len(data) > 1 and data[1] & _NEEDS_DICTIONARY:
        reading = zlib.decompressobj(zdict=_WORDS)
        found = reading.decompress(data)
        if not reading.eof:
            raise zlib.error("the stream is cut")
        return found
    return zlib.decompress(data)


def _stays_plain(data: bytes) -> bool:
    return len(data) < PLAIN and data[:1] in (b"{", b"[")


@cache
def _small() -> "zlib._Compress":
    """Return one that has read the dictionary, to be copied: that is quicker than reading it."""
    return _primed(*_SMALL_TABLES)


def _primed(window: int, memory: int) -> "zlib._Compress":
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, window, memory, zlib.Z_DEFAULT_STRATEGY, _WORDS)


@cache
def _parameters() -> "zstandard.ZstdCompressionParameters":
    """Return how a frame is written: no magic number, but its length and a checksum."""
    import zstandard

    return zstandard.ZstdCompressionParameters.from_level(
        _ZSTD_LEVEL,
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=True,
        write_checksum=True,
        write_dict_id=False,
    )


@cache
def _dictionary() -> "zstandard.ZstdCompressionDict":
    import zstandard

    made = zstandard.ZstdCompressionDict(_WORDS, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    made.precompute_compress(compression_params=_parameters())
    return made


def _packer() -> "zstandard.ZstdCompressor":
    """Return a compressor; no two threads may use the same."""
    import zstandard

    return zstandard.ZstdCompressor(dict_data=_dictionary(), compression_params=_parameters())


class _Unpackers(threading.local):
    """A thread's own decompressor, which takes longer to make than to use."""

    def __init__(self) -> None:
        import zstandard

        self.own = zstandard.ZstdDecompressor(
            dict_data=_dictionary(), format=zstandard.FORMAT_ZSTD1_MAGICLESS
        )


@cache
def _unpackers() -> _Unpackers:
    return _Unpackers()


def _unpacked(frame: bytes) -> bytes:
    import zstandard

    try:
        if frame[:1] not in _SMALL_FRAMES:
            told = zstandard.get_frame_parameters(frame, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
            if told.content_size > MOST_PACKED:  # also where it is not told
                raise zlib.error("the frame claims to be larger than any")
        return _unpackers().own.decompress(frame, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise zlib.error(f"the frame is damaged: {error}") from None
