"""The loop that tells of watched runs, each event once over all processes and restarts."""

import asyncio
import json
from collections.abc import Callable, Mapping

from tui.clock import Clock
from tui.config import NotifySettings
from tui.notices.hook import run_hook
from tui.notices.quiet import is_quiet
from tui.notices.terminal import BELL, multiplexer, sequence, style
from tui.presentation.events import event_record, headline
from tui.store import Change, Event, Store, StoredRun

ONE_BY_ONE = 3
"""More events at once are one notification."""
WAITING_HOOKS = 100
"""Events that may wait for the person's program; later ones are not given to it."""
TRY_AGAIN_S = 1.0
"""When a terminal that takes nothing is tried again."""


class Telling:
    """Tells by the terminal, the bell and a program, as the settings say."""

    def __init__(
        self,
        store: Store,
        settings: NotifySettings,
        clock: Clock,
        environ: Mapping[str, str],
        *,
        write: Callable[[str], bool],
        say: Callable[[str], None],
    ) -> None:
        """Prepare.

        Args:
            store: where events are.
            settings: of the person.
            clock: for quiet hours.
            environ: of the terminal, and for the program.
            write: gives the terminal something whole; False when it takes nothing just now.
            say: shows a sentence in the app.
        """
        self._store = store
        self.settings = settings
        """They may be changed while it tells."""
        self._clock = clock
        self._environ = environ
        self._write = write
        self._say = say
        self._changed = asyncio.Event()
        self._hooks: asyncio.Queue[tuple[Event, StoredRun]] = asyncio.Queue(WAITING_HOOKS)
        self._failed = False

    def changed(self, change: Change) -> None:
        """Note that something may have happened."""
        if change.refs:
            self._changed.set()

    async def run(self) -> None:
        """Tell until cancelled; what happened while nobody was here is told first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_hooks())
            while True:
                self._changed.clear()
                await self.tell()
                await self._changed.wait()

    async def tell(self) -> None:
        """Tell what has happened and was not told yet. In quiet hours it counts as told."""
        told = await asyncio.to_thread(self._claim)
        if not told or is_quiet(self.settings.quiet, self._clock.now()):
            return
        if self.settings.command:
            for each in told:
                if not self._hooks.full():
                    self._hooks.put_nowait(each)
                else:
                    self._complain("it takes too long for all that happens")
        lines = [headline(event.kind, stored, event.detail) for event, stored in told]
        if len(lines) > ONE_BY_ONE:
            lines = [f"{len(lines)} things happened to watched runs: {lines[-1]}, …"]
        await self._show(lines, told[-1][0].id)

    def _claim(self) -> list[tuple[Event, StoredRun]]:
        events = self._store.events
        return [
            (event, stored)
            for event in events.untold()
            if (stored := self._store.run(event.ref)) is not None and events.tell(event.id)
        ]

    async def _show(self, lines: list[str], ident: int) -> None:
        taken = style(self.settings.terminal, self._environ)
        within = multiplexer(self._environ)
        data = "".join(sequence(taken, line, within, ident) for line in lines) if taken else ""
        # Within a multiplexer nobody knows whether a notification came through.
        if self.settings.bell and (not taken or within):
            data += BELL
        while data and not self._write(data):
            await self._clock.sleep(TRY_AGAIN_S)

    async def _run_hooks(self) -> None:
        while True:
            event, stored = await self._hooks.get()
            record = event_record(event.kind, stored, event.at, stale=False)
            data = json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"
            problem = await run_hook(self.settings.command, data, self._environ)
            if problem:
                self._complain(problem)

    def _complain(self, problem: str) -> None:
        """Say once what is wrong with the program."""
        if not self._failed:
            self._failed = True
            self._say(f"[notify] command: {problem}")
