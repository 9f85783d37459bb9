"""Runs mutmut with children that are forked from pytest after it has collected the tests.

Run as a program, for `python -m tests.mutants`: mutmut imports the tests from its own copy of the
tree, so that nothing of `tests` may be imported here.

A change is tried in a fork that runs the tests that reach it until one fails: those first that have
noticed another change of the same function, then the quick ones. A test of more than a moment that
has failed must fail once more, by itself: what a busy machine has failed by chance notices nothing.
"""

import os
import resource
import shutil
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import mutmut.__main__ as mutmut
import pytest
from _pytest.config import _prepareconfig
from hypothesis import Phase, settings
from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.file_utils import change_cwd
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkRunner, MutantResult

SLOW_S = 1.0
"""Tests that take longer are left out where quicker ones reach the same function."""

MOMENT_S = 0.05
"""A test that takes longer may wait for something, and is run once more when it has failed."""

HANGS_S, QUICK_HANGS_S = 15.0, 4.0
"""A test that takes longer hangs; a quick one is one that takes no more than `MOMENT_S`."""

MEMORY = 4 << 30
"""How many bytes a change may ask for before it counts as noticed."""


@dataclass(frozen=True)
class Trial:
    """A fork at work on one change."""

    mutant: str
    tests: list[str]
    """What it runs, in this order."""
    place: Path
    """A folder of its own: the tests' files, and which test is running."""
    begun: datetime
    suspect: str | None = None
    """The one test that is run once more, where one has failed."""
    left: tuple[str, ...] = ()
    """What is run if the suspect does not fail again."""


