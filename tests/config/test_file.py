"""Reading the configuration file: what is taken, and how each mistake is named."""

from pathlib import Path

import pytest

from tui.config import (
    AzureOpenAIConnection,
    Config,
    DatalabConnection,
    GoModelConnection,
    OpenAIConnection,
    PollSettings,
    WeaveConnection,
    load_config,
)
from tui.errors import ConfigError, ConfigProblem

FULL = """
[connections.prod]              # a comment
provider = "openai"
base_url = "https://api.openai.com/v1/"
organization = "org_1"
project = "proj_1"
evals = ["eval_1", "eval_2"]
batches = false
key_env = "MY_KEY"
key_command = ["pass", "show", "openai"]

[connections.eu]
provider = "azure-openai"
base_url = "https://res.openai.azure.com"
api_version = "preview"

[connections.team]
provider = "weave"
entity = "acme"
project = "bot"
pass_criteria = ["judge.ok"]
focused_s = 3

[connections.docs]
provider = "datalab"
score_max = 10
pass_score = 7.5

[connections.gateway]
provider = "gomodel"

[poll]
idle_s = 90
max_requests_per_min = 12

[ui]
theme = "nord"

[keys]
refresh = "f5"
quit = ["q", "ctrl+c"]
"""


def load(tmp_path: Path, text: str) -> Config:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load_config(flag_path=file, environ={})


def one_problem(tmp_path: Path, text: str) -> ConfigProblem:
    config = load(tmp_path, text)
    assert len(config.problems) == 1, [problem.sentence() for problem in config.problems]
    assert config.problems[0].file == tmp_path / "config.toml"
    return config.problems[0]


