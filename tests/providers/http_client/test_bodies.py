"""Lists and lines as they arrive: batches, bad items, dropped parts, caps, pages too large."""

import gzip
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest

from tests.providers.http_client.clients import Script, client_for
from tui.errors import BadAnswerError, ProviderError, TooLargeError, UnreachableError
from tui.providers import bodies
from tui.providers.http import BadItem, HttpClient, ItemBatch

MIB = 1024 * 1024


def serving(content: bytes, **headers: str) -> HttpClient:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client_for(
        lambda _: httpx.Response(200, stream=httpx.ByteStream(content), headers=named)
    )


async def items(client: HttpClient, under: str = "data", **options: Any) -> list[ItemBatch]:
    return [batch async for batch in client.stream_items("GET", "/x", under=under, **options)]


async def lines(client: HttpClient, **options: Any) -> list[ItemBatch]:
    return [batch async for batch in client.stream_lines("GET", "/x", **options)]


def indexed(batches: Iterable[ItemBatch]) -> dict[int, Any]:
    return {index: item for batch in batches for index, item in batch.indexed()}


async def test_a_list_comes_in_batches_with_the_rest_in_the_last() -> None:
    body = {"object": "list", "data": [{"n": n} for n in range(5)], "has_more": True, "m": {"t": 1}}

    batches = await items(serving(json.dumps(body).encode()), batch_items=2)

    assert [len(batch.items) for batch in batches] == [2, 2, 1]
    assert [batch.first_index for batch in batches] == [0, 2, 4]
    assert [batch.last for batch in batches] == [False, False, True]
    assert batches[-1].rest == {"object": "list", "has_more": True, "m": {"t": 1}}
    assert all(batch.rest == {} for batch in batches[:-1])
    assert indexed(batches) == {n: {"n": n} for n in range(5)}


@pytest.mark.parametrize("content", [b'{"data": []}', b'{"data": null}', b'{"data":[ ]}'])
async def test_an_empty_list_is_one_last_batch(content: bytes) -> None:
    assert await items(serving(content)) == [ItemBatch((), 0, last=True)]
    assert await serving(content).page("GET", "/x", under="data") == ItemBatch((), 0, last=True)


async def test_a_bad_item_costs_itself_alone_and_positions_stay_right() -> None:
    content = (
        b'{"data": [{"n": 0}, 7, {"n": NaN}, {"n": 3}, "s", [1], null,'
        b' {"n": "\xff"}, {"n": 1e999}, {"n": \x00}, {"n": 10}], "has_more": false}'
    )
    good = {0: {"n": 0}, 3: {"n": 3}, 7: {"n": "\ufffd"}, 10: {"n": 10}}

    page = await serving(content).page("GET", "/x", under="data")
    batches = await items(serving(content))

    for seen in ([page], batches):
        assert indexed(seen) == good
        bad = {bad.index: bad.why for batch in seen for bad in batch.bad}
        assert set(bad) == {1, 2, 4, 5, 6, 8, 9}
        assert bad[1] == "it is not an object"
        assert "NaN" in bad[2]
        assert seen[-1].rest == {"has_more": False}


async def test_deep_items_are_bad_items() -> None:
    deep = "[" * 200 + "]" * 200
    content = f'{{"data": [{{"n": {deep}}}, {{"n": 1}}]}}'.encode()

    (batch,) = await items(serving(content))

    assert batch.bad == (BadItem(0, "it is nested too deeply"),)
    assert batch.items == ({"n": 1},)


async def test_an_item_over_8_mib_is_skipped_and_named() -> None:
    fits = {"x": "a" * (8 * MIB - 9)}
    assert len(json.dumps(fits)) == 8 * MIB
    over = {"x": "a" * (8 * MIB - 8)}
    content = json.dumps({"data": [{"n": 1}, over, fits, {"n": 2}], "has_more": True}).encode()

    page = await serving(content).page("GET", "/x", under="data")

    assert page.bad == (BadItem(1, "it is larger than 8192 KiB"),)
    assert [list(item) for _, item in page.indexed()] == [["n"], ["x"], ["n"]]
    assert [index for index, _ in page.indexed()] == [0, 2, 3]
    assert page.rest == {"has_more": True}


async def test_a_whole_list_of_huge_strings_does_not_stop_the_lines_either() -> None:
    content = b'{"n": 1}\n{"x": "' + b"a" * (9 * MIB) + b'"}\n{"n": 2}\n'

    batches = await lines(serving(content))

    assert indexed(batches) == {0: {"n": 1}, 2: {"n": 2}}
    assert [bad for batch in batches for bad in batch.bad] == [
        BadItem(1, "it is larger than 8192 KiB")
    ]


