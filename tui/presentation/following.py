"""What is told of runs a person follows, on one line."""

from tui.models import Run, Status
from tui.presentation import format as fmt
from tui.presentation.events import headline, how_far
from tui.presentation.words import status_text
from tui.providers.base import Capabilities
from tui.store import Event, StoredRun

CHANGED = "• "
"""Before the name of a run to which something happened that the person has not seen."""
WATCHED = "◉ "
"""Before the name of a run the person wants to be told of."""
BASELINE = "◆ "
"""Before the name of the run its group's others are compared with."""
TIMES = "\N{MULTIPLICATION SIGN}"
CONCERN_WORDS = {"finalizing": "not ended"}
"""Where another word than the concern's kind says more in the width there is."""


def concern_word(stored: StoredRun) -> str:
    """Return the most urgent thing that is wrong with a run, in a word or two; empty if nothing.

    A status that says already that all went wrong needs no such word.
    """
    if not stored.concerns or ended_wrong(stored.run):
        return ""
    kind = stored.concerns[0].kind
    return CONCERN_WORDS.get(kind, kind.replace("-", " "))


def ended_wrong(run: Run) -> bool:
    """Return whether a run's status says that it did not come to its end."""
    return run.status in (Status.FAILED, Status.CANCELED, Status.EXPIRED)


def signs(stored: StoredRun) -> str:
    """Return what stands before a run's name."""
    found = ((CHANGED, stored.news), (WATCHED, stored.watched), (BASELINE, stored.baseline))
    return "".join(sign for sign, there in found if there)


def news_text(event: Event, stored: StoredRun, *, left: int) -> str:
    """Return what happened to a run, and of how many more there is news."""
    more = f" ({left:,} more)" if left else ""
    return f"{headline(event.kind, stored, event.detail)}{more}"


def seen_text(elsewhere: int) -> str:
    """Return why there is nothing to go to; `elsewhere` counts news of runs not listed here."""
    if elsewhere:
        return f"{fmt.plural(elsewhere, 'run')} not listed here changed; changed:true finds them"
    return "nothing has changed that you have not seen"


def watched_text(runs: int, *, on: bool, least: float | None) -> str:
    """Return what watching begins or ends."""
    what = "the run" if runs == 1 else fmt.plural(runs, "run")
    if not on:
        return f"no longer watching {what}"
    below = "" if least is None else f", and when the pass rate is surely below {least:.4g}"
    return f"watching {what}: you are told when it ends, stalls or runs out of time{below}"


def read_rate(text: str) -> float | None:
    """Return the pass rate a person typed, 0 to 1; None for nothing.

    Raises ValueError with a sentence for what is no rate.
    """
    from tui.query.values import rate

    text = text.strip()
    if not text:
        return None
    found = rate(text)
    if not 0 < found <= 1:
        raise ValueError("A pass rate is more than 0 and at most 1, or 100%.")
    return found


def cancel_lines(stored: StoredRun) -> tuple[str, ...]:
    """Return which run would be canceled, on which connection, and how far it is."""
    run = stored.run
    parts = [run.name or run.id, status_text(run), how_far(run) or "no row has been counted"]
    return (parts[0], f"{run.ref}", f"on {run.ref.connection} · {' · '.join(parts[1:])}")


def why_not_cancel(
    stored: StoredRun | None, can: Capabilities | None, *, read_only: bool, connected: bool
) -> str:
    """Return why a run cannot be canceled here, as a sentence; empty when it can be tried.

    Args:
        stored: the run; None when there is none.
        can: what its provider can; None when that is not known yet.
        read_only: whether nothing may be written to providers.
        connected: whether its connection is asked at all.
    """
    if stored is None:
        return "there is no run to cancel"
    run = stored.run
    if read_only:
        return "evaltop is read-only: it cancels nothing"
    if not run.live:
        return f"{run.name or run.id} has ended already: it is {run.status.value}"
    if stored.imported or not connected:
        return f"{run.ref.connection} is not asked about anything here, so it cannot cancel"
    if can is not None and not can.can_cancel:
        return f"{run.provider.value} has no way to cancel a run"
    return ""


def canceled_text(run: Run) -> str:
    """Return what became of a run whose cancel was accepted."""
    word = run.raw_status or run.status.value
    return f"cancel accepted: {run.name or run.id} is {word}"


def pace_text(pace: float) -> str:
    """Return how much faster or slower than configured is asked; empty if neither.

    Args:
        pace: how many times as long as configured is waited.
    """
    if pace == 1:
        return ""
    if pace < 1:
        return f"{TIMES}{1 / pace:g}"
    return TIMES + {2: "½", 4: "¼", 8: "⅛"}.get(int(pace), f"{1 / pace:.2g}")
