import sys
from pathlib import Path

import pytest

import tui.commands.headless
from tui.main import main


def test_a_bug_is_a_sentence_a_private_report_and_code_70(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    foreseen_bugs: list[BaseException],
) -> None:
    def broken(*_arguments: object, **_more: object) -> int:
        secret = "sk-canary-1234567890"  # a local variable, which no report may show
        raise ZeroDivisionError(len(secret))

    monkeypatch.setenv("EVALTOP_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(tui.commands.headless, "run_command", broken)
    assert main(["runs"]) == 70
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("A bug in evaltop: ZeroDivisionError")
    assert len(told.err.splitlines()) == 1
    (report,) = tmp_path.glob("crash-*.txt")
    assert report.stat().st_mode & 0o777 == 0o600
    text = report.read_text()
    assert "ZeroDivisionError" in text
    assert sys.platform in text
    assert "canary" not in text


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_more: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(tui.commands.headless, "run_command", interrupted)
    assert main(["runs"]) == 130
