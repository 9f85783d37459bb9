"""What rows of several runs can be matched by, and matching them.

| name | stands for |
|---|---|
| `key` | the provider's own row key: dataset item id, `custom_id`, row digest |
| `label` | the row's label: a file name, the start of the question |
| `input` | the question without regard to case and white space |
| `item.<path>` | a field of the dataset item; a batch line, which has none, gives its `custom_id` |
| `extra.<path>` | one of the provider's own words on the row: `extra.lookup_key` |
"""

import re
from collections.abc import Callable, Iterator, Sequence

from tui.analysis.alignment import Alignment, align
from tui.analysis.compared import Matched, MatchKey
from tui.models import ProviderKind, Run, RunKind
from tui.store import Store, StoredRun
from tui.store.joining import RowColumns, family_of
from tui.store.joining.items import ITEM

Progress = Callable[[int, int], bool]
"""Told how many rows have been read and how many there are; True gives up."""

AUTO = "auto"
"""In a key's place: forget what was remembered, and choose."""
_GOOD = 0.9
"""A share of matched rows at which no other key is tried."""
_FIELDS_TRIED = 3
_ID_NAME = re.compile(r"(^|[._-])(id|uuid|guid|key|file_?name|number)$", re.IGNORECASE)
_NUMBER = re.compile(r"#?\d+")
_SAMPLE = 50


def is_key(name: str) -> bool:
    """Return whether this can name a match key."""
    return name in ("key", "label", "input") or bool(re.fullmatch(r"(item|extra)(\.[^.]+)+", name))


class RowReader:
    """The rows of some runs, read once for all keys that are tried."""

    def __init__(
        self,
        store: Store,
        runs: Sequence[StoredRun],
        progress: Progress = lambda _done, _of: False,
    ) -> None:
        self._store = store
        self.runs = tuple(runs)
        self._progress = progress
        self._of = sum(stored.sync.rows_stored for stored in runs)
        self._done = 0
        self.columns = tuple(self._columns(stored) for stored in runs)

    def _columns(self, stored: StoredRun) -> RowColumns:
        before = self._done

        def told(rows: int) -> bool:
            self._done = before + rows
            return self._progress(self._done, self._of)

        return self._store.joining.columns(stored.run.ref, told)

    def values(self, place: int, name: str) -> Sequence[str | None]:
        """Return one value per row of a run.

        Args:
            place: of the run.
            name: of the key.
        """
        columns, run = self.columns[place], self.runs[place].run
        values = self.field(place, name)
        if name.startswith(ITEM) and not any(value is not None for value in values):
            # The lines of a batch have no item; callers name them by its id.
            return columns.keys if run.kind is RunKind.BATCH else values
        return values

    def field(self, place: int, name: str) -> Sequence[str | None]:
        """Return what each row of a run has in a field; unlike a key, nothing stands in for it.

        Args:
            place: of the run.
            name: `key`, `label`, `input`, `item.<path>` or `extra.<path>`.
        """
        columns, run = self.columns[place], self.runs[place].run
        if name == "key":
            return columns.keys
        if name == "label":
            return columns.labels
        self._done = 0
        ids, values = self._store.joining.field(
            run.ref, name, lambda rows: self._progress(rows, len(columns))
        )
        if ids != columns.ids:
            known = dict(zip(ids, values, strict=True))
            return [known.get(row) for row in columns.ids]
        return values

    def aligned(self, name: str) -> Alignment:
        """Return the runs' rows joined by a key."""
        return align([self.values(place, name) for place in range(len(self.runs))])


def match(
    store: Store,
    runs: Sequence[StoredRun],
    wanted: str | None,
    progress: Progress = lambda _done, _of: False,
) -> tuple[Matched, RowReader]:
    """Read the rows of some runs and join them.

    Args:
        store: where they are.
        runs: the baseline first.
        wanted: the key; None takes what was remembered for their groups, else chooses.
        progress: told while rows are read.
    """
    reader = RowReader(store, runs, progress)
    if wanted is not None:
        key = MatchKey(wanted, "given", "you chose it")
        return Matched(reader.runs, key, reader.columns, reader.aligned(wanted)), reader
    remembered = _remembered(store, [stored.run for stored in runs])
    if remembered is not None and (alignment := reader.aligned(remembered)).coverage.matched:
        key = MatchKey(remembered, "remembered", "it was chosen for these groups before")
        return Matched(reader.runs, key, reader.columns, alignment), reader
    return _choose(store, reader), reader


