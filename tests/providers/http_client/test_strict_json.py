"""The quick reading of JSON, against the careful one."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.models import JsonValue
from tui.providers.splitting import ItemSplitter, RawItem
from tui.providers.strict_json import NotJsonError, careful_loads, loads, quick_loads

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**65), 2**65)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1])
    | st.characters(categories=["Cs"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=10,
)
TEXTS = st.builds(
    lambda value, ascii_only, indent: json.dumps(
        value, ensure_ascii=ascii_only, indent=indent
    ).encode(errors="surrogatepass"),
    VALUES,
    st.booleans(),
    st.sampled_from([None, 0, 1]),
)
_PARTS = rb"""{ } [ ] , : "a" " \ \ud800 \ude00 1 -0 9223372036854775808 .5 e400 NaN true null"""
PIECES = st.lists(
    st.sampled_from(
        [
            *_PARTS.split(),
            *(b" ", b"\n", b"\x01", b"\x0b", b"\xff", b"\xef\xbb\xbf", b"\xc3\xa9"),
            *(b"[" * 201, b"]" * 201),
        ]
    ),
    max_size=12,
).map(b"".join)


def read(text: bytes, reader: Callable[[bytes], JsonValue] = careful_loads) -> tuple[bool, Any]:
    """Return whether a text was read, and what it holds or what is wrong with it."""
    try:
        return True, reader(text)
    except NotJsonError as error:
        return False, str(error)


@given(TEXTS | PIECES | st.binary(max_size=20))
@example(b'{"a":1,"b":2,"a":3}')
@example(b'{"n":18446744073709551615}')
@example(b"18446744073709551615")
@example(b'["18446744073709551615",0.1000000000000000055511151231257827]')
@example(b"[" * 201 + b"]" * 201)
@example(b"[" * 200 + b"]" * 200)
def test_it_reads_what_the_careful_reading_reads_or_leaves_it_to_that(text: bytes) -> None:
    # Compared as text: also the kinds of numbers, the sign of zero and the order of keys.
    careful, quick = read(text), read(text, quick_loads)
    assert not quick[0] or repr(quick) == repr(careful)
    assert repr(read(text, loads)) == repr(careful)


@pytest.mark.parametrize(
    "text", [b'{"a": [1, "x", null, -1.5e3, {"\\u00e9": "\\ud83d\\ude00"}]}', b"7", b'"\xc3\xa9"']
)
def test_it_reads_what_is_usual(text: bytes) -> None:
    assert repr(quick_loads(text)) == repr(careful_loads(text))


ITEMS = (
    st.builds(lambda rest: {"id": 1, **rest}, st.dictionaries(st.text(max_size=2), VALUES))
    | VALUES.filter(lambda value: isinstance(value, dict | list))
    | st.just({"id": [{"id": 1}, {"id": 2}]})
    | st.sampled_from([{"id": '}, {"id":'}, {"id": '"}, {"id":'}, {"x": {"y": 1, "z": 2}}])
)


@given(
    st.lists(ITEMS, max_size=8),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " : ")]),
    st.lists(st.integers(1, 60), max_size=20),
    st.sampled_from([(), ("x.y",)]),
)
def test_items_taken_whole_are_what_scanning_finds(
    items: list[Any], separators: tuple[str, str], sizes: list[int], drop: tuple[str, ...]
) -> None:
    text = b'{"data": %s, "id": {"id": 1}}' % json.dumps(items, separators=separators).encode()

    def found(cuts: list[int]) -> tuple[list[Any], Any]:
        splitter = ItemSplitter("data", drop=drop, cap=1_000_000)
        seen: list[RawItem] = []
        position = 0
        for size in [*cuts, len(text)]:
            seen += splitter.feed(text[position : position + size])
            position += size
        values = [
            read(item.data or b"") if item.value is None else (True, item.value) for item in seen
        ]
        assert [item.index for item in seen] == list(range(len(items)))
        containers = [item.data for item in seen if item.data and item.data[:1] in b"{["]
        assert splitter.kept == sum(map(len, containers))
        return values, splitter.finish()

    # One byte at a time nothing is ever found whole.
    scanned = found([1] * len(text))
    assert repr(found([])) == repr(scanned)
    assert repr(found(sizes)) == repr(scanned)


@given(st.lists(ITEMS, max_size=8), st.lists(st.integers(1, 60), max_size=20))
def test_items_that_wait_for_their_end_are_the_same(items: list[Any], sizes: list[int]) -> None:
    text = json.dumps({"data": items, "id": {"id": 1}}).encode()
    splitter = ItemSplitter("data", cap=1_000_000)
    seen: list[RawItem] = []
    position = 0
    for size in [*sizes, len(text)]:
        seen += splitter.feed(text[position : position + size], more=True)
        position += size
    seen += splitter.feed(b"")

    assert [item.index for item in seen] == list(range(len(items)))
    values = [read(item.data or b"") if item.value is None else (True, item.value) for item in seen]
    assert repr(values) == repr([read(json.dumps(item).encode()) for item in items])
    assert splitter.finish() == {"id": {"id": 1}}
