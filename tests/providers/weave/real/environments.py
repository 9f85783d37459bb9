"""The two environments of the real-server test: built once, kept under a cache folder.

Server and writer need two versions of one package, so each has a virtual environment of its own,
made with `python -m venv` and `pip install --require-hashes`.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs

HERE = Path(__file__).parent
NAMES = ("server", "writer")
_TAIL = 4000


class BuildError(Exception):
    """An environment could not be built; the text is the end of what the tools said."""


def interpreters() -> dict[str, Path]:
    """Return the Python of each environment, building what is not there yet."""
    home = _cache_dir() / f"weave-{_fingerprint()}"
    if not home.is_dir():
        _build(home)
    return {name: _python(home / name) for name in NAMES}


def requirements(name: str) -> Path:
    """Return an environment's hash-locked requirements file."""
    return HERE / f"{name}-requirements.txt"


def _cache_dir() -> Path:
    given = os.environ.get("EVALTOP_TEST_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("evaltop-tests"))


def _fingerprint() -> str:
    """Return what an environment depends on: its requirements, and which Python runs it."""
    digest = hashlib.sha256()
    for name in NAMES:
        digest.update(requirements(name).read_bytes())
    digest.update(f"{sys.version} {platform.machine()}".encode())
    return digest.hexdigest()[:16]


def _build(home: Path) -> None:
    """Build under another name and put it in place in one step: what is there is whole."""
    home.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f"{home.name}-", dir=home.parent))
    try:
        for name in NAMES:
            _run([sys.executable, "-m", "venv", str(draft / name)])
        _finish([_install(draft / name, requirements(name)) for name in NAMES])
        try:
            draft.rename(home)
        except OSError:
            # Another test run was faster.
            if not home.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _install(environment: Path, locked: Path) -> list[str]:
    # The file names every package, so there is nothing to resolve; modules that are used get
    # compiled at their first import.
    options = ["--quiet", "--no-compile", "--no-deps", "--require-hashes", "--no-input"]
    return [str(_python(environment)), "-m", "pip", "install", *options, "-r", str(locked)]


def _finish(commands: list[list[str]]) -> None:
    """Run commands side by side."""
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for command in commands
    ]
    failures = []
    for process in running:
        said, _ = process.communicate()
        if process.returncode:
            failures.append(said[-_TAIL:])
    if failures:
        raise BuildError("\n".join(failures))


def _run(command: list[str]) -> None:
    _finish([command])


def _python(environment: Path) -> Path:
    folder = "Scripts" if os.name == "nt" else "bin"
    return environment / folder / "python"
