"""The registry of actions: what can be done where, with which keys. Plain data.

Bindings, command palette, help, hints and the README's table come from it; `check_keys` lets
`config check` judge a person's own keys without starting the app.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tui.config import Config
from tui.errors import ConfigProblem
from tui.frozen import frozen

SCREENS = (
    "runs",
    "run",
    "statistics",
    "trial",
    "json",
    "compare",
    "pair",
    "search",
    "connections",
    "help",
)
"""Names of the screens, as scopes of actions use them."""

READING = ("run", "trial", "json", "compare", "pair")
"""Screens below the list of runs whose content can be read as a text."""

PANED = ("run", "statistics", "trial", "json", "compare", "pair")
"""Screens with several panes."""

STEPPING = ("run", "trial", "compare", "pair")
"""Screens from which one steps to the next thing of the list they were opened from."""


@frozen
class Action:
    """One thing a person can do."""

    id: str
    """Kebab-case, never reused; the name in the `[keys]` table of the configuration."""
    keys: tuple[str, ...]
    """Default keys, as Textual names them; a printable key is the character itself."""
    text: str
    """What it does, without a subject: `sort by …`."""
    scope: tuple[str, ...]
    """Screens it works on."""
    group: str
    """Heading in help and README."""
    hint: str = ""
    """Word for the line at the bottom of the screen; empty keeps it out."""
    show: bool = True
    """Whether help lists it by itself; the numbered panes are listed once."""


ACTIONS: tuple[Action, ...] = (
    Action("move-up", ("up", "k"), "one up", SCREENS, "Move"),
    Action("move-down", ("down", "j"), "one down", SCREENS, "Move"),
    Action("move-left", ("left", "h"), "left; on a trial: the trial before", SCREENS, "Move"),
    Action("move-right", ("right", "l"), "right; on a trial: the trial after", SCREENS, "Move"),
    Action("page-up", ("pageup",), "one page up", SCREENS, "Move"),
    Action("page-down", ("pagedown",), "one page down", SCREENS, "Move"),
    Action("top", ("home", "g"), "to the beginning", SCREENS, "Move"),
    Action("bottom", ("end", "G"), "to the end", SCREENS, "Move"),
    Action("open", ("enter",), "open, fold or unfold", SCREENS, "Go", hint="open"),
    Action("back", ("escape", "backspace"), "back, closing what is on top first", SCREENS, "Go"),
    Action("next-pane", ("tab",), "next pane", PANED, "Go", hint="pane"),
    Action("previous-pane", ("shift+tab",), "previous pane", PANED, "Go"),
    *(Action(f"pane-{n}", (str(n),), f"pane {n}", PANED, "Go", show=n == 1) for n in range(1, 10)),
    Action("previous-item", ("[",), "previous row; on a run: previous run", STEPPING, "Go"),
    Action("next-item", ("]",), "next row; on a run: next run", STEPPING, "Go", hint="next"),
    Action(
        "connections",
        ("A",),
        "connections",
        ("runs", "run", "statistics", "trial", "json", "compare", "pair", "search"),
        "Go",
    ),
    Action("next-changed", (".",), "next run that changed since you looked", ("runs", "run"), "Go"),
    Action("json", ("J",), "raw JSON", ("run", "trial"), "Go", hint="JSON"),
    Action(
        "statistics",
        ("i",),
        "how sure: intervals, trials, slices, trend",
        ("run",),
        "Go",
        hint="how sure",
    ),
    Action("mark", ("space",), "mark", ("runs",), "Find", hint="mark"),
    Action(
        "compare",
        ("c",),
        "compare the marked, else with its baseline or the run before",
        ("runs", "run"),
        "Compare",
        hint="compare",
    ),
    Action(
        "baseline", ("b",), "mark as the group's baseline, or no longer", ("runs", "run"), "Compare"
    ),
    Action("match-key", ("m",), "match rows by …", ("compare",), "Compare", hint="match"),
    Action(
        "judging",
        ("t",),
        "how it is judged: margin, correction, clusters, slices",
        ("compare",),
        "Compare",
        hint="judge by",
    ),
    Action(
        "row-kind", ("w",), "which rows: regressed, improved, …", ("compare",), "Compare", "rows"
    ),
    Action("diff", ("d",), "both answers in your diff tool", ("pair",), "Compare", hint="diff"),
    Action(
        "filter",
        ("/",),
        "filter; in a text: find",
        ("runs", "run", "trial", "json", "compare", "search"),
        "Find",
        hint="filter",
    ),
    Action("search", ("f",), "full-text search", ("runs", "run", "search"), "Find", hint="search"),
    Action("next-match", ("n",), "next match", ("trial", "json"), "Find", hint="next"),
    Action("previous-match", ("N",), "previous match", ("trial", "json"), "Find"),
    Action("sort", ("s",), "sort by …", ("runs", "run"), "Find", hint="sort"),
    Action("slice-field", ("m",), "slices by …", ("statistics",), "Find", hint="slices by"),
    Action("faster", ("+",), "ask more often", ("runs", "run", "trial", "connections"), "Live"),
    Action("slower", ("-",), "ask less often", ("runs", "run", "trial", "connections"), "Live"),
    Action("cancel", ("x",), "cancel the run (asks first)", ("runs", "run"), "Live"),
    Action("watch", ("w",), "watch: tell me about it, or no longer", ("runs", "run"), "Live"),
    Action("see-all", ("U",), "take all that changed as seen", ("runs", "run"), "Live"),
    Action("keep", ("K",), "keep its rows for good, or no longer", ("runs", "run"), "Take along"),
    Action("copy", ("y",), "copy", SCREENS, "Take along", hint="copy"),
    Action(
        "link", ("o",), "open or copy the provider's link", ("runs", "run", "trial"), "Take along"
    ),
    Action("pager", ("v",), "open in $PAGER", READING, "Take along"),
    Action("editor", ("e",), "open in $EDITOR", READING, "Take along"),
    Action(
        "refresh",
        ("r",),
        "refresh now",
        ("runs", "run", "statistics", "trial", "compare", "search", "connections"),
        "Live",
        "refresh",
    ),
    Action(
        "pause", ("p",), "pause, go on", ("runs", "run", "trial", "connections"), "Live", "pause"
    ),
    Action("stop-rows", ("S",), "stop fetching rows; r goes on", ("run",), "Live"),
    Action("connection-add", ("a",), "add a connection", ("connections",), "Connect", "add"),
    Action("connection-edit", ("e",), "change it", ("connections",), "Connect", "change"),
    Action("connection-test", ("t",), "test it", ("connections",), "Connect", "test"),
    Action("connection-key", ("K",), "give it a key", ("connections",), "Connect", "key"),
    Action("connection-switch", ("o",), "switch it off or on", ("connections",), "Connect"),
    Action("connection-remove", ("D", "delete"), "remove it", ("connections",), "Connect"),
    Action("palette", (":", "ctrl+p"), "command palette", SCREENS, "evaltop", hint="command"),
    Action("help", ("?",), "help for this screen", SCREENS, "evaltop", hint="help"),
    Action("suspend", ("ctrl+z",), "stop for now, back to the shell (fg)", SCREENS, "evaltop"),
    Action("quit-or-back", ("q",), "back; on Runs: quit", SCREENS, "evaltop"),
    Action("quit", ("ctrl+q",), "quit", SCREENS, "evaltop"),
)

_BY_ID = {action.id: action for action in ACTIONS}

_NAMED_KEYS = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "enter": "enter",
    "escape": "esc",
    "backspace": "backspace",
    "delete": "del",
    "insert": "ins",
    "tab": "tab",
    "space": "space",
    **{f"f{n}": f"F{n}" for n in range(1, 25)},
}
_MODIFIERS = ("ctrl", "shift", "alt")


def action(action_id: str) -> Action:
    """Return the action of an id. Raises KeyError for one that does not exist."""
    return _BY_ID[action_id]


def actions_for(screen: str) -> tuple[Action, ...]:
    """Return what can be done on a screen, in the registry's order."""
    return tuple(found for found in ACTIONS if screen in found.scope)


