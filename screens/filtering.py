"""Typing a filter, alike wherever rows or runs are filtered."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.css.query import NoMatches
from textual.widget import Widget

if TYPE_CHECKING:
    from tui.widgets.filter_bar import FilterBar


class Filtering(Widget):
    """A screen or pane with a filter bar above what it filters.

    To be named last among the bases: Textual takes rules of style from the first alone.
    """

    FILTERS: ClassVar[Literal["runs", "rows"]] = "rows"
    PLACEHOLDER: ClassVar[str]
    """What an empty bar shows: an example."""

    @property
    @abstractmethod
    def filter_text(self) -> str:
        """The filter that is wanted now."""

    @abstractmethod
    def filter_typed(self, text: str) -> None:
        """Want another filter, one that can be read."""

    @abstractmethod
    def filtered(self) -> Widget:
        """Return what the bar stands above and gives the focus back to."""

    def filter_bar(self) -> "FilterBar":
        """Return the bar; it is added now where nobody has needed it before."""
        from tui.widgets.filter_bar import FilterBar

        try:
            return self.query_one(FilterBar)
        except NoMatches:
            bar = FilterBar(placeholder=self.PLACEHOLDER)
            self.mount(bar, before=self.filtered())
            return bar

    def has_filter(self) -> bool:
        """Return whether a filter is in force, or one that cannot be read stands in the bar."""
        from tui.widgets.filter_bar import FilterBar

        return bool(self.filter_text) or any(bar.text for bar in self.query(FilterBar))

    def add_filter_bar(self) -> None:
        """Add what nobody sees before a key is pressed; to be called after the first frame."""
        if self.is_attached:  # a person who quits at once is faster than this
            self.filter_bar()

    def on_filter_bar_filter_changed(self, event: "FilterBar.FilterChanged") -> None:
        """Filter while it is typed."""
        event.stop()
        from tui.query import ROW_FIELDS, RUN_FIELDS, begins_field

        event.bar.error = ""
        fields = RUN_FIELDS if self.FILTERS == "runs" else ROW_FIELDS
        if not (event.bar.is_open and begins_field(event.text, fields)):
            self._take(event.bar)

    def on_filter_bar_filter_left(self, event: "FilterBar.FilterLeft") -> None:
        """Give the focus back to what is filtered."""
        event.stop()
        self._take(event.bar)
        self.filtered().focus()

    def _take(self, bar: "FilterBar") -> None:
        from tui.query import read_row_filter, read_run_filter

        read = read_run_filter if self.FILTERS == "runs" else read_row_filter
        if bar.text != self.filter_text and bar.accepts(bar.text, read):
            self.filter_typed(bar.text)
