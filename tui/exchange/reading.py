"""What a reader of a file tells, one thing after the other, and how it breaks off."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

from tui.errors import DataError
from tui.exchange.exact import WalkState
from tui.exchange.files import SourceFile
from tui.frozen import frozen
from tui.models import Run, RunRef
from tui.providers.base import RowPage

PAGE_ROWS = 200
"""Rows a reader gathers before it tells them."""


@frozen
class RunTold:
    """A run; told before its rows, and again at the end where the file tells more of it."""

    run: Run
    walk: WalkState | None = None
    """What an export says of its completeness; None elsewhere: then the file is all there is."""
    more: bool = False
    """Whether it will be told again: one that is stored already is left as it is till then."""


@frozen
class RowsTold:
    """Some rows of a run that was told; `skipped` names items that could not be read."""

    ref: RunRef
    page: RowPage


Told: TypeAlias = RunTold | RowsTold


@frozen
class Target:
    """Where imported runs go."""

    connection: str
    run_id: str | None = None
    """The id for a file that does not name its run; None = taken from the file's name."""


class Reader(Protocol):
    """Reads files of one format."""

    def __call__(self, file: SourceFile, target: Target) -> Iterator[Told]:
        """Yield what the file tells. Raises CutShortError, DataError."""
        ...


class CutShortError(DataError):
    """A file ends, or breaks, before its end; what was told before is good."""
