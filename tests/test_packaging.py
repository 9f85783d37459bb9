"""The wheel, installed into an empty environment and used from another directory."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", target, ROOT],
        check=True,
        capture_output=True,
    )
    return next(target.glob("*.whl"))


@pytest.mark.xdist_group("packaging")
def test_the_wheel_holds_the_three_folders_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {
        "tui",
        "screens",
        "styles",
        "evaltop-0.1.0.dist-info",
    }
    assert "styles/app.tcss" in names
    assert "evaltop-0.1.0.dist-info/licenses/LICENSE" in names


@pytest.mark.xdist_group("packaging")
def test_an_installed_wheel_runs_from_another_directory(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    subprocess.run(
        [home / "bin" / "pip", "install", "--quiet", wheel], check=True, capture_output=True
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    evaltop = str(home / "bin" / "evaltop")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    version = subprocess.run(
        [evaltop, "--version"],
        cwd=elsewhere,
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    assert version.stdout == "evaltop 0.1.0\n"
    (installed,) = home.glob("lib/python*/site-packages")
    there = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert {"tui", "screens", "styles"} <= there
    assert not {"tests", "README.md", "LICENSE", "pyproject.toml"} & there
    with Terminal([evaltop, "demo"], cwd=elsewhere, environ=environ) as terminal:
        terminal.wait_for("STATUS")
        terminal.send("q")
        assert terminal.wait_exit() == 0
    assert list(elsewhere.iterdir()) == []
