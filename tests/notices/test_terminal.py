"""Which terminal takes what, and that nothing in a text ends it early."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.notices.terminal import multiplexer, sequence, style

STYLES = ("osc9", "osc777", "osc99")


@pytest.mark.parametrize(
    ("environ", "taken"),
    [
        ({"TERM_PROGRAM": "iTerm.app", "TERM": "xterm-256color"}, "osc9"),
        ({"LC_TERMINAL": "iTerm2", "TERM_PROGRAM": "tmux", "TERM": "tmux-256color"}, "osc9"),
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"KITTY_WINDOW_ID": "1", "TERM_PROGRAM": "tmux", "TERM": "screen-256color"}, "osc99"),
        ({"TERM_PROGRAM": "WezTerm"}, "osc777"),
        ({"WEZTERM_PANE": "0", "TERM": "xterm-256color"}, "osc777"),
        ({"TERM_PROGRAM": "ghostty", "TERM": "xterm-ghostty"}, "osc777"),
        ({"TERM": "foot-extra"}, "osc777"),
        ({"TERM": "rxvt-unicode-256color"}, "osc777"),
        ({"VTE_VERSION": "7603", "TERM": "xterm-256color"}, "osc777"),
        ({"TERM_PROGRAM": "Apple_Terminal", "TERM": "xterm-256color"}, ""),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "linux", "VTE_VERSION": ""}, ""),
        ({}, ""),
    ],
)
def test_the_terminal_is_known_by_its_variables(environ: dict[str, str], taken: str) -> None:
    assert style("auto", environ) == taken


def test_a_wish_goes_before_what_is_seen() -> None:
    kitty = {"TERM": "xterm-kitty"}
    assert style("off", kitty) == ""
    assert style("osc9", kitty) == "osc9"


def test_tmux_and_screen_are_known() -> None:
    assert multiplexer({"TMUX": "default,1,0"}) == "tmux"
    assert multiplexer({"STY": "1.pts-0"}) == "screen"
    assert multiplexer({"TMUX": ""}) == ""


def test_each_is_written_as_its_terminal_documents() -> None:
    assert sequence("osc9", "nightly completed", "", 7) == "\x1b]9;evaltop: nightly completed\a"
    assert sequence("osc777", "a; b", "", 7) == "\x1b]777;notify;evaltop;a; b\a"
    assert sequence("osc99", "done", "", 7) == (
        "\x1b]99;i=evaltop-7:d=0;evaltop\a\x1b]99;i=evaltop-7:p=body;done\a"
    )


def test_they_are_handed_through_tmux_and_screen() -> None:
    plain = sequence("osc99", "done", "", 7)
    tmux = sequence("osc99", "done", "tmux", 7)
    assert tmux == "\x1bPtmux;" + plain.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    screen = sequence("osc777", "x" * 190, "screen", 7)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", screen, flags=re.DOTALL)
    assert "".join(pieces) == sequence("osc777", "x" * 190, "", 7)
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= 80


@given(st.text(), st.sampled_from(STYLES), st.integers(0))
def test_no_text_ends_a_notification_early(text: str, taken: str, ident: int) -> None:
    told = sequence(taken, text, "", ident)
    expected = 2 if taken == "osc99" else 1
    assert told.count("\x1b") == expected
    assert told.count("\a") == expected
    assert not re.search(r"[\x00-\x06\x08-\x1a\x1c-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told)
    assert len(told) < 300
