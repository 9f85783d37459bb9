"""Tones: the words data uses for colours, and the styles a widget draws them in."""

from rich.style import Style
from textual.color import Color
from textual.widget import Widget

TONES = ("good", "bad", "warn", "live", "muted", "dim", "accent", "strong", "title")
"""good: success; bad: failure; warn: trouble; live: still moving; muted and dim: secondary;
accent: names and keys; strong: bold; title: headings. Anything else, also empty and `plain`, is
the plain style."""

_LOOKS: dict[str, tuple[str, bool]] = {
    "good": ("text-success", False),
    "bad": ("text-error", False),
    "warn": ("text-warning", False),
    "live": ("text-primary", False),
    "muted": ("text-muted", False),
    "dim": ("text-muted", False),
    "accent": ("text-accent", False),
    "strong": ("", True),
    "title": ("text-accent", True),
}
"""The theme's variable for a tone's colour, and whether it is bold.

No component classes: Textual would work out the styles of all tones for every widget at each
start and each move of the focus, most of them never drawn.
"""


def _toned(widget: Widget, tone: str) -> Style:
    """Return a tone's style on a widget's background."""
    variable, bold = _LOOKS[tone]
    style = widget.rich_style
    if variable:
        color = _color(widget.app.theme_variables[variable], widget.background_colors[1])
        style += Style(color=color.rich_color)
    return style + Style(bold=True) if bold else style


def _color(value: str, background: Color) -> Color:
    """Return a theme's colour: `#8AD4A1`, `ansi_green`, `auto 60%` (what can be read here)."""
    name, _, percent = value.partition(" ")
    share = float(percent.rstrip("%") or 100) / 100
    if name == "auto":
        return background + background.get_contrast_text(share)
    return background + Color.parse(name).multiply_alpha(share)


class Palette:
    """The styles of one widget, computed once per theme and focus state.

    Textual forgets a widget's component styles on every refresh; drawing needs them for each line.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}
        self._tones: dict[str, Style] = {}

    def clear(self) -> None:
        """Forget everything: the theme, a class or the focus has changed."""
        self._styles.clear()
        self._tones.clear()

    @property
    def base(self) -> Style:
        """The widget's own style."""
        return self.component("")

    def tone(self, tone: str, otherwise: str = "") -> Style:
        """Return a tone's style; the style of `otherwise` for a tone that has none."""
        if tone not in _LOOKS:
            return self.tone(otherwise) if otherwise else self.base
        style = self._tones.get(tone)
        if style is None:
            style = self._tones[tone] = _toned(self._widget, tone)
        return style

    def component(self, name: str) -> Style:
        """Return the style of one of the widget's component classes; empty is the widget's own."""
        style = self._styles.get(name)
        if style is None:
            widget = self._widget
            style = widget.get_component_rich_style(name) if name else widget.rich_style
            self._styles[name] = style
        return style
