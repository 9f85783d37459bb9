"""One process at a time does a piece of work, and the next takes over when it dies."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

from tui.polling.turns import Turns

HOLDER = """
import sys
from pathlib import Path
from tui.polling.turns import Turns
turn = Turns(Path(sys.argv[1])).turn("lists", "prod")
print(turn.take(), flush=True)
sys.stdin.read()
"""


def test_the_second_waits_until_the_first_lets_go(tmp_path: Path) -> None:
    one, other = (Turns(tmp_path / "turns").turn("lists", "prod") for _ in range(2))
    assert one.take()
    assert one.take()
    assert not other.take()
    assert not other.held
    one.release()
    assert other.take()
    other.release()
    other.release()
    assert one.take()


def test_other_work_and_other_connections_have_turns_of_their_own(tmp_path: Path) -> None:
    turns = Turns(tmp_path)
    assert turns.turn("lists", "prod").take()
    follow, docs = turns.turn("follow", "prod"), turns.turn("lists", "docs")
    assert follow.take()
    assert docs.take()


def test_a_killed_process_leaves_its_turn(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "True"
        turn = Turns(tmp_path).turn("lists", "prod")
        assert not turn.take()
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        assert turn.take()


def test_lock_files_are_private_and_bounded(tmp_path: Path) -> None:
    directory = tmp_path / "turns"
    for n in range(200):
        turn = Turns(directory).turn("ask", f"prod/run-{n}")
        turn.take()
        turn.release()
    files = list(directory.iterdir())
    assert 0 < len(files) <= 200
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_without_a_place_for_locks_everybody_polls(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    one, other = (Turns(tmp_path / "taken").turn("lists", "prod") for _ in range(2))
    assert one.take()
    assert other.take()
    assert Turns(None).turn("lists", "prod").take()
