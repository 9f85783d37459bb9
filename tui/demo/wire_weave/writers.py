"""How a run was written: its writer decides what of it can be seen."""

from tui.demo.facts import SimRun


def is_logged(run: SimRun) -> bool:
    """Return whether EvaluationLogger wrote the run: its total is known to nobody."""
    return run.group is not None and run.group.name.startswith("claims")


def is_from_api(run: SimRun) -> bool:
    """Return whether it was made by `POST evaluation_runs`; the v2 list shows no others."""
    return run.name == "laptop closed" or (run.name == "no rows" and is_logged(run))


def is_inline(run: SimRun) -> bool:
    """Return whether its rows were sent along, not read from a stored dataset."""
    return is_logged(run) or is_from_api(run)


def writes_live(run: SimRun) -> bool:
    """Return whether trials are visible before they end (the older way of writing)."""
    return run.name == "brisk-heron"
