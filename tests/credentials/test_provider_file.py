"""`~/.netrc` as wandb writes it."""

import os
from pathlib import Path

import pytest

from tui.config import ConnectionConfig, OpenAIConnection, WeaveConnection
from tui.credentials.provider_file import (
    FileRefusedError,
    key_in_file,
    machine_of,
    provider_file,
)

WANDB = "machine api.wandb.ai\n  login user\n  password {key}\n"


def weave(base_url: str = "https://trace.wandb.ai") -> ConnectionConfig:
    return WeaveConnection(
        name="team", base_url=base_url, poll=WeaveConnection.default_poll, entity="e", project="p"
    )


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / ".netrc"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_only_weave_has_a_file(tmp_path: Path) -> None:
    other = OpenAIConnection(
        name="o", base_url="https://api.openai.com/v1", poll=OpenAIConnection.default_poll
    )
    assert provider_file(other, {"HOME": str(tmp_path)}) is None
    assert provider_file(weave(), {"HOME": str(tmp_path)}) == tmp_path / ".netrc"
    assert provider_file(weave(), {"NETRC": "/x/y", "HOME": "/h"}) == Path("/x/y")
    assert provider_file(weave(), {}) is None


@pytest.mark.parametrize(
    ("base_url", "wandb_base_url", "machine"),
    [
        ("https://trace.wandb.ai", "", "api.wandb.ai"),
        ("https://trace.wandb.ai", "https://elsewhere.example", "api.wandb.ai"),
        ("https://wandb.acme.example/traces", "", "wandb.acme.example"),
        ("https://traces.acme.example", "https://wandb.acme.example", "wandb.acme.example"),
        ("https://traces.acme.example", "https://api.wandb.ai", "traces.acme.example"),
        ("https://traces.acme.example", "http://[", "traces.acme.example"),
    ],
)
def test_the_machine_is_the_api_host(base_url: str, wandb_base_url: str, machine: str) -> None:
    assert machine_of(weave(base_url), {"WANDB_BASE_URL": wandb_base_url}) == machine


@pytest.mark.parametrize("base_url", ["https://trace.wandb.ai", "https://wandb.acme.example"])
def test_without_a_variable_the_machine_follows_from_the_address(base_url: str) -> None:
    wanted = {"https://trace.wandb.ai": "api.wandb.ai"}.get(base_url, "wandb.acme.example")
    assert machine_of(weave(base_url), {}) == wanted


def test_an_address_without_a_host_has_no_machine() -> None:
    assert machine_of(weave("nothing"), {}) == ""


def test_the_password_of_the_machine_is_the_key(tmp_path: Path) -> None:
    path = written(tmp_path, WANDB.format(key="k-0123456789"))
    assert key_in_file(path, "api.wandb.ai") == "k-0123456789"
    assert key_in_file(path, "wandb.acme.example") is None
    assert key_in_file(tmp_path / "none", "api.wandb.ai") is None
    assert key_in_file(tmp_path, "api.wandb.ai") is None


def test_a_default_entry_is_for_anybody_and_so_for_nobody(tmp_path: Path) -> None:
    path = written(tmp_path, "default login user password canary\n")
    assert key_in_file(path, "api.wandb.ai") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666, 0o620])
def test_a_file_others_can_read_is_refused_with_what_mends_it(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, WANDB.format(key="canary"), mode)
    with pytest.raises(FileRefusedError, match="others can read it") as caught:
        key_in_file(path, "api.wandb.ai")
    assert caught.value.remedy == f"Run: chmod 600 {path}"
    assert os.system(caught.value.remedy.removeprefix("Run: ")) == 0  # noqa: S605 - the very remedy
    assert key_in_file(path, "api.wandb.ai") == "canary"


def test_a_file_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, WANDB.format(key="canary"))
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(FileRefusedError, match="belongs to somebody else") as caught:
        key_in_file(path, "api.wandb.ai")
    assert caught.value.remedy == f"Run: chown {path.stat().st_uid + 1} {path}"


@pytest.mark.parametrize("text", ["machine", "what is this canary", "machine a loginn x"])
def test_a_file_that_cannot_be_read_is_named_without_its_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileRefusedError, match="not used") as caught:
        key_in_file(written(tmp_path, text), "api.wandb.ai")
    assert "canary" not in str(caught.value)
    assert caught.value.remedy == "Mend that line, or set a variable."


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    path.write_bytes(b"machine a login b password \xff\xfe\n")
    with pytest.raises(FileRefusedError) as caught:
        key_in_file(path, "api.wandb.ai")
    assert str(caught.value) == f"{path} is not used: it cannot be read"
    assert caught.value.remedy == "Set a variable instead."
