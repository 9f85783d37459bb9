"""The splitter, against Python's own reading of the same text, in pieces of any size."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.providers.splitting import ItemSplitter
from tui.providers.strict_json import NotJsonError, loads

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(alphabet=st.sampled_from('ab"\\{}[],: \n\té漢😀'), max_size=12)
)
KEYS = st.sampled_from(["a", "b", "data", "k:", 'q"', "x\\", "{"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


def texts(value: object) -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda ascii_only, indent: json.dumps(
            value, ensure_ascii=ascii_only, indent=indent
        ).encode(),
        st.booleans(),
        st.sampled_from([None, 1]),
    )


def split(text: bytes, sizes: list[int], **options: Any) -> tuple[list[Any], dict[str, Any]]:
    splitter = ItemSplitter(options.pop("under", "data"), cap=1_000_000, **options)
    items, position = [], 0
    for size in [*sizes, len(text)]:
        for item in splitter.feed(text[position : position + size]):
            assert item.data is not None
            items.append(loads(item.data))
        position += size
    return items, splitter.finish()


SIZES = st.lists(st.integers(1, 9), max_size=300)


@given(st.data(), st.lists(OBJECTS | st.lists(SCALARS, max_size=2), max_size=6), OBJECTS, SIZES)
def test_items_and_rest_are_what_python_reads(
    data: st.DataObject, items: list[Any], rest: dict[str, Any], sizes: list[int]
) -> None:
    rest.pop("data", None)
    keys = [*rest]
    at = data.draw(st.integers(0, len(keys)))
    whole = {key: rest[key] for key in keys[:at]} | {"data": items} | rest
    text = data.draw(texts(whole))

    assert split(text, sizes) == (items, rest)


@given(st.data(), OBJECTS, SIZES)
def test_dropping_is_replacing_after_reading(
    data: st.DataObject, item: dict[str, Any], sizes: list[int]
) -> None:
    text = data.draw(texts(item))
    expected = json.loads(text)
    for path in (("a",), ("b", 'q"'), ("data", "a", "b")):
        inner = expected
        for key in path[:-1]:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and path[-1] in inner:
            value = inner[path[-1]]
            inner[path[-1]] = {"$dropped": len(value) if isinstance(value, list) else None}
            if isinstance(value, dict):
                inner[path[-1]]["$members"] = len(value)

    items, rest = split(text, sizes, under=None, drop=("a", 'b.q"', "data.a.b"))

    assert items == [expected]
    assert rest == {}


@given(st.data(), st.lists(OBJECTS, min_size=1, max_size=4), SIZES)
def test_no_cut_is_taken_for_a_whole(
    data: st.DataObject, items: list[dict[str, Any]], sizes: list[int]
) -> None:
    text = data.draw(texts({"data": items, "more": True}))
    cut = data.draw(st.integers(0, len(text) - 1))

    try:
        split(text[:cut], sizes)
    except NotJsonError:
        return
    raise AssertionError(text[:cut])


@given(st.binary(max_size=120) | st.text(alphabet='{}[]",:\\ ad1', max_size=60).map(str.encode))
def test_anything_else_ends_in_a_named_failure(text: bytes) -> None:
    for under in ("data", "a", None):
        splitter = ItemSplitter(under, drop=("a",), cap=1000)
        try:
            for item in splitter.feed(text):
                assert item.data is not None
            splitter.finish()
        except (NotJsonError, LookupError):
            continue
