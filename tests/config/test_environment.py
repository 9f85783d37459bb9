"""Connections from variables alone."""

from pathlib import Path

import pytest

from tui.config import Config, OpenAIConnection, WeaveConnection, load_config


@pytest.fixture(autouse=True)
def no_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))


def load(**environ: str) -> Config:
    return load_config(flag_path=None, environ=environ)


def addresses(config: Config) -> dict[str, str]:
    assert config.problems == ()
    return {connection.name: connection.base_url for connection in config.connections}


def test_nothing() -> None:
    config = load(HOME="/root", WANDB_API_KEY="k", AZURE_OPENAI_API_KEY="k", OPENAI_API_KEY=" ")

    assert config.connections == ()
    assert config.origin == "none"
    assert config.file is None
    assert config.problems == ()


def test_all_providers_in_order_and_named_after_them() -> None:
    config = load(
        OPENAI_API_KEY="k",
        AZURE_OPENAI_API_KEY="k",
        AZURE_OPENAI_ENDPOINT="https://res.openai.azure.com",
        AZURE_AI_PROJECT_ENDPOINT="https://acc.services.ai.azure.com/api/projects/p",
        WANDB_API_KEY="k",
        WANDB_ENTITY="acme",
        WANDB_PROJECT="bot",
        DATALAB_API_KEY="k",
        GOMODEL_BASE_URL="http://localhost:9000/g/v1/",
    )

    assert config.origin == "environment"
    assert addresses(config) == {
        "openai": "https://api.openai.com/v1",
        "azure-openai": "https://res.openai.azure.com/openai/v1",
        "azure-foundry": "https://acc.services.ai.azure.com/api/projects/p/openai/v1",
        "weave": "https://trace.wandb.ai",
        "datalab": "https://www.datalab.to",
        "gomodel": "http://localhost:9000/g",
    }


def test_openai_settings() -> None:
    config = load(
        OPENAI_API_KEY="k",
        OPENAI_BASE_URL="https://proxy.example/openai/",
        OPENAI_ORG_ID="org_1",
        OPENAI_PROJECT_ID="proj_1",
    )

    (connection,) = config.connections
    assert isinstance(connection, OpenAIConnection)
    assert connection.base_url == "https://proxy.example/openai"
    assert (connection.organization, connection.project) == ("org_1", "proj_1")


def test_own_key_variable_is_enough() -> None:
    assert addresses(load(EVALTOP_OPENAI_API_KEY="k")) == {"openai": "https://api.openai.com/v1"}


@pytest.mark.parametrize(
    ("endpoint", "base_url"),
    [
        ("https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1"),
        ("https://r.openai.azure.com/", "https://r.openai.azure.com/openai/v1"),
        ("https://r.openai.azure.com/openai", "https://r.openai.azure.com/openai/v1"),
        ("https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1"),
        ("https://r.openai.azure.us/openai/v1", "https://r.openai.azure.us/openai/v1"),
        ("r.openai.azure.com", "https://r.openai.azure.com/openai/v1"),
        ("https://gw.corp/azure/openai/v1", "https://gw.corp/azure/openai/v1"),
        (
            "https://a.services.ai.azure.com/api/projects/p",
            "https://a.services.ai.azure.com/api/projects/p/openai/v1",
        ),
        (
            "https://a.services.ai.azure.com/api/projects/p/openai/v1/",
            "https://a.services.ai.azure.com/api/projects/p/openai/v1",
        ),
    ],
)
def test_azure_endpoint_has_exactly_one_suffix(endpoint: str, base_url: str) -> None:
    config = load(AZURE_OPENAI_API_KEY="k", AZURE_OPENAI_ENDPOINT=endpoint)

    assert addresses(config) == {"azure-openai": base_url}


def test_foundry_endpoint_has_two_names() -> None:
    config = load(
        AZURE_OPENAI_API_KEY="k",
        FOUNDRY_PROJECT_ENDPOINT="https://a.services.ai.azure.com/api/projects/p",
    )

    assert list(addresses(config)) == ["azure-foundry"]


@pytest.mark.parametrize(
    ("variables", "base_url"),
    [
        ({}, "https://trace.wandb.ai"),
        ({"WANDB_BASE_URL": "https://api.wandb.ai"}, "https://trace.wandb.ai"),
        ({"WANDB_BASE_URL": "https://api.wandb.ai/"}, "https://trace.wandb.ai"),
        ({"WANDB_BASE_URL": "https://wandb.corp/"}, "https://wandb.corp/traces"),
        (
            {"WANDB_PUBLIC_BASE_URL": "https://public.corp", "WANDB_BASE_URL": "https://in.corp"},
            "https://public.corp/traces",
        ),
        (
            {"WF_TRACE_SERVER_URL": "https://t.corp", "WANDB_BASE_URL": "https://in.corp"},
            "https://t.corp",
        ),
    ],
)
def test_weave_address(variables: dict[str, str], base_url: str) -> None:
    config = load(WANDB_API_KEY="k", WANDB_ENTITY="acme", WANDB_PROJECT="bot", **variables)

    assert addresses(config) == {"weave": base_url}
    (connection,) = config.connections
    assert isinstance(connection, WeaveConnection)
    assert (connection.entity, connection.project) == ("acme", "bot")


@pytest.mark.parametrize(
    ("variable", "value", "base_url"),
    [
        ("DATALAB_HOST", "https://eu.datalab.to/", "https://eu.datalab.to"),
        ("DATALAB_HOST", "eu.datalab.to", "https://eu.datalab.to"),
        ("DATALAB_BASE_URL", "https://eu.datalab.to/api/v1", "https://eu.datalab.to"),
    ],
)
def test_datalab_address(variable: str, value: str, base_url: str) -> None:
    assert addresses(load(DATALAB_API_KEY="k", **{variable: value})) == {"datalab": base_url}


def test_an_address_that_cannot_be_used_is_named_by_its_variable() -> None:
    config = load(GOMODEL_BASE_URL="http://gateway.corp:8080", OPENAI_API_KEY="k")

    (problem,) = config.problems
    assert (problem.key, problem.file, problem.connection) == ("GOMODEL_BASE_URL", None, "gomodel")
    assert "https" in problem.message
    assert [connection.name for connection in config.connections] == ["openai"]


def test_a_file_without_connections_keeps_its_other_settings(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[ui]\ntheme = 'nord'\n")

    config = load_config(flag_path=file, environ={"OPENAI_API_KEY": "k"})

    assert config.ui.theme == "nord"
    assert config.origin == "environment"
    assert config.file == file
    assert [connection.name for connection in config.connections] == ["openai"]


def test_a_file_with_connections_is_not_mixed_with_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[connections.g]\nprovider = 'gomodel'\n")

    config = load_config(flag_path=file, environ={"OPENAI_API_KEY": "k"})

    assert config.origin == "file"
    assert [connection.name for connection in config.connections] == ["g"]
