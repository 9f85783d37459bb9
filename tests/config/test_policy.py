from pathlib import Path

import pytest

from tui.config.policy import PolicyCheck, read_policy
from tui.errors import ConfigError


def policy(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    return path


def test_checks_take_what_all_share_and_set_their_own(tmp_path: Path) -> None:
    found = read_policy(
        policy(
            tmp_path,
            """
min_rows = 30
margin = 0.01
[checks.quality]
min_pass_rate = 0.9
[checks.judge]
criterion = "judge"
baseline = "marked"
tier = "advisory"
margin = 0.05
""",
        )
    )
    assert found.checks == (
        PolicyCheck("quality", min_pass_rate=0.9, min_rows=30, margin=0.01),
        PolicyCheck(
            "judge",
            tier="advisory",
            criterion="judge",
            baseline="marked",
            min_rows=30,
            margin=0.05,
        ),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "checks: a policy needs at least one table [checks.NAME]."),
        ("[checks]\n", "1: checks: a policy needs at least one table"),
        ("checks.a = 3\n", "1: checks.a: must be a table of bounds."),
        ("[checks.a]\nmin_pass_rat = 0.5\n", "2: checks.a.min_pass_rat: there is no such key; did"),
        ("[checks.a]\n\nmin_pass_rate = 90\n", "3: checks.a.min_pass_rate: must be a number from"),
        ('[checks.a]\nmin_pass_rate = 0.5\ntier = "soft"', '3: checks.a.tier: must be "critical"'),
        ("[checks.a]\nmin_rows = 5\n", "1: checks.a: it checks nothing; give one of"),
        ("margin = true\n[checks.a]\nmin_score = 3", "1: margin: must be a number from 0 to 1"),
        ("[checks.a\n", "1: this is not TOML"),
    ],
)
def test_every_mistake_has_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    path = policy(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_policy(path)
    told = caught.value.problems[0].sentence()
    assert str(path) in told
    assert sentence in told
    assert caught.value.exit_code == 78


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="this file is not there"):
        read_policy(tmp_path / "nothing.toml")