async def test_dropped_parts_are_counted_not_kept() -> None:
    run: dict[str, Any] = {
        "id": "run_1",
        "data_source": {
            "type": "jsonl",
            "source": {"type": "file_content", "content": [{"item": {"q": "]},"}}] * 3},
        },
        "content": [1],
        "z": {"data_source": {"source": {"content": [1]}}},
    }
    expected = json.loads(json.dumps(run))
    expected["data_source"]["source"]["content"] = {"$dropped": 3}
    drop = ("data_source.source.content",)
    listed = json.dumps({"data": [run, run]}).encode()

    page = await serving(listed).page("GET", "/x", under="data", drop=drop)
    whole = await serving(json.dumps(run).encode()).request("GET", "/x", drop=drop)
    (batch,) = await items(serving(listed), drop=drop)

    assert page.items == batch.items == (expected, expected)
    assert whole.data == expected


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ([], 0),
        ([[]], 1),
        ([[], [1, 2], {"a": [1, 2]}], 3),
        (["a,b", 'c"]'], 2),
        ([1, 2, 3, 4], 4),
        (None, None),
        ("text, with ]}", None),
        (12.5, None),
    ],
)
async def test_what_a_dropped_part_counts_as(value: object, count: int | None) -> None:
    content = json.dumps({"data": [{"results": value, "after": 1}]}).encode()

    page = await serving(content).page("GET", "/x", under="data", drop=("results",))

    assert page.items == ({"results": {"$dropped": count}, "after": 1},)


async def test_the_members_of_a_dropped_object_are_counted_apart() -> None:
    content = b'{"data": [{"results": {"a": [1, 2], "results": {"b": 1}}}, {"results": {}}]}'

    page = await serving(content).page("GET", "/x", under="data", drop=("results",))

    assert page.items == (
        {"results": {"$dropped": None, "$members": 2}},
        {"results": {"$dropped": None, "$members": 0}},
    )


async def test_a_dropped_part_may_be_larger_than_any_cap() -> None:
    dataset = ",".join(['{"item": {"q": "' + "x" * 1000 + '"}}'] * 20_000)
    run = f'{{"id": "r", "source": {{"content": [{dataset}]}}, "status": "queued"}}'
    dropped = {"id": "r", "source": {"content": {"$dropped": 20_000}}, "status": "queued"}

    page = await serving(f'{{"data": [{run}]}}'.encode()).page(
        "GET", "/x", under="data", drop=("source.content",)
    )
    whole = await serving(run.encode()).request(
        "GET", "/x", drop=("source.content",), max_bytes=1024
    )

    assert page.items == (dropped,)
    assert whole.data == dropped


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b'{"data": [{"n": 1}, {"n"', "cut off"),
        (b'{"data": [{"n": 1}', "not JSON"),
        (b'{"data": [{"n": 1}], "has_mo', "not JSON"),
        (b'{"data": [{"n": 1}]} x', "not JSON"),
        (b'{"items": []}', "no list 'data'"),
        (b'{"data": {"x": []}}', "no list 'data'"),
        (b'{"data": 5}', "no list 'data'"),
        (b'{"more": {"data": [1]}}', "no list 'data'"),
        (b'[{"data": []}]', "root is not an object"),
        (b'"data"', "root is not an object"),
    ],
)
async def test_a_list_that_is_cut_or_missing_is_an_error(content: bytes, why: str) -> None:
    with pytest.raises(BadAnswerError, match=why) as caught:
        await serving(content).page("GET", "/x", under="data")

    assert caught.value.retryable


async def test_lines() -> None:
    content = b'\xef\xbb\xbf{"n": 0}\r\n\n  \n{"n": 3}\nnope\n[1]\n{"n": 6}'

    batches = await lines(serving(content, content_type="application/octet-stream"))

    assert indexed(batches) == {0: {"n": 0}, 3: {"n": 3}, 6: {"n": 6}}
    assert [bad.index for batch in batches for bad in batch.bad] == [4, 5]
    assert [batch.last for batch in batches] == [False] * (len(batches) - 1) + [True]


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\n"])
async def test_no_lines_is_one_last_batch(content: bytes) -> None:
    (batch,) = await lines(serving(content))

    assert (batch.items, batch.bad, batch.last) == ((), (), True)


async def test_lines_come_in_batches() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(5))

    batches = await lines(serving(content), batch_items=2)

    assert [len(batch.items) for batch in batches] == [2, 2, 1]
    assert [batch.first_index for batch in batches] == [0, 2, 4]


async def test_a_last_line_that_is_cut_is_an_error_not_a_short_result() -> None:
    with pytest.raises(BadAnswerError, match="cut off in the middle of a line") as caught:
        await lines(serving(b'{"n": 0}\n{"n": '))

    assert caught.value.retryable


async def test_a_bad_last_line_that_was_ended_is_a_bad_item() -> None:
    (batch,) = await lines(serving(b'{"n": 0}\nInternal error\n'))

    assert [bad.index for bad in batch.bad] == [1]


