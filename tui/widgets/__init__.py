"""Widgets: Line-API views that know no provider, no store and no screen.

Each reads plain strings and frozen values; nothing given to them is parsed as markup. Import the
module you need (`tui.widgets.virtual_table`, …): nothing is imported here, so that a screen loads
only what it shows.
"""
