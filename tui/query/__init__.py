"""What a person types to find something, as data; knows no SQL and no widget."""

from tui.query.words import words

__all__ = ["words"]
