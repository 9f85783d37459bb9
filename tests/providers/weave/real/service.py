"""Starting the real server and filling it."""

import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.providers.weave.real.environments import HERE

KEY = "local-test-key-0123456789"
_START_S = 120.0
_WRITE_S = 120.0
_STOP_S = 10.0
_TAIL = 4000


class ServiceError(Exception):
    """The server did not start, or could not be filled; the text says what it said."""


@contextmanager
def serving(python: Path, home: Path) -> Iterator[str]:
    """Run the server on a free loopback port; yield its base URL.

    Args:
        python: interpreter of the server environment.
        home: an empty folder the process may call its home.
    """
    log = home / "server.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [str(python), str(HERE / "server.py")],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=_environment(home),
        )
        try:
            yield _first_line(process, log)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout is not None:
                process.stdout.close()


def write(python: Path, home: Path, base_url: str, *scenarios: str, **variables: str) -> None:
    """Fill the server with the named scenarios of `writer.py`, in order."""
    done = subprocess.run(
        [str(python), str(HERE / "writer.py"), base_url, *scenarios],
        capture_output=True,
        text=True,
        timeout=_WRITE_S,
        check=False,
        env=_environment(home) | variables,
    )
    if done.returncode:
        raise ServiceError(f"writer ended with {done.returncode}:\n{done.stderr[-_TAIL:]}")


def _first_line(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], _START_S)
    line = process.stdout.readline() if ready else b""
    if not line:
        raise ServiceError(f"server did not start:\n{log.read_text(errors='replace')[-_TAIL:]}")
    return str(json.loads(line)["base_url"])


def _environment(home: Path) -> dict[str, str]:
    """Return an environment without the user's keys, settings and proxies."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(home), "WEAVE_TEST_KEY": KEY, "PYTHONUTF8": "1"}
