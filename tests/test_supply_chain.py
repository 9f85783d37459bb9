"""What runs on a change, and what it is built from, is named exactly: by hash."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_there_are_workflows_for_changes_and_for_the_night() -> None:
    texts = "".join(path.read_text() for path in WORKFLOWS)
    commands = (".ci/run", ".ci/audit", ".ci/sbom", "-m nightly", "-m tests.covered")
    for command in (*commands, "-m tests.mutants"):
        assert command in texts


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit_and_may_do_little(path: Path) -> None:
    text = path.read_text()
    used = re.findall(r"uses:\s*(\S+)(.*)", text)
    assert used
    for action, rest in used:
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", rest), "its version stands beside it"
    assert "\npermissions: {}\n" in text
    assert text.count("persist-credentials: false") == text.count("uses: actions/checkout@")
    assert "continue-on-error" not in text


@pytest.mark.parametrize("name", ["requirements.txt", ".ci/tools.txt"])
def test_everything_installed_is_locked_by_hash(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert lines
    for line in lines:
        assert re.match(r"[\w.\-\[\]]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line[:80]


def test_the_audit_cannot_pass_by_skipping() -> None:
    audit = (ROOT / ".ci" / "audit").read_text()
    assert "--strict" in audit
    assert "--require-hashes" in audit
    assert "set -euo pipefail" in audit
    assert "||" not in audit
