"""What must not be loaded before it is needed: start-up time is a promise."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "cryptography",
    "httpx",
    "ijson",
    "keyring",
    "lark",
    "markdown_it",
    "numpy",
    "orjson",
    "pyarrow",
    "pydantic",
    "pygments",
    "regex",
    "scipy",
    "tomlkit",
    "zstandard",
}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize(
    "modules",
    [
        "tui.main, tui.commands.arguments, tui.commands.headless",
        "tui.commands.runs, tui.commands.show, tui.commands.rows, tui.commands.config",
        "tui.commands.export, tui.commands.imports, tui.exchange.parquet, tui.exchange.sheets",
        "tui.services, tui.polling.poller, tui.store",
    ],
)
def test_headless_commands_load_neither_textual_nor_network_libraries(modules: str) -> None:
    loaded = loaded_by(f"import {modules}")
    assert loaded & (HEAVY | {"textual", "rich"}) == set()


def test_the_app_and_its_screens_load_no_network_library() -> None:
    assert loaded_by("import tui.app, screens") & HEAVY <= {"pygments"}


def test_the_check_can_fail() -> None:
    assert "httpx" in loaded_by("import tui.providers.http")
