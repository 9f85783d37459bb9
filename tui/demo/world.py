"""The simulated world: a small insurer's evals on five providers, moving by themselves.

How to use it from a wire server::

    state = world.state(run)                  # phase, attempts done, instants; at this moment
    for row in world.rows(run): ...           # the finished attempts, made on demand
    world.unix(state.created)                 # offset -> Unix seconds; `moment` -> aware UTC

A world is a pure function of its seed, its epoch and the time that has passed: asking more or
less often changes nothing. The one exception is `cancel`, which a person asked for. Safe to use
from several threads.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Lock

from tui.clock import Clock
from tui.demo.cast import build_cast
from tui.demo.course import state_at
from tui.demo.facts import Account, Group, RunState, SimRow, SimRun
from tui.demo.rows import row
from tui.demo.tally import Tally

SPELL_EVERY_S = 240.0
SPELL_AFTER_S = 80.0
SPELL_S = 40.0


class World:
    """Everything that is true at a moment of the simulation."""

    def __init__(self, seed: int, epoch: datetime, clock: Clock) -> None:
        """`epoch` (aware) is offset 0: runs before it are history, others are still to come."""
        self.seed = seed
        self.epoch = epoch
        self._clock = clock
        cast = build_cast(seed, epoch)
        self._groups = tuple(cast.groups)
        self._runs = tuple(sorted(cast.runs, key=lambda run: run.created))
        self._canceled: dict[str, float] = {}
        self._tallies: dict[str, Tally] = {}
        self._lock = Lock()

    def now(self) -> float:
        """Return seconds since the epoch."""
        return (self._clock.now() - self.epoch).total_seconds()

    def moment(self, offset: float) -> datetime:
        """Return the aware UTC instant of `offset`."""
        return self.epoch + timedelta(seconds=offset)

    def unix(self, offset: float) -> int:
        """Return `offset` in whole Unix seconds."""
        return int(self.moment(offset).timestamp())

    def groups(self, account: Account) -> list[Group]:
        """Return the account's groups, oldest first."""
        mine = [group for group in self._groups if group.account == account]
        return sorted(mine, key=lambda group: group.created)

    def group(self, account: Account, group_id: str) -> Group | None:
        """Return one group, or None."""
        return next((group for group in self.groups(account) if group.id == group_id), None)

    def runs(self, account: Account, group: Group | None = None) -> list[SimRun]:
        """Return the account's runs that exist by now, oldest first; with `group` only its own."""
        now = self.now()
        return [
            run
            for run in self._runs
            if run.account == account
            and run.created <= now
            and (group is None or run.group is group)
        ]

    def run(self, account: Account, run_id: str) -> SimRun | None:
        """Return the run with this id if it exists by now."""
        return next((run for run in self.runs(account) if run.id == run_id), None)

    def state(self, run: SimRun) -> RunState:
        """Return where `run` stands now."""
        return state_at(run, self.now(), self._canceled.get(run.id))

    def row(self, run: SimRun, index: int, trial: int = 0) -> SimRow:
        """Return one attempt, whether or not it has finished yet."""
        return row(run, index, trial)

    def rows(self, run: SimRun, start: int = 0, stop: int | None = None) -> Iterator[SimRow]:
        """Yield finished attempts `start` to `stop` (exclusive; None = all that are finished)."""
        done = self.state(run).done
        for attempt in range(start, done if stop is None else min(stop, done)):
            yield row(run, *divmod(attempt, run.trials))

    def tally(self, run: SimRun) -> Tally:
        """Return the sums over the attempts that have finished by now."""
        with self._lock:
            done = self.state(run).done
            tally = self._tallies.get(run.id)
            if tally is None or tally.attempts > done:  # the clock may have been set back
                tally = self._tallies[run.id] = Tally()
            tally.extend(run, done)
            return tally.copy()

    def cancel(self, run: SimRun) -> bool:
        """Ask for `run` to be cancelled now; False when it has ended or was asked before."""
        state = self.state(run)
        if state.phase.ended or state.canceling is not None:
            return False
        self._canceled[run.id] = self.now()
        return True

    def limited(self, account: Account) -> float | None:
        """Return the seconds this account is still rate-limited, None when it is not.

        One account is refused for 40 s every four minutes, first 80 s after the epoch.
        """
        if account != "azure" or (now := self.now()) < 0:
            return None
        left = SPELL_AFTER_S + SPELL_S - now % SPELL_EVERY_S
        return left if 0 < left <= SPELL_S else None
