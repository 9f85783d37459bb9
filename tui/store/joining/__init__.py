"""What comparing runs needs of the store: rows as columns, fields of items, what was chosen."""

from tui.store.joining.choices import family_of
from tui.store.joining.columns import CriterionColumns, RowColumns
from tui.store.joining.joining import Joining

__all__ = ["CriterionColumns", "Joining", "RowColumns", "family_of"]