def test_every_setting_is_taken(tmp_path: Path) -> None:
    config = load(tmp_path, FULL)

    assert config.problems == ()
    assert config.origin == "file"
    assert config.file == tmp_path / "config.toml"
    assert config.ui.theme == "nord"
    assert config.keys == {"refresh": ("f5",), "quit": ("q", "ctrl+c")}
    assert FULL.splitlines()[config.lines["keys.quit"] - 1].startswith("quit")
    assert config.connections == (
        OpenAIConnection(
            name="prod",
            base_url="https://api.openai.com/v1",
            organization="org_1",
            project="proj_1",
            evals=("eval_1", "eval_2"),
            batches=False,
            key_env="MY_KEY",
            key_command=("pass", "show", "openai"),
            poll=PollSettings(5, 15, 90, 12),
        ),
        AzureOpenAIConnection(
            name="eu",
            base_url="https://res.openai.azure.com/openai/v1",
            api_version="preview",
            poll=PollSettings(5, 15, 90, 12),
        ),
        WeaveConnection(
            name="team",
            base_url="https://trace.wandb.ai",
            entity="acme",
            project="bot",
            pass_criteria=("judge.ok",),
            poll=PollSettings(3, 15, 90, 12),
        ),
        DatalabConnection(
            name="docs",
            base_url="https://www.datalab.to",
            score_max=10,
            pass_score=7.5,
            poll=PollSettings(10, 30, 90, 12),
        ),
        GoModelConnection(
            name="gateway", base_url="http://localhost:8080", poll=PollSettings(5, 15, 90, 12)
        ),
    )


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        ('provdier = "openai"', "connections.a.provdier", "did you mean provider?"),
        ("batches = 1", "connections.a.batches", "must be true or false, not a number"),
        ('evals = "eval_1"', "connections.a.evals", "must be a list of texts, not a text"),
        ("evals = [1]", "connections.a.evals", "must be a text, not a number"),
        ('project = " "', "connections.a.project", "must not be empty"),
        ('key_command = "pass show x"', "connections.a.key_command", "must be a list with the"),
        ("key_command = []", "connections.a.key_command", "must be a list with the"),
        ('key_env = "sk-x y"', "connections.a.key_env", "must be the name of an environment"),
        ("focused_s = 0.5", "connections.a.focused_s", "must be a number from 1 to 86400"),
        ("idle_s = nan", "connections.a.idle_s", "must be a number from 1 to 86400"),
        ("live_s = true", "connections.a.live_s", "not true or false"),
        ("max_requests_per_min = 1.5", "connections.a.max_requests_per_min", "whole number"),
        ('base_url = "api.openai.com"', "connections.a.base_url", "such as https://host/v1"),
        ('base_url = "ftp://x/v1"', "connections.a.base_url", "such as https://host/v1"),
        ('base_url = "http://example.com/v1"', "connections.a.base_url", "allow_http = true"),
        ('base_url = "https://u:p@example.com"', "connections.a.base_url", "user or password"),
        ('base_url = "https://example.com/v1?k=1"', "connections.a.base_url", "query or fragment"),
        ('base_url = "https://exa mple.com"', "connections.a.base_url", "such as https://host/v1"),
        ('base_url = "https://x:99999/"', "connections.a.base_url", "such as https://host/v1"),
        ("base_url = 5", "connections.a.base_url", "must be a text, not a number"),
        ('api_key = "sk-canary-123456"', "connections.a.api_key", "keys are not kept in this"),
        ('entity = "acme"', "connections.a.entity", "is not known"),
    ],
)
def test_a_mistake_takes_out_its_connection_and_is_named(
    tmp_path: Path, line: str, key: str, says: str
) -> None:
    text = f"""
[connections.a]
provider = "openai"
{line}

[connections.b]
provider = "gomodel"
"""

    problem = one_problem(tmp_path, text)

    assert problem.key == key
    assert problem.line == 4
    assert problem.connection == "a"
    assert says in problem.message
    assert "canary" not in problem.sentence()
    assert [connection.name for connection in load(tmp_path, text).connections] == ["b"]


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("[connections.a]\n", 1, "connections.a", "provider is missing"),
        ("\n[connections.a]\nprovider = 'opena'", 3, "connections.a.provider", "mean openai?"),
        (
            "[connections.a]\nprovidr = 'openai'",
            2,
            "connections.a.providr",
            "did you mean provider?",
        ),
        ("[connections.a]\nprovider = 7", 2, "connections.a.provider", "is not a provider"),
        ("[connections.a]\nprovider = 'weave'\nentity = 'x'", 1, "connections.a", "project is"),
        ("[connections.a]\nprovider = 'azure-openai'", 1, "connections.a", "base_url is missing"),
        ("[connections]\na = 1", 2, "connections.a", "must be a table"),
        ("['connections'.\"a b\"]\nprovider='openai'", 1, "connections.a b", "is no name"),
        ("connections.a = { provider = 'x' }", 1, "connections.a.provider", "is not a provider"),
    ],
)
def test_a_connection_that_cannot_be_read(
    tmp_path: Path, text: str, line: int, key: str, says: str
) -> None:
    problem = one_problem(tmp_path, text)

    assert (problem.line, problem.key) == (line, key)
    assert says in problem.message
    assert problem.connection == key.split(".")[1]


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("[pol]\nidle_s = 5", 1, "pol", "did you mean poll?"),
        ("[poll]\nidle = 5", 2, "poll.idle", "did you mean idle_s?"),
        ("[poll]\nidle_s = 0", 2, "poll.idle_s", "must be a number"),
        ("poll = 5", 1, "poll", "must be a table, [poll]"),
        ("[ui]\ntheme = 5", 2, "ui.theme", "must be one of: textual-dark, "),
        ("[ui]\ntheme = 'nordic'", 2, "ui.theme", "solarized-dark"),
        ("[store]\nmax_gib = 0", 2, "store.max_gib", "must be a number from 0.01 to"),
        ("[store]\nsize = 5", 2, "store.size", "is not known"),
        ("[ui]\ncolour = 'x'", 2, "ui.colour", "is not known"),
        ("[keys]\nquit = 5", 2, "keys.quit", "must be a list of texts, not a number"),
    ],
)
def test_a_mistake_elsewhere_leaves_the_connections(
    tmp_path: Path, text: str, line: int, key: str, says: str
) -> None:
    config = load(tmp_path, f"{text}\n[connections.a]\nprovider = 'openai'\n")

    (problem,) = config.problems
    assert (problem.line, problem.key, problem.connection) == (line, key, None)
    assert says in problem.message
    assert [connection.name for connection in config.connections] == ["a"]


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "[connections.a]\nprovider='openai'\nbatches=1\nevals=2\nbase_url='x'\n[ui]\nx=1\n",
    )

    assert sorted(problem.line or 0 for problem in config.problems) == [3, 4, 5, 7]


