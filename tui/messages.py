"""Messages between screens and app. Screens ask; the app alone navigates, copies and opens."""

from collections.abc import Sequence

from textual.message import Message

from tui.config import Config
from tui.models import JsonValue, RunRef
from tui.presentation.search import FoundPlace
from tui.store import Change, RowQuery, RunQuery


class StoreChanged(Message):
    """The store has changed; the app sends at most one per frame, holding all of the changes."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change = change


class MinutePassed(Message):
    """Ages may read differently now."""


class RunOpened(Message):
    """A person wants to see a run; `query` is the list it was chosen from."""

    def __init__(self, ref: RunRef, query: RunQuery) -> None:
        super().__init__()
        self.ref = ref
        self.query = query


class StatisticsOpened(Message):
    """A person wants to know how sure a run's figures are."""

    def __init__(self, ref: RunRef) -> None:
        super().__init__()
        self.ref = ref


class RowOpened(Message):
    """A person wants to read a row; `query` is the list it was chosen from."""

    def __init__(
        self, ref: RunRef, key: str, query: RowQuery, place: FoundPlace | None = None
    ) -> None:
        super().__init__()
        self.ref = ref
        self.key = key
        self.query = query
        self.place = place
        """What to show of it; None leaves that to the screen."""


class SearchOpened(Message):
    """A person wants to search a run; None for all that is stored."""

    def __init__(self, ref: RunRef | None) -> None:
        super().__init__()
        self.ref = ref


class CompareAsked(Message):
    """A person wants to compare runs; the baseline is the first."""

    def __init__(self, refs: Sequence[RunRef]) -> None:
        super().__init__()
        self.refs = tuple(refs)


class PairOpened(Message):
    """A person wants to read one row in both runs; `rows` is the list it was chosen from."""

    def __init__(self, refs: tuple[RunRef, RunRef], rows: object, key: str) -> None:
        super().__init__()
        self.refs = refs
        self.rows = rows
        self.key = key


class DiffAsked(Message):
    """Two texts are to be shown in the person's own diff tool."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__()
        self.before = before
        self.after = after


class JsonOpened(Message):
    """A person wants to see something as the provider sent it."""

    def __init__(self, title: str, value: JsonValue) -> None:
        super().__init__()
        self.title = title
        self.value = value


class CopyAsked(Message):
    """A text is to be put on the clipboard; `what` names it for the confirmation."""

    def __init__(self, text: str, what: str) -> None:
        super().__init__()
        self.text = text
        self.what = what


class LinkAsked(Message):
    """A provider's link is to be opened here, or copied where that cannot be done."""

    def __init__(self, url: str | None) -> None:
        super().__init__()
        self.url = url


class TextAsked(Message):
    """A text is to be shown in the person's pager or editor."""

    def __init__(self, text: str, *, editor: bool, suffix: str = ".txt") -> None:
        super().__init__()
        self.text = text
        self.editor = editor
        self.suffix = suffix


class Told(Message):
    """A short confirmation is to be shown for a moment."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.sentence = sentence


class ConfigChanged(Message):
    """The configuration was changed; `told` says so.

    `seen` is one that was found in the file: if it is in force already, it is what was written here
    a moment before, and there is nothing to tell.
    """

    def __init__(self, config: Config, told: str, *, seen: bool = False) -> None:
        super().__init__()
        self.config = config
        self.told = told
        self.seen = seen


class WorkBroke(Message):
    """A worker ended with an error nobody expected: a bug, told in the banner."""

    def __init__(self, work: str, error: BaseException) -> None:
        super().__init__()
        self.work = work
        self.error = error
