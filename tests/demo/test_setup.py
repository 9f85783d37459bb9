import subprocess
import sys
import tomllib

from tui.config import AzureOpenAIConnection, WeaveConnection
from tui.demo import config_toml, demo_config, demo_keys
from tui.models import ProviderKind


def test_the_demo_has_all_five_providers_and_a_key_for_each() -> None:
    config = demo_config()
    assert config.origin == "demo"
    assert config.file is None
    assert not config.problems
    assert {connection.kind for connection in config.connections} == {*ProviderKind} - {
        ProviderKind.INSPECT,
        ProviderKind.PROMPTFOO,
    }
    assert {connection.name for connection in config.connections} == set(demo_keys())
    hosts = [connection.base_url.split("/")[2] for connection in config.connections]
    assert len(set(hosts)) == len(hosts) == 6
    assert all(host.endswith(".invalid") for host in hosts)
    projects = [c for c in config.connections if isinstance(c, AzureOpenAIConnection)]
    assert [c.is_project for c in projects] == [False, True]


def test_with_a_server_all_connections_point_at_it() -> None:
    urls = [c.base_url for c in demo_config("http://127.0.0.1:8123").connections]
    assert len(set(urls)) == 6
    assert all(url.startswith("http://127.0.0.1:8123/") for url in urls)
    assert not any(url.endswith("/") for url in urls)


def test_the_printed_file_says_the_same_as_the_config() -> None:
    base = "http://127.0.0.1:8123"
    tables = tomllib.loads(config_toml(base))["connections"]
    for connection in demo_config(base).connections:
        table = tables.pop(connection.name)
        assert table["provider"] == connection.kind.value
        assert table["base_url"] == connection.base_url
        said = subprocess.run(table["key_command"], check=True, capture_output=True, text=True)
        assert said.stdout.strip() == demo_keys()[connection.name]
        if isinstance(connection, WeaveConnection):
            assert (table["entity"], table["project"]) == (connection.entity, connection.project)
    assert not tables


def test_the_demo_s_names_do_not_load_httpx() -> None:
    code = (
        "import sys, tui.demo; print([m for m in ('httpx', 'h11', 'pydantic') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "[]"