def test_names_that_share_a_key_variable(tmp_path: Path) -> None:
    text = "[connections.a-b]\nprovider='openai'\n[connections.A_B]\nprovider='openai'\n"

    problem = one_problem(tmp_path, text)

    assert problem.key == "connections.A_B"
    assert problem.line == 3
    assert "EVALTOP_A_B_API_KEY" in problem.message
    assert [connection.name for connection in load(tmp_path, text).connections] == ["a-b"]


def test_a_sentence_names_file_line_and_key(tmp_path: Path) -> None:
    problem = one_problem(tmp_path, "[connections.a]\nprovider='openai'\nbatches='x'\n")

    assert problem.sentence() == (
        f"{tmp_path / 'config.toml'}:3: connections.a.batches: must be true or false, not a text."
    )


def test_plain_http_to_another_host_can_be_allowed(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "[connections.g]\nprovider='gomodel'\nbase_url='http://gw:8080'\nallow_http=true\n",
    )

    assert config.problems == ()
    assert config.connections[0].base_url == "http://gw:8080"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("[connections.a\n", 1, "not TOML"),
        ("a = 1\nb = \n", 2, "not TOML"),
        ("a = 1\na = 2\n", 2, "not TOML"),
    ],
)
def test_a_file_that_is_not_toml_stops(tmp_path: Path, text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)

    (problem,) = caught.value.problems
    assert problem.line == line
    assert says in problem.message
    assert caught.value.exit_code == 78


def test_a_named_file_that_is_missing_stops(tmp_path: Path) -> None:
    missing = tmp_path / "no.toml"

    with pytest.raises(ConfigError, match="not there"):
        load_config(flag_path=missing, environ={})
    with pytest.raises(ConfigError, match="not there"):
        load_config(flag_path=None, environ={"EVALTOP_CONFIG": str(missing)})


@pytest.mark.parametrize(
    ("content", "says"), [(b"\xff\xfe", "not UTF-8"), (None, "cannot be read")]
)
def test_a_file_that_cannot_be_read_stops(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "config.toml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)

    with pytest.raises(ConfigError, match=says):
        load_config(flag_path=file, environ={})


def test_deep_nesting_is_not_a_crash(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not TOML"):
        load(tmp_path, "a = " + "[" * 100_000)


def test_flag_wins_over_variable_and_variable_over_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    default = tmp_path / "xdg" / "evaltop" / "config.toml"
    default.parent.mkdir(parents=True)
    default.write_text("[ui]\ntheme = 'nord'\n")
    variable, flag = tmp_path / "variable.toml", tmp_path / "flag.toml"
    variable.write_text("[ui]\ntheme = 'dracula'\n")
    flag.write_text("[ui]\ntheme = 'gruvbox'\n")
    environ = {"EVALTOP_CONFIG": str(variable)}

    assert load_config(flag_path=None, environ={}).ui.theme == "nord"
    assert load_config(flag_path=None, environ=environ).ui.theme == "dracula"
    assert load_config(flag_path=flag, environ=environ).ui.theme == "gruvbox"


def test_data_folder_comes_from_its_variable_or_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    assert load_config(flag_path=None, environ={}).data_dir == tmp_path / "data" / "evaltop"
    moved = load_config(flag_path=None, environ={"EVALTOP_DATA_DIR": str(tmp_path / "d")})
    assert moved.data_dir == tmp_path / "d"
