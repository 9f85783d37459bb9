"""What differs between the hosts that speak this wire family."""

from collections.abc import Mapping
from dataclasses import field

from tui.frozen import frozen
from tui.models import ProviderKind


@frozen(kw_only=True)
class Dialect:
    """One connection's host, as far as the shared code must know it."""

    kind: ProviderKind
    connection: str
    batches: bool
    """Whether `/batches` is listed."""
    evals: tuple[str, ...] = ()
    """Only these eval ids; empty = all."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Query parameters every request carries (`api-version`)."""
    foundry: bool = False
    """Whether outcomes of rows follow Microsoft's rule."""
    counts_files: bool = False
    """Whether `/files/{id}/content` may be read to learn how many rows a run will have."""
    retires: bool = False
    """Whether the evals routes end on 30 November 2026 (`retirement`)."""
    cancel_paths: tuple[str, str] = ("/cancel", "")
    """What follows a run's path to cancel it: the host's own first, then that of other sources."""
