"""What may be chosen of a comparison, as menus show it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from tui.analysis.compared import Comparison, Options
from tui.analysis.corrections import Correction
from tui.analysis.matching import AUTO
from tui.presentation import format as fmt
from tui.presentation.statistics import field_text
from tui.text import clean_line

KEYS = ("key", "label", "input")
"""Match keys every run has; fields of its items come beside."""
OF_FIELDS = ("cluster", "slices")
"""Options whose values are fields of the rows."""
MOST_FIELDS = 24
"""Fields that are offered; the most telling come first."""
NONE = "none"
_MARGINS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1)
_LEAST_ROWS = (5, 10, 20, 30, 50, 100, 200)
_CORRECTIONS = {
    "holm": "Holm: rarely a single false alarm",
    "bh": "Benjamini-Hochberg: few false ones among all alarms",
    "none": "none: each as if it were asked alone",
}
_TITLES = {
    "margin": "Differences that do not matter",
    "min_rows": "Fewest matched rows",
    "correction": "Adjust p-values by",
    "cluster": "Rows that depend on each other share",
    "slices": "Compare apart by",
}


def key_choices(comparison: Comparison, fields: Sequence[str]) -> list[tuple[str, str]]:
    """Return match keys: the current one, those tried, those every run has, fields, and auto."""
    matched = comparison.matched
    tried = (name for name, _n in matched.keys_tried)
    names = dict.fromkeys((matched.key.name, *tried, *KEYS, *fields[:MOST_FIELDS]))
    return [*((name, clean_line(name, 40)) for name in names), (AUTO, "let evaltop choose")]


def option_choices(options: Options) -> list[tuple[str, str]]:
    """Return every other option with its value."""
    shown = {
        "margin": fmt.percent(options.margin),
        "min_rows": str(options.min_rows),
        "correction": options.correction,
        "cluster": _field(options.cluster),
        "slices": _field(options.slices),
    }
    return [(name, f"{title}: {shown[name]}") for name, title in _TITLES.items()]


def value_choices(
    options: Options, name: str, fields: Sequence[str]
) -> tuple[str, list[tuple[str, str]], str]:
    """Return an option's title, its values with their texts, and the current value.

    Args:
        options: what is chosen now.
        name: of the option.
        fields: the rows' fields, for options that take one.
    """
    current = getattr(options, name)
    title = _TITLES[name]
    if name == "margin":
        margins = sorted({*_MARGINS, options.margin})
        return title, [(repr(one), f"up to {fmt.percent(one)}") for one in margins], repr(current)
    if name == "min_rows":
        least = sorted({*_LEAST_ROWS, options.min_rows})
        return title, [(str(one), str(one)) for one in least], str(current)
    if name == "correction":
        return title, [*_CORRECTIONS.items()], current
    names = dict.fromkeys((*fields[:MOST_FIELDS], *([current] if current else [])))
    choices = [(NONE, "nothing"), *((one, _field(one)) for one in names)]
    return title, choices, current or NONE


def changed(options: Options, name: str, value: str) -> Options:
    """Return the options with another value; one that is none leaves them as they are."""
    if name == "key":
        return replace(options, key=value)
    if name == "margin":
        return replace(options, margin=float(value))
    if name == "min_rows":
        return replace(options, min_rows=int(value))
    if name == "correction":
        chosen = [one for one in get_args(Correction) if one == value]
        return replace(options, correction=chosen[0]) if chosen else options
    field = None if value == NONE else value
    return replace(options, cluster=field) if name == "cluster" else replace(options, slices=field)


def _field(name: str | None) -> str:
    return "nothing" if name is None else field_text(name)
