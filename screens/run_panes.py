"""The panes of a run besides its rows: each is made when it is first shown, and filled while it is.

Mounting all of them would keep a person waiting for the rows a third longer.
"""

from collections.abc import Sequence

from textual.widget import Widget

from screens.spread_panes import CausesTable, ScoresPane
from tui.presentation import run as present
from tui.presentation.sources import numbered
from tui.store import StoredRun
from tui.widgets.text_view import Section, TextView
from tui.widgets.virtual_table import VirtualTable


def new_pane(name: str) -> Widget:
    """Return an empty pane.

    Args:
        name: criteria, scores, errors, usage or details; it becomes the DOM id.
    """
    if name == "criteria":
        return VirtualTable(present.CRITERIA_COLUMNS, id=name, empty="This run has no criteria.")
    if name == "scores":
        return ScoresPane(id=name)
    if name == "errors":
        return CausesTable(id=name)
    if name == "usage":
        return VirtualTable(
            present.USAGE_COLUMNS, id=name, empty="The provider tells no usage of this run."
        )
    return TextView(id=name)


def fill_pane(pane: Widget, stored: StoredRun, notes: Sequence[str]) -> None:
    """Show in a pane what is stored of a run; scores and errors are read by their own feed.

    Args:
        pane: one of `new_pane`; others are left alone.
        stored: the run.
        notes: sentences a person should read, all of which the details tell.
    """
    run = stored.run
    if pane.id == "criteria" and isinstance(pane, VirtualTable):
        pane.set_source(numbered(present.criteria_rows(run.criteria, live=run.live)))
    elif pane.id == "usage" and isinstance(pane, VirtualTable):
        pane.set_source(numbered(present.usage_rows(run.usage)))
    elif isinstance(pane, TextView):
        sections = [Section("\n".join(notes), heading="notes", tone="warn")] if notes else []
        sections.extend(
            Section(text, heading=heading, language="plain" if heading == "facts" else "json")
            for heading, text in present.details(run)
        )
        pane.show_sections(sections, keep_scroll=True)
