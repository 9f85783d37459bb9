"""Files that cannot be imported are refused with a sentence that says what to do."""

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.importing import SAMPLES, import_files, new_store, runs_of
from tests.store.strategies import json_values
from tui.errors import EvaltopError
from tui.exchange.detecting import FORMATS
from tui.exchange.documents import Document
from tui.exchange.files import SourceFile


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


WRONG = [
    (b"", "is empty"),
    (b" \n\n", "is empty"),
    (gzip.compress(b"{}"), "compressed with gzip. Unpack it first, e.g. `gunzip -k it.jsonl`"),
    (b"\x28\xb5\x2f\xfd\x00", "compressed with zstd"),
    (b"PK", "not a whole zip"),
    (zipped(), "holds nothing"),
    (zipped("a.txt"), "is a zip file, but not an Inspect log"),
    (b"key,outcome\na,passed\n", "It is no JSON but a table"),
    (b"\x89PNG\r\n", "It is no JSON"),
    (b"hello", "nothing that can be imported"),
    (b"{}", "It is JSON of another kind"),
    (b"[]", "It is JSON of another kind"),
    (b'{"a": [1, 2', "It is JSON of another kind"),
    (b"[" * 100_000, "nothing that can be imported"),
    (b'{"format": "evaltop-export"}', "not the manifest"),
    (b'{"format": "evaltop-export", "version": 99, "runs": [], "files": []}', "newer evaltop"),
]


@pytest.mark.parametrize(("content", "said"), WRONG, ids=[said for _content, said in WRONG])
def test_a_wrong_file_says_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "it.jsonl"
    file.write_bytes(content)
    store = new_store()
    (report,) = import_files(store, file)
    assert report.error is not None
    assert said in report.error.sentence()
    assert report.error.exit_code == 65
    assert runs_of(store) == {}


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reports = import_files(new_store(), tmp_path, tmp_path / "pipe", tmp_path / "none")
    told = [str(report.error and report.error.sentence()) for report in reports]
    assert "is a folder. Name the files in it" in told[0]
    assert "not a plain file" in told[1]
    assert "There is no file" in told[2]
    assert [report.error and report.error.exit_code for report in reports] == [65, 65, 66]


def test_one_wrong_file_leaves_the_others(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("no")
    store = new_store()
    reports = import_files(store, wrong, SAMPLES / "caps.eval")
    assert [report.error is None for report in reports] == [False, True]
    assert len(runs_of(store)) == 1


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()),
    forced=st.none() | st.sampled_from(sorted(FORMATS)),
)
def test_no_content_breaks_the_import(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, forced: str | None
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(content)
    (report,) = import_files(new_store(), file, forced=forced)
    assert report.error is None or isinstance(report.error, EvaltopError)


wild = st.recursive(
    st.none() | st.floats() | st.text('aN"\\If{[,\ud83d\ude00', max_size=8) | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('N"\\'), inner, max_size=3),
    max_leaves=12,
)


def as_read(text: str) -> Any:
    """Return JSON with null for NaN, and U+FFFD for surrogates without their other half."""
    whole = json.dumps(json.loads(text, parse_constant=lambda _name: None), ensure_ascii=False)
    return json.loads(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


@settings(max_examples=60, deadline=None)
@given(items=st.lists(wild, max_size=4), size=st.integers(min_value=1, max_value=40))
def test_what_python_and_javascript_let_through_is_mended_wherever_a_chunk_ends(
    tmp_path_factory: pytest.TempPathFactory, items: list[object], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.exchange.documents._CHUNK", size)
        file = tmp_path_factory.getbasetemp() / "nan.json"
        file.write_text(json.dumps({"samples": items, "after": [float("nan"), "NaN"]}))
        document = Document(SourceFile(file), ("samples",))
        assert list(document.items()) == as_read(json.dumps(items))
        document.check()
        assert document.beside["after"] == [None, "NaN"]
