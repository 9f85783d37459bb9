import re
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.exchange.names import file_stems
from tui.models import RunRef

NASTY = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "-rf",
    "CON",
    "nul.txt",
    "a\0b",
    "a\nb",
    "\u202e",
    "x" * 5000,
]
DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{kind}{n}" for kind in ("COM", "LPT") for n in range(1, 10)
}
"""Names that are no files on Windows, whatever follows their first dot."""
parts = st.text(max_size=30) | st.sampled_from(NASTY)
refs = st.builds(RunRef, connection=parts.filter(bool), path=parts.filter(bool))


@settings(max_examples=150, deadline=None)
@given(st.lists(refs, min_size=20, max_size=20, unique=True))
def test_a_name_never_leaves_its_folder(given_refs: list[RunRef]) -> None:
    stems = file_stems(given_refs)
    assert set(stems) == set(given_refs)
    assert len({stem.casefold() for stem in stems.values()}) == len(given_refs)
    for stem in stems.values():
        name = f"{stem}.rows.jsonl"
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", stem)
        assert PurePosixPath(name).name == name
        assert PureWindowsPath(name).name == name
        assert name.partition(".")[0].upper() not in DEVICES
        assert len(name.encode()) <= 255


def test_a_plain_reference_keeps_its_name() -> None:
    ref = RunRef("prod", "eval_a/evalrun_b")
    assert file_stems([ref]) == {ref: "prod_eval_a_evalrun_b"}


@pytest.mark.parametrize(
    "pair",
    [
        (RunRef("a", "b/c"), RunRef("a", "b_c")),
        (RunRef("a", "run"), RunRef("A", "RUN")),
        (RunRef("a", "x" * 150 + "1"), RunRef("a", "x" * 150 + "2")),
        (RunRef("a", "é"), RunRef("a", "ü")),
    ],
)
def test_two_runs_never_share_a_name(pair: tuple[RunRef, RunRef]) -> None:
    stems = file_stems(pair)
    assert len({stem.lower() for stem in stems.values()}) == 2
    assert stems == file_stems(reversed(pair))
