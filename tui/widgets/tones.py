"""Tones: the words data uses for colours, and the styles a widget draws them in."""

from functools import cache

from rich.style import Style
from textual.widget import Widget

TONES = ("good", "bad", "warn", "live", "muted", "dim", "accent", "strong", "title")
"""good: success; bad: failure; warn: trouble; live: still moving; muted and dim: secondary;
accent: names and keys; strong: bold; title: headings. Anything else, also empty and `plain`, is
the plain style. A widget's component class for each is `tone--<tone>`."""

_RULES = {
    "good": "color: $text-success;",
    "bad": "color: $text-error;",
    "warn": "color: $text-warning;",
    "live": "color: $text-primary;",
    "muted": "color: $text-muted;",
    "dim": "color: $text-muted;",
    "accent": "color: $text-accent;",
    "strong": "text-style: bold;",
    "title": "color: $text-accent; text-style: bold;",
}


def tone_classes() -> set[str]:
    """Return the component classes of all tones."""
    return {f"tone--{tone}" for tone in TONES}


@cache
def tone_css(widget_type: str) -> str:
    """Return default CSS that gives every tone of a widget type its theme colour."""
    rules = "\n".join(f"    & > .tone--{tone} {{ {rule} }}" for tone, rule in _RULES.items())
    return f"{widget_type} {{\n{rules}\n}}\n"


class Palette:
    """The styles of one widget, computed once per theme and focus state.

    Textual forgets a widget's component styles on every refresh; drawing needs them for each line.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}

    def clear(self) -> None:
        """Forget everything: the theme, a class or the focus has changed."""
        self._styles.clear()

    @property
    def base(self) -> Style:
        """The widget's own style."""
        return self.component("")

    def tone(self, tone: str, otherwise: str = "") -> Style:
        """Return a tone's style; the style of `otherwise` for a tone that has none."""
        if tone in _RULES:
            return self.component(f"tone--{tone}")
        return self.tone(otherwise) if otherwise else self.base

    def component(self, name: str) -> Style:
        """Return the style of one of the widget's component classes; empty is the widget's own."""
        style = self._styles.get(name)
        if style is None:
            widget = self._widget
            style = widget.get_component_rich_style(name) if name else widget.rich_style
            self._styles[name] = style
        return style
