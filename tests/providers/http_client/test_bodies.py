"""Lists and lines as they arrive: batches, bad items, dropped parts, what is cut or missing."""

import json
from typing import Any

import pytest

from tests.providers.http_client.clients import MIB, indexed, items, lines, serving
from tui.errors import BadAnswerError
from tui.providers.http import BadItem, ItemBatch


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
