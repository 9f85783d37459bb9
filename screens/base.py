"""What all screens share: keys from the registry, the lines at the bottom, broken workers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.actions import actions_for, key_label, keys_of
from tui.messages import MinutePassed, StoreChanged, Told, WorkBroke
from tui.models import RunRef
from tui.presentation.following import pace_text
from tui.presentation.format import plural
from tui.presentation.imports import import_items
from tui.presentation.status import StatusItem, offline_text, status_items
from tui.services import Services
from tui.store import Change, Store
from tui.widgets.header_line import HeaderLine, HintLine
from tui.widgets.prompt_paint import paint_now
from tui.widgets.status_line import StatusLine
from tui.widgets.surviving import Surviving

WIDGETS_OWN = frozenset(
    {
        "move-up",
        "move-down",
        "page-up",
        "page-down",
        "top",
        "bottom",
        "open",
        "mark",
    }
)
"""Actions that the focused table or text binds itself, under the same ids."""
APPS_OWN = frozenset({"palette", "help", "connections", "suspend", "quit"})
"""Actions that are the app's everywhere."""


def bindings_for(name: str, without: frozenset[str] = frozenset()) -> list[BindingType]:
    """Return a screen's bindings with the default keys; the app's keymap replaces them by id."""
    return [
        Binding(
            ",".join(action.keys),
            f"pane({action.id[5:]})" if action.id[:5] == "pane-" else action.id.replace("-", "_"),
            action.text,
            show=False,
            id=action.id,
            # Tab would move the focus before the screen is asked.
            priority=action.id in ("next-pane", "previous-pane"),
        )
        for action in actions_for(name)
        if action.id not in WIDGETS_OWN | APPS_OWN | without
    ]


