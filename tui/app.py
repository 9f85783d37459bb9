"""The Textual app: screen stack, owner of workers, crash handling. Knows no provider."""

import gc
import os
import signal
from asyncio import TimerHandle, get_running_loop
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.adopting import AdoptingApp
from tui.clipboard import copy_or_keep, copy_sequence
from tui.external import can_browse, editor_command, pager_command, show_difference, show_text
from tui.messages import (
    CompareAsked,
    CopyAsked,
    DiffAsked,
    JsonOpened,
    LinkAsked,
    MinutePassed,
    PairOpened,
    RowOpened,
    RunOpened,
    SearchOpened,
    StatisticsOpened,
    StoreChanged,
    TextAsked,
)
from tui.presentation.links import safe_link
from tui.services import Services
from tui.store import Change
from tui.terminal import TerminalWatch, has_shell
from tui.text import clean_block
from tui.widgets.backlog import BUSY, output_backlog
from tui.widgets.compact_output import compact_driver
from tui.widgets.continuing import continuing_driver
from tui.widgets.safe_filter import SafeFilter


class ScreenFactory(Protocol):
    """Makes the screens of one class."""

    def load(self) -> type[Screen[Any]]:
        """Import the class; called from a thread, too."""

    def __call__(self, *arguments: Any) -> Screen[Any]:
        """Make a screen of `Services` and what the message that opens it carries."""


FRAME_S = 0.1
"""Least time between two live refreshes: ten a second look alive and cost little."""
BACKLOG_S = 0.25
"""When a refresh that found the output backed up is tried again."""
MINUTE_S = 60.0
SETTLED_S = 5.0
"""When the providers' libraries have been loaded, too."""
STYLES = tuple(sorted((Path(__file__).parents[1] / "styles").glob("*.tcss")))
"""Every screen's rules, read at the start: a screen that brings its own has Textual parse all rules
of all widgets anew when it is first opened, which takes 40 ms; these together take 7."""
NEXT_SCREENS = ("run", "trial")
RESTART_S = 60.0
"""When a loop that a bug has ended begins again: what made it fail may have passed."""


