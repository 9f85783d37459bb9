"""A config file that others can read may hold no key, and one they can write may run nothing."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tui.config import load_config
from tui.config.exposure import holds_a_key

KEY = "canary-7Qz9xW3vK1mN5pB8"


def written(tmp_path: Path, command: str, mode: int, base_url: str = "") -> Path:
    path = tmp_path / "config.toml"
    address = f'base_url = "{base_url}"\n' if base_url else ""
    path.write_text(
        f'[connections.prod]\nprovider = "openai"\n{address}key_command = {command}\n'
        '[connections.other]\nprovider = "openai"\n'
    )
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o664])
def test_a_key_in_a_file_others_can_read_is_refused_with_what_mends_it(
    tmp_path: Path, mode: int
) -> None:
    path = written(tmp_path, f'["echo", "{KEY}"]', mode)
    config = load_config(flag_path=path, environ={})
    (problem,) = config.problems
    assert (problem.key, problem.line) == ("connections.prod.key_command", 3)
    assert problem.message == (
        f"holds a key, and others can read this file; run: chmod 600 {path}."
    )
    assert "canary" not in problem.sentence()
    assert [one.name for one in config.connections] == ["other"]
    command = problem.message.rpartition("run: ")[2].rstrip(".")
    assert os.system(command) == 0  # noqa: S605 - the very remedy
    assert load_config(flag_path=path, environ={}).problems == ()


@pytest.mark.parametrize("mode", [0o666, 0o602, 0o646])
def test_a_file_others_can_write_runs_nothing(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path, '["pass", "show", "openai"]', mode)
    (problem,) = load_config(flag_path=path, environ={}).problems
    assert "others can write this file" in problem.message


@pytest.mark.parametrize("mode", [0o660, 0o664, 0o620])
@pytest.mark.parametrize(
    ("group", "members", "wrong"),
    [
        ("me", [], False),
        ("me", ["me"], False),
        ("me", ["me", "you"], True),
        ("staff", ["me"], True),
        ("", [], True),
    ],
)
def test_a_file_a_group_can_write_runs_nothing_unless_the_group_is_the_owner(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: int,
    group: str,
    members: list[str],
    *,
    wrong: bool,
) -> None:
    def group_of(gid: int) -> SimpleNamespace:
        if not group:
            raise KeyError(gid)
        return SimpleNamespace(gr_name=group, gr_mem=members)

    monkeypatch.setattr("pwd.getpwuid", lambda _uid: SimpleNamespace(pw_name="me"))
    monkeypatch.setattr("grp.getgrgid", group_of)
    path = written(tmp_path, '["pass", "show", "openai"]', mode)
    problems = load_config(flag_path=path, environ={}).problems
    assert bool(problems) is wrong
    if wrong:
        assert f"others can write this file and so choose what it runs; run: chmod 600 {path}" in (
            problems[0].message
        )


@pytest.mark.parametrize(
    ("command", "mode", "base_url"),
    [
        ('["pass", "show", "openai"]', 0o644, ""),
        (f'["echo", "{KEY}"]', 0o600, ""),
        # The demo's file, written by a shell: its keys open nothing but a port of this machine.
        ('["echo", "demo-openai-key"]', 0o644, "http://127.0.0.1:8765/openai/v1"),
    ],
)
def test_what_harms_nobody_is_left_alone(
    tmp_path: Path, command: str, mode: int, base_url: str
) -> None:
    path = written(tmp_path, command, mode, base_url)
    assert load_config(flag_path=path, environ={}).problems == ()


@pytest.mark.parametrize(
    ("command", "held"),
    [
        (("echo", "anything"), True),
        (("/usr/bin/printf", "%s", "x"), True),
        (("sh", "-c", "echo sk-proj-abcdefghijklmnop"), True),
        (("curl", "-H", "Authorization: Bearer eyJhbGciOi.eyJzdWIiOj.c2ln"), True),
        (("tool", "--token=0123456789abcdef0123456789abcdef"), True),
        (("pass", "show", "work/openai"), False),
        (("op", "read", "op://Private/OpenAI/credential"), False),
        (("az", "account", "get-access-token", "--resource", "https://ai.azure.com"), False),
        (("az", "--subscription", "0a1b2c3d-1111-2222-3333-444455556666"), False),
        (("secret-tool", "lookup", "service", "openai"), False),
        (("echo",), False),
    ],
)
def test_a_command_holds_a_key_or_does_not(command: tuple[str, ...], held: bool) -> None:
    assert holds_a_key(command) is held
