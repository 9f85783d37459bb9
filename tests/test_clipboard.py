"""What is written to a terminal to copy a text, through whatever stands in between."""

import base64
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import START
from tui.clipboard import (
    LIMIT_BYTES,
    Multiplexer,
    copy_or_keep,
    copy_sequence,
    keep_copy,
    multiplexer,
)

OSC52 = re.compile(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")


def decoded(sequence: str) -> str:
    (found,) = set(OSC52.findall(sequence))
    return base64.b64decode(found).decode()


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, Multiplexer.NONE),
        ({"TERM": "xterm-256color"}, Multiplexer.NONE),
        ({"TMUX": "x", "TERM": "screen-256color"}, Multiplexer.TMUX),
        ({"TERM": "tmux-256color"}, Multiplexer.TMUX),
        ({"STY": "1.pts", "TERM": "screen"}, Multiplexer.SCREEN),
        ({"TERM": "screen.xterm-256color"}, Multiplexer.SCREEN),
    ],
)
def test_what_is_in_between(environ: dict[str, str], found: Multiplexer) -> None:
    assert multiplexer(environ) is found


def test_a_plain_terminal_gets_the_plain_sequence() -> None:
    assert copy_sequence("héllo\nworld", {}) == "\x1b]52;c;aMOpbGxvCndvcmxk\x07"


def test_tmux_gets_it_plain_and_wrapped() -> None:
    sequence = copy_sequence("hi", {"TMUX": "x"})
    assert sequence == "\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\"


@given(st.text(max_size=3000))
def test_screen_gets_short_strings_that_make_up_the_sequence(text: str) -> None:
    sequence = copy_sequence(text, {"STY": "x"})
    assert sequence is not None
    strings = re.findall(r"\x1bP(.*?)\x1b\\", sequence, flags=re.DOTALL)
    assert "".join(f"\x1bP{string}\x1b\\" for string in strings) == sequence
    assert all(len(string) < 256 for string in strings)
    assert decoded("".join(strings)) == text


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=500))
def test_nothing_of_the_text_is_a_control_and_all_of_it_arrives(text: str) -> None:
    sequence = copy_sequence(text, {})
    assert sequence is not None
    assert OSC52.fullmatch(sequence)
    assert decoded(sequence) == text.encode(errors="replace").decode()


def test_what_no_terminal_takes_whole_is_not_sent() -> None:
    assert copy_sequence("x" * (LIMIT_BYTES + 1), {}) is None
    sequence = copy_sequence("x" * LIMIT_BYTES, {})
    assert sequence is not None
    assert len(sequence) <= 100_000
    assert copy_sequence("ä" * (LIMIT_BYTES // 2 + 1), {}) is None


def test_a_kept_copy_is_private_and_never_replaces_another(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    path = keep_copy("a\ud800b", folder, START)
    assert path.read_text() == "a\\ud800b"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with pytest.raises(FileExistsError):
        keep_copy("b", folder, START)


def test_a_text_is_told_as_copied_or_where_it_is_kept(tmp_path: Path) -> None:
    assert copy_or_keep("x", "it", tmp_path, START) == (True, "copied it, 1 character")
    large = "x" * (LIMIT_BYTES + 1)
    fits, told = copy_or_keep(large, "it", tmp_path / "new", START)
    assert not fits
    (path,) = (tmp_path / "new").iterdir()
    assert told.endswith(f"is too large for the clipboard; it is in {path}")
    assert path.read_text() == large
    _, told = copy_or_keep(large, "it", Path("/proc/none"), START)
    assert "no file could be written" in told