class EvalTopApp(AdoptingApp):
    """evaltop in the terminal."""

    CSS_PATH: ClassVar[list[str | PurePath]] = list(STYLES)
    TITLE = "evaltop"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon,ctrl+p", "palette", "command palette", show=False, id="palette"),
        Binding("question_mark", "help", "help", show=False, id="help"),
        Binding("A", "connections", "connections", show=False, id="connections"),
        Binding("ctrl+z", "suspend", "stop for now", show=False, id="suspend"),
        Binding("ctrl+q", "leave", "quit", show=False, id="quit", priority=True),
        Binding("ctrl+c", "interrupt", "quit", show=False, priority=True),
    ]

    def __init__(self, services: Services, screens: Mapping[str, ScreenFactory]) -> None:
        """Prepare the app.

        Args:
            services: everything screens need; polling starts after the first paint.
            screens: screen name → factory (`screens.SCREENS`).
        """
        super().__init__(services)
        # Neither is used; their widgets would be mounted, styled and laid out in every screen.
        self._disable_notifications = self._disable_tooltips = True
        self._screens = screens
        self._safe_filter = SafeFilter()
        self._watch = TerminalWatch(self._end)
        self._pending: Change | None = None
        self._next_telling: TimerHandle | None = None
        self._unsubscribe: Callable[[], None] | None = None

    # --- start and end

    def get_default_screen(self) -> Screen[Any]:
        """Return the home screen, so that it is the first thing painted."""
        return self._screens["runs"](self.services)

    def on_mount(self) -> None:
        """Take theme and keys from the configuration, then show and start."""
        self.take_looks(None)
        if not self.is_headless:
            self._watch.start()
        # Textual sets the modes again when a shell lets it go on, and paints nothing.
        self.app_resume_signal.subscribe(self, lambda _app: self.refresh(layout=True))
        if not self.services.config.connections and not self.services.store.imports():
            self.push_screen(self._screens["connections"](self.services))
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        """The first frame is out: begin to ask the providers."""
        # What is loaded stays: collections that walk all of it would hold up keys for 40 ms.
        gc.freeze()
        self.set_timer(SETTLED_S, gc.freeze, name="freeze")
        poller = self.services.poller
        self._unsubscribe = poller.subscribe(self.store_changed)
        self.set_interval(MINUTE_S, self._minute_passed, name="minute")
        self.own_loops = [("notices", self.start_notices()), *self.config_loops()]
        self.begin_loops()
        self.run_worker(self._load_next, name="next screens", thread=True, exit_on_error=False)

    def _load_next(self) -> None:
        """Import the screens that are opened next, so that the first `enter` does not wait."""
        for name in NEXT_SCREENS:
            self._screens[name].load()

    def on_unmount(self) -> None:
        """Listen to the store no longer."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._next_telling is not None:
            self._next_telling.cancel()
            self._next_telling = None

    def run_watched(self) -> int:
        """Run in the terminal and return the exit code."""
        self._watch.remember_modes()
        self.run()
        self._watch.finished()
        return self.return_code or 0

    async def on_event(self, event: events.Event) -> None:
        """Let what works behind the scenes make way for keys."""
        if isinstance(event, events.Key):
            self.services.poller.disturbed()
            for screen in self.screen_stack[-1:]:
                note_key = getattr(screen, "note_key", None)
                if note_key is not None:
                    note_key()
        await super().on_event(event)

    async def _on_key(self, event: events.Key) -> None:
        """Give a key that was typed ahead to the input it was meant for.

        Keys that come in one burst (a slow line, a fast typist) are all sent to what had the
        focus when they came; after `/` that is no longer what has it. An input keeps the
        characters it sees from bubbling, so one that arrives here has not been seen by it.
        """
        focused = self.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            focused.post_message(events.Key(event.key, event.character))
            # Textual calls the handlers of all classes; its own would take it for a command.
            event.prevent_default()

    def action_leave(self) -> None:
        """Quit."""
        self._end(0)

    def action_interrupt(self) -> None:
        """Quit as an interrupted program."""
        self._end(130)

    def action_suspend(self) -> None:
        """Stop, as ctrl+z stops a program: the shell has the terminal until it says `fg`."""
        if self.is_headless or not has_shell():
            self.tell("no shell has started evaltop, so there is none to go back to")
            return
        # The whole job, as the terminal would: what started evaltop may be waiting for it.
        os.killpg(os.getpgrp(), signal.SIGTSTP)

    def _end(self, code: int) -> None:
        self.exit(code, return_code=code)

    # --- what providers bring

    def store_changed(self, change: Change) -> None:
        """Remember a change; screens hear of all that came since their last frame at once."""
        self._pending = change if self._pending is None else self._pending | change
        if self._next_telling is None:
            # Not a timer of Textual's, which costs a task and a description of the app.
            self._next_telling = get_running_loop().call_later(FRAME_S, self._tell_screens)

    def _tell_screens(self) -> None:
        self._next_telling = None
        if output_backlog(self) > BUSY:
            self._next_telling = get_running_loop().call_later(BACKLOG_S, self._tell_screens)
            return
        pending, self._pending = self._pending, None
        screen = self.live_screen
        if pending is not None and screen is not None:
            screen.post_message(StoreChanged(pending))

    def _minute_passed(self) -> None:
        screen = self.live_screen
        if screen is not None and output_backlog(self) <= BUSY:
            screen.post_message(MinutePassed())

    # --- navigation

    def on_run_opened(self, event: RunOpened) -> None:
        """Show a run."""
        self._push("run", event.ref, event.query)

    def on_statistics_opened(self, event: StatisticsOpened) -> None:
        """Show a run's statistics."""
        self._push("statistics", event.ref)

    def on_row_opened(self, event: RowOpened) -> None:
        """Show a row."""
        self._push("trial", event.ref, event.key, event.query, event.place)

    def on_search_opened(self, event: SearchOpened) -> None:
        """Search a run, or all of them."""
        self._push("search", event.ref)

    def on_compare_asked(self, event: CompareAsked) -> None:
        """Compare runs."""
        self._push("compare", event.refs)

    def on_pair_opened(self, event: PairOpened) -> None:
        """Show one row of a comparison."""
        self._push("pair", event.refs, event.rows, event.key)

    def on_json_opened(self, event: JsonOpened) -> None:
        """Show raw JSON."""
        self._push("json", event.title, event.value)

    def _push(self, name: str, *arguments: Any) -> None:
        below = self.live_screen
        came_back = getattr(below, "came_back", None)
        self.push_screen(self._screens[name](self.services, *arguments), came_back)

    def action_connections(self) -> None:
        """Show the connections, once."""
        if getattr(self.screen, "NAME", "") not in ("connections", "help"):
            self._push("connections")

    def action_help(self) -> None:
        """Show the help of the screen on top, once."""
        name = getattr(self.screen, "NAME", "")
        if name and name != "help":
            self._push("help", name)

    def action_palette(self) -> None:
        """Open the command palette."""
        from tui.palette import ActionPalette

        if getattr(self.screen, "NAME", ""):
            self.push_screen(ActionPalette())

    # --- taking things along

    def on_copy_asked(self, event: CopyAsked) -> None:
        """Put cleaned text on the terminal's clipboard."""
        text = clean_block(event.text)
        folder = self.services.config.data_dir / "copies"
        at = self.services.clock.now()
        fits, told = copy_or_keep(text, event.what, folder, at)
        if fits:
            self.copy_to_clipboard(text)
        self.tell(told)

    def copy_to_clipboard(self, text: str) -> None:
        """Put a text on the terminal's clipboard, through tmux and screen too."""
        self._clipboard = text
        if self._driver is not None:
            self._driver.write(copy_sequence(text, os.environ) or "")

    def on_link_asked(self, event: LinkAsked) -> None:
        """Open a safe link in a browser, or copy it where there is none."""
        link = safe_link(event.url)
        if link is None:
            self.tell("there is no link" if not event.url else "the link is not a safe web address")
            return
        url, host = link
        if can_browse(os.environ):
            import webbrowser

            self.run_worker(
                lambda: webbrowser.open(url),
                name="browser",
                group="link",
                thread=True,
                exit_on_error=False,
            )
            self.tell(f"opened at {host}")
            return
        self.copy_to_clipboard(url)
        self.tell(f"copied the link to {host}")

    def on_text_asked(self, event: TextAsked) -> None:
        """Hand the terminal to the person's pager or editor."""
        command = (editor_command if event.editor else pager_command)(os.environ)
        text = clean_block(event.text)
        if self.is_headless:
            self.tell("this terminal cannot be handed on")
            return
        with self.suspend(), self._watch.interrupts_elsewhere():
            problem = show_text(command, text, event.suffix)
        if problem:
            self.tell(problem)

    def on_diff_asked(self, event: DiffAsked) -> None:
        """Hand the terminal to the person's diff tool."""
        if self.is_headless:
            self.tell("this terminal cannot be handed on")
            return
        texts = clean_block(event.before), clean_block(event.after)
        with self.suspend(), self._watch.interrupts_elsewhere():
            problem = show_difference(os.environ, *texts)
        if problem:
            self.tell(problem)

    # --- bugs

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of the app that failed has met a bug; typed errors are states, not failures."""
        worker = event.worker
        if event.state is WorkerState.ERROR and worker.error is not None:
            self._bug(worker.error)
            if worker.group == "poll":
                self.set_timer(RESTART_S, self.begin_loops, name="restart")

    def get_driver_class(self) -> type[Driver]:
        """Return the driver, made to send few bytes and to go on whoever has stopped it."""
        return continuing_driver(compact_driver(super().get_driver_class()))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of every line: ours, the last gate before the terminal, at the end."""
        return [*super().get_line_filters(), self._safe_filter]
