"""SQLite: runs, rows, trials and how far each is fetched; the only truth the screens read."""

from tui.store.events import Event
from tui.store.eviction import KEPT_AS_IMPORTED, KEPT_BY_PERSON
from tui.store.heads import ERROR_LIMIT, REASON_LIMIT
from tui.store.search import TEXT_FIELDS, Hit, Hits, Wanted
from tui.store.selecting import ReadCancelledError
from tui.store.standing import ConnectionState, Holdings, Imported, Retired, SourceState
from tui.store.store import Store
from tui.store.types import (
    Change,
    Concern,
    CriterionCell,
    ErrorCause,
    Histogram,
    RowHead,
    RowQuery,
    RunQuery,
    Sample,
    ScoreBin,
    StoredRun,
    SyncState,
    View,
)
from tui.store.views import RowView, RunView
from tui.store.whole_rows import WholeRows

__all__ = [
    "ERROR_LIMIT",
    "KEPT_AS_IMPORTED",
    "KEPT_BY_PERSON",
    "REASON_LIMIT",
    "TEXT_FIELDS",
    "Change",
    "Concern",
    "ConnectionState",
    "CriterionCell",
    "ErrorCause",
    "Event",
    "Histogram",
    "Hit",
    "Hits",
    "Holdings",
    "Imported",
    "ReadCancelledError",
    "Retired",
    "RowHead",
    "RowQuery",
    "RowView",
    "RunQuery",
    "RunView",
    "Sample",
    "ScoreBin",
    "SourceState",
    "Store",
    "StoredRun",
    "SyncState",
    "View",
    "Wanted",
    "WholeRows",
]