class EvalScreen(Surviving, Screen[str]):
    """A screen of evaltop; ends with the key of what it showed, for the list it was opened from.

    Textual calls the `on_…` handlers of every class of a screen, the subclass's first.
    """

    NAME: ClassVar[str]
    """Scope of the actions it has."""

    AUTO_FOCUS = None

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self._key_waits = False
        self._paint_again_at = 0.0

    def note_key(self) -> None:
        """Paint what the key that is about to come changes without waiting for the next frame."""
        self._key_waits = True

    def on_idle(self) -> None:
        """All messages are answered."""
        clock = self.services.clock
        begun = clock.monotonic()
        if self._key_waits and begun >= self._paint_again_at and paint_now(self):
            self._key_waits = False
            ended = clock.monotonic()
            # Keys that come faster than they can be painted share frames.
            self._paint_again_at = ended + (ended - begun)

    @property
    def keys(self) -> Mapping[str, Sequence[str]]:
        """The person's own keys."""
        return self.services.config.keys

    def take_services(self, services: Services) -> None:
        """Go on with other services: the configuration has changed."""
        self.services = services
        self.services_changed()
        self.show_hints()
        self.show_status()

    def services_changed(self) -> None:
        """Show what depends on the configuration anew."""

    # --- lines every screen has

    def show_header(self, left: str, right: str = "", right_tone: str = "muted") -> None:
        """Set the title line; equal values repaint nothing."""
        offline = self.offline_text()
        if offline:
            right = f"{right}   {offline}" if right else offline
        header = self.query_one("#title", HeaderLine)
        header.left, header.right, header.right_tone = left, right, right_tone

    def data_at(self) -> datetime | None:
        """Return when what is shown was told; None when nothing is stored."""
        known = (health.ok_at for health in self.services.poller.status().values())
        return max((at for at in known if at is not None), default=None)

    def offline_text(self) -> str:
        """Return that nobody is asked, with the age of the data; empty while somebody is."""
        if not self.services.poller.offline:
            return ""
        return offline_text(self.data_at(), self.services.clock.now())

    def show_status(self) -> None:
        """Set the status line: what was just done, a bug, then how the connections are."""
        told = getattr(self.app, "told", "")
        banner = getattr(self.app, "banner", "")
        items = []
        if told:
            items.append(StatusItem("»", "accent", told))
        if banner:
            items.append(StatusItem("✗", "bad", banner))
        store_problem = self.services.store.problem
        if store_problem is not None:
            items.append(StatusItem("store", "warn", f"⚠ {store_problem.message}"))
        health = self.services.poller.status().values()
        now = self.services.clock.now()
        items.extend(status_items(health, now, self.services.poller.waits()))
        items.extend(import_items(self.services.store.imports(), now))
        try:
            self.query_one(StatusLine).items = tuple(items)
        except NoMatches:
            return

    def show_hints(self) -> None:
        """Set the line of keys: the registry's hints in its order; help, the last, always fits."""
        hints = [
            (key_label(keys[0]), action.hint)
            for action in actions_for(self.NAME)
            if action.hint and (keys := keys_of(action, self.keys))
        ]
        width = self.app.size.width - 2
        while len(hints) > 1 and sum(len(key) + len(word) + 4 for key, word in hints) - 3 > width:
            del hints[-2]
        self.query_one(HintLine).hints = tuple(hints)

    # --- what providers bring

    def on_mount(self) -> None:
        """Show what is known."""
        self.show_hints()
        self.show_status()

    def on_resize(self) -> None:
        """Fit the line of keys."""
        self.show_hints()

    def on_screen_resume(self) -> None:
        """Catch up with what came while another screen was on top."""
        self.show_status()

    def on_store_changed(self, event: StoreChanged) -> None:
        """Show what has changed."""
        event.stop()
        self.changed(event.change)
        self.show_status()

    def on_minute_passed(self, event: MinutePassed) -> None:
        """Let ages tick."""
        event.stop()
        self.minute_passed()
        self.show_status()

    def changed(self, change: Change) -> None:
        """Read again what this change touches."""

    def minute_passed(self) -> None:
        """Draw again what shows ages."""

    # --- actions every screen has

    def action_back(self) -> None:
        """Close what is on top: subclasses close filters and the like first."""
        self.leave()

    def action_quit_or_back(self) -> None:
        """Go back, whatever is open."""
        self.leave()

    def leave(self) -> None:
        """Go back to the screen below, telling it what was shown last."""
        self.dismiss(self.came_from())

    def came_from(self) -> str:
        """Return the key, in the list below, of what this screen shows."""
        return ""

    def action_refresh(self) -> None:
        """Ask every connection now."""
        self.services.poller.refresh(None)

    def action_pause(self) -> None:
        """Hold all polling, or go on."""
        poller = self.services.poller
        if poller.paused:
            poller.resume()
        else:
            poller.pause()
        self.pause_changed()

    def action_faster(self) -> None:
        """Ask twice as often, within the budgets."""
        self._change_pace(faster=True)

    def action_slower(self) -> None:
        """Ask half as often."""
        self._change_pace(faster=False)

    def _change_pace(self, *, faster: bool) -> None:
        pace = pace_text(self.services.poller.change_pace(faster=faster))
        self.pause_changed()
        self.post_message(Told(f"pace {pace}, within each budget" if pace else "usual pace"))

    def pause_changed(self) -> None:
        """Show whether polling is held."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Hand a bug in one of this screen's workers to the app."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.post_message(WorkBroke(event.worker.name, event.worker.error))


def keep_or_let_go(store: Store, refs: Sequence[RunRef]) -> Told:
    """Keep the runs' rows for good; when all of them are kept, let them go. Returns what to say."""
    found = [stored for ref in refs if (stored := store.run(ref)) is not None]
    keep = not all(stored.kept for stored in found)
    store.keep((stored.run.ref for stored in found), on=keep)
    if not found:
        return Told("there is no run to keep")
    what = plural(len(found), "run")
    return Told(f"{what} kept for good" if keep else f"{what} no longer kept for good")


def interval_text(services: Services) -> str:
    """Return `paused` or how often the lists are asked at most, for the right of a title."""
    if services.poller.paused:
        return "paused"
    wishes = [connection.poll.live_s for connection in services.config.connections]
    if not wishes:
        return ""
    pace = services.poller.pace
    told = pace_text(pace)
    return f"refresh {min(wishes) * pace:g}s{f' {told}' if told else ''}"
