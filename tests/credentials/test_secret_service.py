"""The keyring against a real secret service, unlocked, locked and absent.

Needs `dbus-run-session` and `gnome-keyring-daemon` (Debian: dbus, gnome-keyring); without them
these tests fail, they are not skipped.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.commands.gateway import KEY, gateway
from tests.credentials.secret_service import Session

CONFIG = '[connections.gate]\nprovider = "gomodel"\nbase_url = "{url}"\n'


@pytest.fixture
def session(tmp_path: Path) -> Session:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        assert shutil.which(program), f"{program} is missing: apt-get install dbus gnome-keyring"
    session = Session(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(url="http://127.0.0.1:9"))
    session.environ |= {
        "EVALTOP_CONFIG": str(config),
        "EVALTOP_DATA_DIR": str(tmp_path / "data"),
    }
    return session


def kept_in(home: Path) -> bool:
    """Whether the key stands readable in any file."""
    files = [one for one in home.rglob("*") if one.is_file()]
    return any(KEY.encode() in one.read_bytes() for one in files)


def test_a_key_is_kept_over_sessions_used_and_removed(session: Session) -> None:
    done = session.run(["auth", "set", "gate"], daemon="unlocked", typed=KEY)
    assert done.returncode == 0, done.stderr
    assert "gate: the key is kept in SecretService" in done.stdout
    assert not kept_in(session.home)

    done = session.run(["auth", "list", "--format", "json"], daemon="unlocked")
    (gate,) = json.loads(done.stdout)
    assert (gate["source"], gate["last4"]) == ("keyring", KEY[-4:])

    with gateway() as served:
        Path(session.environ["EVALTOP_CONFIG"]).write_text(CONFIG.format(url=served.url))
        done = session.run(["auth", "test", "gate"], daemon="unlocked")
        assert (done.returncode, done.stdout) == (0, "gate: ok. The gateway answers.\n")
        done = session.run(["doctor", "--format", "json"], daemon="unlocked")
        found = {one["check"]: one for one in json.loads(done.stdout)}
    assert "SecretService" in found["keyring"]["message"]
    assert found["keyring"]["state"] == found["gate"]["state"] == "ok"
    assert "keyring" in found["gate"]["message"]

    assert session.run(["auth", "remove", "gate"], daemon="unlocked").returncode == 0
    assert session.run(["auth", "remove", "gate"], daemon="unlocked").returncode == 66


def test_a_locked_keyring_is_told_and_nothing_is_kept_elsewhere(session: Session) -> None:
    assert session.run(["auth", "set", "gate"], daemon="unlocked", typed=KEY).returncode == 0
    done = session.run(["auth", "list", "--format", "json"], daemon="locked")
    (gate,) = json.loads(done.stdout)
    assert not gate["found"]
    (trouble,) = gate["troubles"]
    assert trouble.startswith("The keyring is locked. Unlock it")

    done = session.run(["auth", "set", "gate"], daemon="locked", typed=KEY)
    assert done.returncode == 77
    assert "the key was not kept: the keyring is locked" in done.stderr
    assert not kept_in(session.home)
    done = session.run(["doctor", "--format", "json"], daemon="locked")
    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert (found["keyring"]["state"], found["keyring"]["message"]) == (
        "warn",
        "the keyring is locked",
    )


def test_a_session_without_any_keyring_is_told(session: Session) -> None:
    done = session.run(["auth", "set", "gate"], daemon="none", typed=KEY)
    assert done.returncode == 77
    assert "no keyring is here: nothing on this machine offers one" in done.stderr
    assert not kept_in(session.home)
    done = session.run(["auth", "list"], daemon="none")
    assert done.returncode == 0
    assert "the keyring" not in done.stdout.lower()