def keys_of(found: Action, keys: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return an action's keys: the person's own where configured, else the defaults."""
    return tuple(keys.get(found.id, found.keys))


def key_label(key: str) -> str:
    """Return how a key is written for a person: `PgUp`, `ctrl+q`, `?`."""
    *modifiers, base = _split(key)
    return "+".join((*modifiers, _NAMED_KEYS.get(base, base)))


def keys_label(keys: Iterable[str]) -> str:
    """Return several keys for a person: `↑ k`; `none` when an action has been unbound."""
    return " ".join(key_label(key) for key in keys) or "none"


def check_keys(keys: Mapping[str, Sequence[str]]) -> tuple[ConfigProblem, ...]:
    """Return what is wrong with a person's keys: unknown actions, unknown keys, clashes.

    `file` and `line` of the problems are left to whoever has read the file.
    """
    problems = []
    for action_id, own in keys.items():
        if action_id not in _BY_ID:
            allowed = ", ".join(sorted(_BY_ID))
            problems.append(_problem(action_id, f"no such action; there are: {allowed}."))
            continue
        problems.extend(
            _problem(
                action_id,
                f"{key!r} is not a key; a character, a name such as pageup or f5, "
                "or either after ctrl+, shift+ or alt+ is.",
            )
            for key in own
            if not _is_key(key)
        )
    problems.extend(_clashes(keys))
    return tuple(problems)


def all_problems(config: Config) -> tuple[ConfigProblem, ...]:
    """Return the mistakes of a file together with those of its `[keys]` table, by line."""
    keys = (
        replace(problem, file=config.file, line=config.lines.get(problem.key))
        for problem in check_keys(config.keys)
    )
    return tuple(sorted((*config.problems, *keys), key=lambda problem: problem.line or 0))


def _clashes(keys: Mapping[str, Sequence[str]]) -> list[ConfigProblem]:
    taken: dict[tuple[str, str], Action] = {}
    found = []
    named = set()
    for candidate in ACTIONS:
        for key in keys_of(candidate, keys):
            for screen in candidate.scope:
                other = taken.setdefault((screen, key), candidate)
                pair = (other.id, candidate.id, key)
                if other is candidate or pair in named:
                    continue
                named.add(pair)
                # The mistake is where the person wrote something.
                place = candidate.id if candidate.id in keys else other.id
                rival = other.id if place == candidate.id else candidate.id
                found.append(
                    _problem(
                        place,
                        f"{key_label(key)} is also the key of {rival}; give one of them another.",
                    )
                )
    return found


def _problem(action_id: str, message: str) -> ConfigProblem:
    return ConfigProblem(message, f"keys.{action_id}", None, None)


def _split(key: str) -> list[str]:
    # "ctrl++" and "+" are the plus key.
    if key.endswith("+"):
        return [part for part in key[:-1].split("+") if part] + ["+"]
    return key.split("+")


def _is_key(key: str) -> bool:
    *modifiers, base = _split(key)
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    return base in _NAMED_KEYS or (len(base) == 1 and base.isprintable() and base != " ")


def readme_table(keys: Mapping[str, Sequence[str]] | None = None) -> str:
    """Return the keys as a Markdown table, grouped, as the README shows them."""
    lines = ["| keys | action | id | where |", "|---|---|---|---|"]
    for found in ACTIONS:
        if not found.show:
            continue
        where = "everywhere" if found.scope == SCREENS else ", ".join(found.scope)
        label, text, name = keys_label(keys_of(found, keys or {})), found.text, f"`{found.id}`"
        if found.id == "pane-1":
            label, text, name = "1 … 9", "numbered pane", "`pane-1` … `pane-9`"
        shown = " ".join(f"`{key}`" for key in label.split(" ")) if label != "1 … 9" else "`1`…`9`"
        lines.append(f"| {shown} | {text} | {name} | {where} |")
    return "\n".join(lines)