async def test_gzip_is_asked_for_and_read() -> None:
    content = json.dumps({"data": [{"n": n} for n in range(1000)]}).encode()
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        packed = gzip.compress(content[:500]) + gzip.compress(content[500:])
        return httpx.Response(
            200, stream=httpx.ByteStream(packed), headers={"content-encoding": "gzip"}
        )

    page = await client_for(answer).page("GET", "/x", under="data")

    assert len(page.items) == 1000
    assert seen[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("content", "encoding", "why", "tries"),
    [
        (gzip.compress(b'{"data": []}')[:-6], "gzip", "cut off", 4),
        (b"{}", "gzip", "gzip data is broken", 1),
        (b"{}", "br", "encoded as br", 1),
    ],
)
async def test_other_encodings(content: bytes, encoding: str, why: str, tries: int) -> None:
    script = Script(httpx.Response(200))

    def answer(request: httpx.Request) -> httpx.Response:
        script(request)
        return httpx.Response(
            200, stream=httpx.ByteStream(content), headers={"content-encoding": encoding}
        )

    with pytest.raises(BadAnswerError, match=why):
        await client_for(answer).request("GET", "/x")

    assert len(script.requests) == tries


def bomb(size: int, around: tuple[bytes, bytes]) -> bytes:
    return gzip.compress(around[0] + b"a" * size + around[1], 9)


@pytest.mark.parametrize("ask", ["request", "page", "lines"])
async def test_a_bomb_ends_early(ask: str) -> None:
    packed = bomb(128 * MIB, (b'{"data": [{"x": "', b'"}]}'))
    client = serving(packed, content_encoding="gzip")

    async def asked() -> None:
        if ask == "request":
            await client.request("GET", "/x")
        elif ask == "page":
            await client.page("GET", "/x", under="data")
        else:
            await lines(client)

    with pytest.raises(ProviderError) as caught:
        await asked()

    if ask == "request":
        assert isinstance(caught.value, TooLargeError)
    else:
        assert "beyond all measure" in caught.value.message


async def test_a_page_too_large_is_asked_again_with_half_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "PAGE_BYTES", 300_000)
    limits: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        limit = int(request.url.params.get("limit") or json.loads(request.content)["limit"])
        limits.append(limit)
        body = {"data": [{"x": "a" * 100_000}] * limit}
        return httpx.Response(200, json=body)

    page = await client_for(answer).page("GET", "/x", under="data", params={"limit": 20})
    assert limits == [20, 10, 5, 2]
    assert len(page.items) == 2

    limits.clear()
    body: dict[str, Any] = {"limit": 8, "filter": {}}
    page = await client_for(answer).page("POST", "/x", under="data", body=body)
    assert limits == [8, 4, 2]
    assert body == {"limit": 8, "filter": {}}


async def test_a_page_too_large_at_one_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PAGE_BYTES", 1000)
    content = json.dumps({"data": [{"x": "a" * 2000}] * 200}).encode()

    for params in ({"limit": 1}, {}):
        with pytest.raises(TooLargeError):
            await serving(content).page("GET", "/x", under="data", params=params)


async def test_too_much_beside_the_list_is_an_error() -> None:
    content = b'{"junk": "' + b"a" * (9 * MIB) + b'", "data": []}'

    with pytest.raises(TooLargeError, match="8 MiB"):
        await items(serving(content))


class Breaking(httpx.AsyncByteStream):
    """A body that ends in a cut connection."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk
        raise httpx.RemoteProtocolError("peer closed connection without sending complete body")


async def test_a_cut_is_retried_while_nothing_has_been_handed_out() -> None:
    answers = iter([Breaking(b'{"data": ['), httpx.ByteStream(b'{"data": [{"n": 1}]}')])
    client = client_for(lambda _: httpx.Response(200, stream=next(answers)))

    assert indexed(await items(client)) == {0: {"n": 1}}


async def test_a_cut_after_that_is_raised() -> None:
    asked = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, stream=Breaking(b'{"n": 0}\n{"n": 1}\n{"n": 2}\n'))

    seen: list[Any] = []

    async def read() -> None:
        async for batch in client_for(answer).stream_lines("GET", "/x", batch_items=1):
            seen.extend(batch.items)

    with pytest.raises(UnreachableError, match="cut the connection") as caught:
        await read()

    assert seen == [{"n": 0}, {"n": 1}]
    assert caught.value.retryable
    assert asked == 1


async def test_a_stream_may_be_left_early_and_the_client_goes_on() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(100_000))
    client = serving(content)

    for _ in range(20):
        stream = client.stream_lines("GET", "/x", batch_items=1)
        async for batch in stream:
            assert batch.items == ({"n": 0},)
            break
        await stream.aclose()

    assert len(indexed(await lines(client))) == 100_000
    await client.aclose()


async def test_busy_readers_of_streams_do_not_starve_requests() -> None:
    content = b"".join(b'{"n": %d}\n' % n for n in range(1000))
    client = serving(content)
    streams = [client.stream_lines("GET", "/x", batch_items=1) for _ in range(8)]
    for stream in streams:
        await anext(stream)

    with pytest.raises(BadAnswerError):
        await client.request("GET", "/x")

    for stream in streams:
        await stream.aclose()
    await client.aclose()
