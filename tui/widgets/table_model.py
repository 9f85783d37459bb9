"""What a table shows. The types are the presentation's, which makes them and sees no widget."""

from tui.presentation.table import Align, Cell, Column, SortMark, TableRow, TableSource

__all__ = ["Align", "Cell", "Column", "SortMark", "TableRow", "TableSource"]
