"""What the screens with runs share of comparing: baselines, and which runs are meant."""

from collections.abc import Sequence

from tui.messages import CompareAsked, Told
from tui.models import RunRef
from tui.store import Store
from tui.text import clean_line

MOST_COMPARED = 8


def mark_baseline(store: Store, ref: RunRef) -> Told:
    """Mark a run as its group's baseline, or take the mark from it. Returns what to tell."""
    stored = store.run(ref)
    if stored is None:
        return Told("the run is not stored")
    marked = store.joining.baseline(stored.run) != ref
    store.joining.set_baseline(stored.run, marked=marked)
    group = stored.run.group
    what = f"the batches of {ref.connection}" if group is None else group.name or group.id
    name = clean_line(what, 40)
    return Told(f"now the baseline of {name}" if marked else f"no longer the baseline of {name}")


def runs_to_compare(store: Store, keys: Sequence[str]) -> list[RunRef]:
    """Return runs in the order of a comparison; one run gets its baseline, else the run before.

    The first of the result is the baseline: the marked one among them, else the oldest. Only one
    is returned when nothing was found to compare it with. Reads many runs: call it in a thread.
    """
    from tui.analysis.baselines import baseline_of, begun_first

    runs = [stored for key in keys if (stored := store.run(RunRef.parse(key))) is not None]
    if len(runs) == 1:
        found, _why = baseline_of(store, runs[0])
        return [*([] if found is None else [found.run.ref]), runs[0].run.ref]
    return [stored.run.ref for stored in begun_first(store, runs)]


def comparison_of(refs: Sequence[RunRef]) -> CompareAsked | Told:
    """Return the wish to compare these runs, or why that cannot be."""
    if len(refs) < 2:  # noqa: PLR2004 - a comparison has two sides
        return Told("nothing to compare it with: mark two runs, or a baseline with b")
    if len(refs) > MOST_COMPARED:
        return Told(f"at most {MOST_COMPARED} runs can be compared at once")
    return CompareAsked(refs)