class Runner(ForkRunner):
    """Forks trials from one pytest session."""

    def __init__(self, children: int) -> None:
        super().__init__(max_workers=children, test_runner=PytestRunner())
        self._items: dict[str, pytest.Item] = {}
        self._session: pytest.Session | None = None
        self._trials: dict[int, Trial] = {}
        self._killers: defaultdict[str, list[str]] = defaultdict(list)

    def _collected(self) -> pytest.Session:
        if self._session is None:
            with change_cwd("mutants"):
                arguments = [
                    *("--rootdir=.", "-s", "-q", "--timeout-method=thread"),
                    *("-o", f"timeout={HANGS_S}"),
                    *config().pytest_add_cli_args,
                    *config().pytest_add_cli_args_test_selection,
                ]
                prepared = _prepareconfig(arguments, [])
                prepared._do_configure()
                self._session = pytest.Session.from_config(prepared)
                prepared.hook.pytest_sessionstart(session=self._session)
                prepared.hook.pytest_collection(session=self._session)
            self._items = {item.nodeid: item for item in self._session.items}
            for test, item in self._items.items():
                if state().duration_by_test.get(test, SLOW_S) <= MOMENT_S:
                    item.add_marker(pytest.mark.timeout(QUICK_HANGS_S))
        return self._session

    def submit(
        self, mutant_name: str, tests: list[str], cpu_time_limit: int, estimated_time: float
    ) -> None:
        """Try a change."""
        self._fork(mutant_name, self._ordered(mutant_name, tests))

    def _ordered(self, mutant: str, tests: Iterable[str]) -> list[str]:
        self._collected()
        took = state().duration_by_test
        known = [test for test in tests if test in self._items]
        quick = [test for test in known if took[test] <= SLOW_S] or known
        function = mangled_name_from_mutant_name(mutant)
        noticed = [*self._killers[function], *self._killers[function.rpartition(".")[0]]]
        rank = {test: number for number, test in reversed(list(enumerate(noticed)))}
        return sorted(quick, key=lambda test: (rank.get(test, len(noticed)), took[test]))

    def _fork(
        self,
        mutant: str,
        tests: list[str],
        suspect: str | None = None,
        left: tuple[str, ...] = (),
    ) -> None:
        session = self._collected()
        place = Path(tempfile.mkdtemp(prefix="mutant-"))
        trial = Trial(mutant, tests, place, datetime.now(UTC), suspect, left)
        pid = os.fork()
        if pid:
            self._trials[pid] = trial
            return
        try:
            os._exit(self._tried(session, trial))
        finally:
            os._exit(3)

    def _tried(self, session: pytest.Session, trial: Trial) -> int:
        """In the fork: run the tests until one fails. Returns 1 then, 0 if none does."""
        os.setsid()
        for number in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        set_mutant_under_test(trial.mutant)
        os.chdir("mutants")
        files = trial.place / "files"
        files.mkdir(mode=0o700)
        session.config._tmp_path_factory._basetemp = files  # type: ignore[attr-defined]
        items = [self._items[test] for test in trial.tests]
        for item, following in zip(items, [*items[1:], None], strict=True):
            (trial.place / "running").write_text(item.nodeid)
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return 1
        return 0

    def _ended(self) -> tuple[Trial, bool, str]:
        """Wait for a fork. Returns its trial, whether all went well, and which test ran last."""
        pid, status = os.wait()
        while pid not in self._trials:  # pragma: no cover - a program some test has left behind
            pid, status = os.wait()
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        trial = self._trials.pop(pid)
        running = trial.place / "running"
        last = running.read_text() if running.exists() else ""
        shutil.rmtree(trial.place, ignore_errors=True)
        return trial, status == 0, last

    def wait_for_result(self, timeout: float | None = None) -> MutantResult:
        """Wait until it is known of one change whether it is noticed."""
        if self._no_tests_results:
            return self._no_tests_results.pop(0)
        while True:
            trial, well, last = self._ended()
            took = (datetime.now(UTC) - trial.begun).total_seconds()
            if well and not trial.left:
                return MutantResult(trial.mutant, 0, took)
            if well:
                self._fork(trial.mutant, list(trial.left))
            elif trial.suspect is None and state().duration_by_test.get(last, 0.0) > MOMENT_S:
                at = trial.tests.index(last) + 1
                self._fork(trial.mutant, [last], suspect=last, left=tuple(trial.tests[at:]))
            else:
                function = mangled_name_from_mutant_name(trial.mutant)
                for key in (function, function.rpartition(".")[0]):
                    killers = self._killers[key]
                    if last in killers:
                        killers.remove(last)
                    killers.insert(0, last)
                return MutantResult(trial.mutant, 1, took)

    def has_capacity(self) -> bool:
        """Tell whether another change may be tried."""
        return len(self._trials) < self.max_workers

    def pending_count(self) -> int:
        """Tell how many changes nobody knows the end of."""
        return len(self._trials) + len(self._no_tests_results)

    def stop_all_workers(self) -> None:
        """End every fork with what it has started."""
        for pid in self._trials:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def shutdown(self) -> None:
        """Wait for the last forks."""
        while self._trials:
            self._ended()

    def run_clean_tests(self, tests: Iterable[str]) -> int:
        """Run tests on what is not changed. Returns 0 if they pass."""
        return self._alone("", tests)

    def run_forced_fail(self) -> int:
        """Run tests while every function that may be changed fails. Returns 0 if they pass."""
        return self._alone("fail", ())

    def _alone(self, mutant: str, tests: Iterable[str]) -> int:
        self._collected()
        took = state().duration_by_test
        wanted = [test for test in tests or self._items if took.get(test, 0.0) <= SLOW_S]
        wanted.sort(key=lambda test: took.get(test, 0.0))
        while wanted:
            self._fork(mutant, wanted)
            _, well, last = self._ended()
            if well:
                return 0
            self._fork(mutant, [last])
            _, well, _ = self._ended()
            if not well:
                print(f"\nfailed: {last}")
                return 1
            del wanted[: wanted.index(last) + 1]
        return 0


def main() -> None:
    """Try the changes that are named, all of them without names, with so many forks at once."""
    children, *names = sys.argv[1:]
    # A failing example need not be made small to be noticed, and the next run has to find the same.
    settings.register_profile(
        "mutants",
        phases=(Phase.explicit, Phase.generate),
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=50,
    )
    settings.load_profile("mutants")
    vars(mutmut)["get_mutant_runner"] = Runner
    mutmut._run(names, int(children))


if __name__ == "__main__":
    main()
