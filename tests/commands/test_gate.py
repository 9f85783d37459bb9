"""`gate` over the simulated world: states, exit codes, policy, report."""

import json
import re
from pathlib import Path

import pytest

from tests.commands.conftest import Desk, call
from tui.errors import ConfigError, DataError, UsageError

V1, V2 = "prod/nightly, prompt v1", "prod/nightly, prompt v2"


async def gate(desk: Desk, *words: str, offline: bool = False) -> int:
    return await call(desk.session(offline=offline), "gate", *words)


async def test_bounds_of_the_run_itself(desk: Desk) -> None:
    assert await gate(desk, V2, "--min-pass-rate", "70%") == 0
    assert "✓ PASS" in desk.out.getvalue()
    assert await gate(desk, V2, "--min-pass-rate", "0.95", offline=True) == 1
    assert "✗ REGRESSED" in desk.out.getvalue()
    assert await gate(desk, V2, "--min-pass-rate", "0.82", offline=True) == 2
    assert await gate(desk, V2, "--max-error-rate", "0.001", offline=True) == 1


async def test_beside_a_baseline(desk: Desk) -> None:
    assert await gate(desk, V2, "--baseline", V1, "--format", "json") == 0
    record = json.loads(desk.out.getvalue())
    assert record["state"] == "PASS"
    assert {"name", "tier", "state", "value", "bound"} <= set(record["checks"][0])
    assert record["comparison"]["pairs"][0]["verdict"] == "better"
    assert await gate(desk, V1, "--baseline", V2, offline=True) == 1
    assert await gate(desk, V2, "--baseline", "marked", offline=True) == 0
    assert "the comparable run before it" in desk.err.getvalue()


async def test_a_live_run_is_not_judged_to_the_end(desk: Desk) -> None:
    assert await gate(desk, "prod/nightly, prompt v3", "--min-pass-rate", "0.1") == 2
    assert "The run has not ended." in desk.out.getvalue()


async def test_a_policy_over_runs_and_criteria(desk: Desk, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        f"""
min_rows = 50
[checks.quality]
min_pass_rate = 0.7
[checks.helpful]
criterion = "helpful"
min_score = 9.5
tier = "advisory"
[checks.judge]
criterion = "correct"
baseline = "{V1}"
[checks.unknown]
criterion = "no such thing"
min_pass_rate = 0.5
tier = "advisory"
[checks.other]
run = "foundry/agent v7"
max_error_rate = 0.1
"""
    )
    assert await gate(desk, V2, "--policy", str(policy), "--format", "json") == 0
    checks = {check["name"]: check["state"] for check in json.loads(desk.out.getvalue())["checks"]}
    assert checks == {
        "quality.pass_rate": "PASS",
        "helpful.helpful.score": "REGRESSED",
        "judge.correct.baseline": "PASS",
        "unknown.no such thing.pass_rate": "MISSING",
        "other.error_rate": "PASS",
    }


@pytest.mark.parametrize("suffix", ["md", "html"])
async def test_the_report_is_one_page_that_asks_nobody(
    desk: Desk, tmp_path: Path, suffix: str
) -> None:
    page = tmp_path / f"page.{suffix}"
    assert await gate(desk, V1, "--baseline", V2, "--report", str(page)) == 1
    text = page.read_text()
    assert "REGRESSED" in text
    assert "Worse by" in text
    assert "Worst regressions" in text
    assert "400 matched" in text
    assert "Trend" in text or suffix
    for live in ("<script", "src=", "\x1b", "@import", "url("):
        assert live not in text
    links = re.findall(r'(?:href="|\]\(<)([^">]*)', text)
    assert len(links) == 2
    assert all(link.startswith("https://") and "evalrun_" in link for link in links)


async def test_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"must end in \.md or \.html"):
        await gate(desk, V2, "--report", "page.pdf")
    with pytest.raises(UsageError, match="cannot be given together"):
        await gate(desk, V2, "--policy", "x.toml", "--min-pass-rate", "1")
    with pytest.raises(UsageError, match="Which run"):
        await gate(desk)
    policy = tmp_path / "policy.toml"
    policy.write_text("[checks.a]\nbaseline = 'marked'\nkey = 'id'\n")
    with pytest.raises(UsageError, match=r"checks\.a\.key 'id' names no field"):
        await gate(desk, V2, "--policy", str(policy))
    policy.write_text("[checks")
    with pytest.raises(ConfigError, match="not TOML") as refused:
        await gate(desk, V2, "--policy", str(policy))
    assert refused.value.remedy == "Mend the policy and run the gate again."
    with pytest.raises(DataError, match="cannot be written"):
        await gate(desk, V2, "--report", str(tmp_path / "no" / "page.md"))


async def test_what_a_comparison_leaves_open_is_told(desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    flags = ("--margin", "0", "--cluster", "item.nobody", "--report", str(page))
    await gate(desk, "docs/4706", "--baseline", "docs/4705", *flags)
    assert "No matched row has item.nobody" in desk.err.getvalue()
    assert " -0 " not in desk.out.getvalue()
    text = page.read_text(encoding="utf-8")
    assert "> neither is stored" in text
    assert "before:" not in text
