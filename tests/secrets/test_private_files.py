"""Whatever the umask, nobody else can read what evaltop writes."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """\
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
os.umask(int(sys.argv[1], 8))
folder = Path(sys.argv[2])
file = folder / "c" / "x.toml"
os.environ.update(EVALTOP_DATA_DIR=str(folder / "data"), EVALTOP_CONFIG=str(file))
from tui.main import main
assert main(["config", "init"]) == 0
from tui.config import load_config, set_connection
set_connection(file, "gate", {"provider": "gomodel"}, environ={})
from tui.demo import demo_config, demo_keys, demo_transport, demo_world
from tui.clock import SystemClock
from tui.services import open_services
async def fetch():
    clock = SystemClock()
    services = open_services(demo_config(), transport=demo_transport(demo_world(clock)),
        keys=demo_keys(), clock=clock, data_dir=folder / "data")
    sync = await services.links["gateway"].sync()
    await sync.everything()
    await services.aclose()
asyncio.run(fetch())
from tui import clipboard, crash
crash.write_report(ValueError("x"), folder / "data", datetime.now(UTC))
clipboard.keep_copy("text", folder / "data" / "copies", datetime.now(UTC))
"""


@pytest.mark.parametrize("umask", ["000", "022", "077", "007"])
def test_files_are_0600_and_folders_0700(tmp_path: Path, umask: str) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, umask, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    written = list(folder.rglob("*"))
    assert len([one for one in written if one.is_file()]) >= 4
    modes = {str(one.relative_to(folder)): stat.S_IMODE(one.stat().st_mode) for one in written}
    wrong = {
        name: oct(mode)
        for name, mode in modes.items()
        if mode != (0o700 if (folder / name).is_dir() else 0o600)
    }
    assert wrong == {}
