"""From models to what a table, a panel or a sentence shows: pure functions, no widgets."""
