"""Models are written without what says nothing, and bodies small, whatever they hold."""

import json
import zlib
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store import strategies
from tests.store.builders import REF, make_row, make_trial, open_store, rows_page
from tui.models import Counts, Run, Trial
from tui.store.codec import column_real
from tui.store.compression import MOST_PACKED, PLAIN, compress, compress_all, decompress
from tui.store.heads import PREVIEW, head_of, start_of, summary
from tui.store.model_encoders import as_json
from tui.store.single_trial import single_summary

wild = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def plainly(value: Any, *, number: bool = False) -> Any:
    """Return a model as JSON-able objects, looking at one field after the other."""
    if is_dataclass(value):
        found = {}
        for each in fields(value):
            own = getattr(value, each.name)
            default = each.default if each.default_factory is MISSING else each.default_factory()
            if type(own) is not type(default) or own != default:
                found[each.name] = plainly(own, number=str(each.type).startswith("float"))
        return found
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plainly(each) for each in value]
    return column_real(value) if number else value


@wild
@given(st.one_of(strategies.trials, strategies.runs))
def test_a_model_is_written_without_the_fields_at_their_default(model: Trial | Run) -> None:
    assert as_json(model) == plainly(model)


def test_what_only_looks_like_a_default_is_written() -> None:
    trial = make_trial()
    odd = Trial(trial.id, trial.outcome, input=0, output="", expected=False, extra={}, raw=[])
    assert as_json(odd) == {
        "id": trial.id,
        "outcome": trial.outcome,
        "input": 0,
        "output": "",
        "expected": False,
        "raw": [],
    }
    assert as_json(Counts()) == {}


bodies = st.builds(
    bytes.__add__,
    st.sampled_from([b"", b"{", b"[", b'{"role":"user"']),
    st.binary(max_size=3 * PLAIN),
)


@given(st.lists(bodies, max_size=4))
def test_any_body_comes_back_as_it_was(texts: list[bytes]) -> None:
    assert [decompress(packed) for packed in compress_all(texts)] == texts
    assert [decompress(compress(data)) for data in texts] == texts
    older = [zlib.compress(data) for data in texts]
    assert [decompress(data) for data in older] == texts, "as before there was a dictionary"


@given(st.binary(min_size=PLAIN, max_size=3 * PLAIN), st.integers(min_value=1, max_value=20))
def test_a_body_that_was_cut_is_an_error(data: bytes, missing: int) -> None:
    for packed in (compress(b"{" + data), *compress_all([b"{" + data])):
        with pytest.raises(zlib.error):
            decompress(packed[:-missing])


@given(st.binary(min_size=PLAIN, max_size=3 * PLAIN), st.data())
def test_a_changed_bit_of_a_body_is_an_error_or_says_nothing(
    data: bytes, draw: st.DataObject
) -> None:
    text = b'{"outcome":"passed","' + data
    (packed,) = compress_all([text])
    at = draw.draw(st.integers(1, len(packed) - 1))
    changed = bytearray(packed)
    changed[at] ^= 1 << draw.draw(st.integers(0, 7))
    try:
        found = decompress(bytes(changed))
    except zlib.error:
        return
    assert found == text, "a frame has a bit that means nothing"


def test_a_frame_that_claims_or_hides_more_than_any_body_has_is_refused() -> None:
    bomb = bytes(100 * MOST_PACKED)
    for told in (True, False):
        parameters = zstandard.ZstdCompressionParameters.from_level(
            3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=told
        )
        frame = zstandard.ZstdCompressor(compression_params=parameters).compress(bomb)
        assert len(frame) < MOST_PACKED // 20
        with pytest.raises(zlib.error, match="larger than any"):
            decompress(b"\x01" + frame)


@pytest.mark.parametrize("size", [MOST_PACKED - 1, MOST_PACKED, MOST_PACKED + 1, 3 * MOST_PACKED])
def test_long_bodies_come_back_whatever_packs_them(size: int) -> None:
    texts = [b"[" * size, b"{}", bytes(size)]
    assert [decompress(packed) for packed in compress_all(texts)] == texts


def test_a_body_of_ten_megabytes_is_stored_whole() -> None:
    output = "".join(f"{n} of many lines\n" for n in range(600_000))
    store = open_store()
    row = make_row("long", make_trial(output=output))
    store.apply_rows(REF, rows_page(row))
    found = store.row(REF, "long")
    assert found is not None
    assert len(output) > 10 * 2**20
    assert found.trials[0].output == output
    store.close()


@wild
@given(strategies.trials, strategies.json_objects)
def test_one_trial_makes_the_row_that_folding_makes(trial: Trial, extra: dict[str, Any]) -> None:
    assert single_summary(trial, extra) == summary([head_of(trial)], extra)


@wild
@given(strategies.json_objects, st.text(max_size=300), st.integers(0, 300))
def test_a_preview_is_how_the_json_begins(value: dict[str, Any], text: str, deep: int) -> None:
    nested: Any = {"a": text, **value}
    for _ in range(deep):
        nested = [nested]
    told = {"all": nested, "more": [text] * 3}
    assert start_of(told) == json.dumps(told, ensure_ascii=False)[:PREVIEW]
