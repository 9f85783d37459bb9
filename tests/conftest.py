"""Options of the whole test suite."""

import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import settings

from tests.clock import FakeClock
from tui import crash
from tui.clock import Clock
from tui.store import Store

# How long an example takes is the machine's matter, and says nothing of the code.
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

SMALL_DISK = 2 * 2**20
"""Bytes of the disk that gets full."""
_LEAKING = ("EVALTOP_", "OPENAI_", "AZURE_", "FOUNDRY_", "WANDB_", "WF_", "DATALAB_", "GOMODEL_")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--specs DIR`: also validate the demo's answers against the OpenAPI files there."""
    parser.addoption(
        "--specs", type=Path, default=None, help="folder of OpenAPI files to validate against"
    )


def pytest_configure() -> None:
    """Heed signals that nohup or a script's `&` has had ignored: programs inherit that."""
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGHUP, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many answers were validated (works through xdist: counts ride in the reports)."""
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {value} answers validated"
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name == "validated"
    ]
    for line in sorted(lines):
        terminalreporter.write_line(line)


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the developer's own keys, files, colours and time zone out of every test."""
    for name in list(os.environ):
        if name.startswith(_LEAKING) or name in {"NO_COLOR", "TEXTUAL_THEME"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("EVALTOP_DATA_DIR", str(tmp_path / "evaltop-data"))
    monkeypatch.setenv("EVALTOP_CONFIG", str(tmp_path / "evaltop-config.toml"))
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def _stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the stores that a test, or an app that it never runs, has left open."""
    opened: list[Store] = []
    open_store = Store.open

    def noted(data_dir: Path | None, *, clock: Clock) -> Store:
        opened.append(open_store(data_dir, clock=clock))
        return opened[-1]

    monkeypatch.setattr(Store, "open", noted)
    yield
    for store in opened:
        store.close()


@pytest.fixture(autouse=True)
def met_bugs(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[list[BaseException]]:
    """Fail a test in which the app has met a bug: it goes on, so nothing else would tell."""
    met: list[BaseException] = []
    write = crash.write_report

    def noted(error: BaseException, folder: Path, at: datetime) -> Path | None:
        met.append(error)
        return write(error, folder, at)

    monkeypatch.setattr(crash, "write_report", noted)
    yield met
    if met and "foreseen_bugs" not in request.fixturenames:
        raise AssertionError("the app has met a bug") from met[0]


@pytest.fixture
def foreseen_bugs(met_bugs: list[BaseException]) -> list[BaseException]:
    """The bugs the app has met, for tests that give it some."""
    return met_bugs


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A directory with room for `SMALL_DISK` bytes, and what gives it more.

    A file system of its own where this user may mount one, else a limit on the size of files.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},mode=700", "evaltop-test", str(disk)]
    mounted = shutil.which("mount") and not subprocess.run(mount, check=False).returncode
    print("a full disk is", "a small tmpfs" if mounted else "a limit on the size of files")
    if mounted:
        more = ["mount", "-o", f"remount,size={8 * SMALL_DISK}", str(disk)]

        def enlarge() -> None:
            subprocess.run(more, check=True)

        try:
            yield disk / "data", enlarge
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)
        return
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL_DISK, limits[1]))
    try:
        yield disk / "data", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
