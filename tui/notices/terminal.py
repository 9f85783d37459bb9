"""Notifications as terminals take them: OSC 9, 777 or 99, wrapped for tmux and screen.

Which terminal takes which is from their own documentation: OSC 9 is iTerm2's, 777 urxvt's, taken
by foot, WezTerm, Ghostty and VTE's as well, 99 kitty's. Terminals ignore an OSC they do not know,
but nothing is sent where none of them is known to be.
"""

from collections.abc import Mapping

from tui.text import clean_line

BELL = "\a"
_LIMIT = 200
_SCREEN_PIECE = 80
"""Characters in one string of GNU screen, which bounds their length."""
_BY_PROGRAM = {"iTerm.app": "osc9", "WezTerm": "osc777", "ghostty": "osc777", "kitty": "osc99"}
_BY_TERM = {
    "xterm-kitty": "osc99",
    "foot": "osc777",
    "rxvt-unicode": "osc777",
    "xterm-ghostty": "osc777",
    "wezterm": "osc777",
}
_BY_VARIABLE = {
    "KITTY_WINDOW_ID": "osc99",
    "WEZTERM_PANE": "osc777",
    "GHOSTTY_RESOURCES_DIR": "osc777",
    "ITERM_SESSION_ID": "osc9",
    "VTE_VERSION": "osc777",
}
"""What a terminal leaves in the environment; within tmux or screen it is all there is to go by."""


def style(wish: str, environ: Mapping[str, str]) -> str:
    """Return `osc9`, `osc777`, `osc99`, or empty where no notification is known to be taken.

    Args:
        wish: the setting; `auto` looks at the environment.
        environ: the terminal's variables.
    """
    if wish != "auto":
        return "" if wish == "off" else wish
    program = environ.get("LC_TERMINAL") or environ.get("TERM_PROGRAM", "")
    found = _BY_PROGRAM.get("iTerm.app" if program == "iTerm2" else program)
    if found is not None:
        return found
    term = environ.get("TERM", "")
    for name, taken in _BY_TERM.items():
        if term == name or term.startswith(f"{name}-"):
            return taken
    return next((taken for name, taken in _BY_VARIABLE.items() if environ.get(name)), "")


def multiplexer(environ: Mapping[str, str]) -> str:
    """Return `tmux` or `screen` when the terminal is within one; else empty."""
    if environ.get("TMUX"):
        return "tmux"
    return "screen" if environ.get("STY") else ""


def sequence(taken: str, text: str, within: str, ident: int) -> str:
    """Return what shows a notification.

    Args:
        taken: what `style` found.
        text: one line; cleaned here once more, because what ends it would be obeyed.
        within: what `multiplexer` found.
        ident: a number by which kitty keeps notifications apart.
    """
    line = clean_line(text, _LIMIT)
    told = {
        "osc9": f"\x1b]9;evaltop: {line}{BELL}",
        "osc777": f"\x1b]777;notify;evaltop;{line}{BELL}",
        "osc99": f"\x1b]99;i=evaltop-{ident}:d=0;evaltop{BELL}"
        f"\x1b]99;i=evaltop-{ident}:p=body;{line}{BELL}",
    }[taken]
    if within == "tmux":
        doubled = told.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    if within == "screen":
        pieces = (told[at : at + _SCREEN_PIECE] for at in range(0, len(told), _SCREEN_PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return told