def remember(store: Store, matched: Matched) -> None:
    """Keep a key a person gave, for each pair of the groups; one that matched nothing is not."""
    if matched.key.source == "given" and matched.coverage.matched:
        first, *others = [stored.run for stored in matched.runs]
        for other in others:
            store.joining.set_match_key(first, other, matched.key.name)


def forget(store: Store, runs: Sequence[StoredRun]) -> None:
    """Drop what was remembered for the groups of these runs."""
    first, *others = [stored.run for stored in runs]
    for other in others:
        store.joining.set_match_key(first, other, None)


def _remembered(store: Store, runs: Sequence[Run]) -> str | None:
    first, *others = runs
    keys = {store.joining.match_key(first, other) for other in others}
    return keys.pop() if len(keys) == 1 else None


def _choose(store: Store, reader: RowReader) -> Matched:
    best: tuple[MatchKey, Alignment] | None = None
    tried: list[tuple[str, int]] = []
    for name, why in _candidates(store, reader):
        if any(name == known for known, _n in tried):
            continue
        alignment = reader.aligned(name)
        tried.append((name, alignment.coverage.matched))
        if best is None or alignment.coverage.matched > best[1].coverage.matched:
            best = MatchKey(name, "chosen", why), alignment
        if alignment.coverage.share >= _GOOD:
            break
    if best is None:
        best = MatchKey("key", "chosen", "there was nothing else"), reader.aligned("key")
    return Matched(reader.runs, best[0], reader.columns, best[1], tuple(tried))


def _candidates(store: Store, reader: RowReader) -> Iterator[tuple[str, str]]:
    """Yield keys to try with the reason, the most trustworthy first."""
    runs = [stored.run for stored in reader.runs]
    providers = {run.provider for run in runs}
    if providers == {ProviderKind.DATALAB}:
        yield "label", "it is the file's name"
    elif len({family_of(run) for run in runs}) == 1 and runs[0].group is not None:
        yield "key", "the runs share a group"
    elif providers == {ProviderKind.WEAVE}:
        yield "key", "it is the digest of the dataset's row"
    elif all(run.kind is RunKind.BATCH for run in runs):
        yield "key", "it is the custom_id"
    elif not any(_only_numbers(columns) for columns in reader.columns):
        yield "key", "the rows' own keys are the same"
    ids, others = _common_fields(store, runs)
    for name in ids:
        yield name, "all items have it, each its own"
    yield "label", "the rows' labels are the same"
    if not all(run.kind is RunKind.BATCH for run in runs):
        yield "input", "the questions are the same"
    for name in others:
        yield name, "all items have it"


def _only_numbers(columns: RowColumns) -> bool:
    """Return whether row keys just count: then equal ones mean nothing."""
    return all(_NUMBER.fullmatch(key) for key in columns.keys[:_SAMPLE])


def _common_fields(store: Store, runs: Sequence[Run]) -> tuple[list[str], list[str]]:
    """Return the item fields all runs with items share: those named like an id, and some others."""
    named = [store.joining.field_names(run.ref) for run in runs]
    named = [names for names, run in zip(named, runs, strict=True) if names or not _bare(run)]
    if not named:
        return [], []
    shared = [name for name in named[0] if all(name in other for other in named[1:])]
    ids = [name for name in shared if _ID_NAME.search(name)]
    return ids[:_FIELDS_TRIED], [name for name in shared if name not in ids][:_FIELDS_TRIED]


def _bare(run: Run) -> bool:
    """Return whether the rows of such a run have no item by nature."""
    return run.kind is RunKind.BATCH
