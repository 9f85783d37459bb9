"""The keyring in all the states a machine may have it in; a real one is asked elsewhere."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from tests.credentials.keyrings import (
    BUS,
    FailingKeyring,
    ForgetfulKeyring,
    HangingKeyring,
    MemoryKeyring,
    MyPlaintextKeyring,
    using,
)
from tui.credentials.system_keyring import (
    KeyringTroubleError,
    drop_from_keyring,
    keep_in_keyring,
    keyring_key,
    keyring_state,
)
from tui.credentials.system_keyring import NoKeyringError as NothingToAskError

KEY = "sk-canary-7Qz9xW3vK1mN5pB8"


def backend_of(kind: Callable[[], KeyringBackend]) -> KeyringBackend:
    """Make one of keyring's own, which have no types."""
    return kind()


async def test_a_key_is_kept_found_and_dropped() -> None:
    with using(MemoryKeyring()):
        assert await keyring_key("prod", BUS) is None
        assert await keep_in_keyring("prod", KEY, BUS)
        assert await keyring_key("prod", BUS) == KEY
        assert await keyring_key("other", BUS) is None
        assert (await keyring_state(BUS)).usable
        assert await drop_from_keyring("prod", BUS)
        assert not await drop_from_keyring("prod", BUS)
        assert await keyring_key("prod", BUS) is None


async def test_the_entry_is_named_after_the_connection() -> None:
    backend = MemoryKeyring()
    with using(backend):
        await keep_in_keyring("team-a", KEY, BUS)
    assert backend.kept == {("evaltop", "team-a"): KEY}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (KeyringLocked("canary"), "the keyring is locked"),
        (InitError("canary"), "the keyring is locked"),
        (NoKeyringError("canary"), "no keyring is here"),
        (KeyringError("canary"), r"the keyring is broken \(KeyringError\)"),
        (OSError("canary"), r"the keyring is broken \(OSError\)"),
        (RecursionError("canary"), r"the keyring is broken \(RecursionError\)"),
        (
            ModuleNotFoundError("canary"),
            "the keyring cannot be loaded: its backend is not installed",
        ),
    ],
)
async def test_whatever_a_backend_raises_is_a_sentence(error: Exception, says: str) -> None:
    with (
        using(FailingKeyring(error)),
        pytest.raises(KeyringTroubleError, match=f"^{says}$") as caught,
    ):
        await keyring_key("prod", BUS)
    assert "canary" not in str(caught.value)
    assert caught.value.remedy


async def test_a_backend_that_cannot_be_loaded_is_a_sentence() -> None:
    def broken() -> KeyringBackend:
        raise ModuleNotFoundError("no.such.module")

    with using(broken), pytest.raises(KeyringTroubleError, match="not installed") as caught:
        await keyring_key("prod", BUS)
    assert caught.value.remedy == "Check PYTHON_KEYRING_BACKEND and keyring's keyringrc.cfg."


@pytest.mark.parametrize(
    ("backend", "says"),
    [
        (
            backend_of(null.Keyring),
            r"the keyring is switched off \(the null backend keeps nothing\)",
        ),
        (backend_of(fail.Keyring), "no keyring is here: nothing on this machine offers one"),
        (
            MyPlaintextKeyring(),
            r"the keyring is refused: .*\.MyPlaintextKeyring keeps keys in a plain file",
        ),
    ],
)
async def test_what_keeps_keys_readable_or_not_at_all_is_refused(
    backend: KeyringBackend, says: str
) -> None:
    with using(backend):
        for attempt in (keyring_key("prod", BUS), keep_in_keyring("prod", KEY, BUS)):
            with pytest.raises(KeyringTroubleError, match=f"^{says}$") as caught:
                await attempt
            assert caught.value.remedy == "Set a variable or key_command instead."
        assert (await keyring_state(BUS)).usable is False
    if isinstance(backend, MyPlaintextKeyring):
        assert backend.kept == {}


async def test_the_file_backends_of_keyrings_alt_are_refused_by_their_module() -> None:
    kind = type("EncryptedKeyring", (MemoryKeyring,), {"__module__": "keyrings.alt.file"})
    with using(kind()), pytest.raises(KeyringTroubleError, match=r"keyrings\.alt\.file"):
        await keyring_key("prod", BUS)


async def test_a_chain_is_used_without_its_plain_files(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, good = MyPlaintextKeyring(), MemoryKeyring()
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, good])
    with using(backend_of(chainer.ChainerBackend)):
        await keep_in_keyring("prod", KEY, BUS)
    assert (plain.kept, good.kept) == ({}, {("evaltop", "prod"): KEY})
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain])
    with (
        using(backend_of(chainer.ChainerBackend)),
        pytest.raises(KeyringTroubleError, match="plain file"),
    ):
        await keyring_key("prod", BUS)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [])
    with using(backend_of(chainer.ChainerBackend)), pytest.raises(KeyringTroubleError):
        await keyring_key("prod", BUS)


async def test_a_backend_that_forgets_is_found_out() -> None:
    with using(ForgetfulKeyring()), pytest.raises(KeyringTroubleError, match="did not keep"):
        await keep_in_keyring("prod", KEY, BUS)


async def test_a_hanging_keyring_is_given_up_and_asks_only_once() -> None:
    backend = HangingKeyring()
    with using(backend):
        for _ in range(3):
            with pytest.raises(KeyringTroubleError) as caught:
                await keyring_key("prod", BUS, limit_s=0.05)
        assert backend.asked == 1
        assert str(caught.value) == (
            "the keyring did not answer within 0.05 s; "
            "it may be asking for its password on another screen"
        )
        assert caught.value.remedy.startswith("Unlock it (it opens with a desktop login), or ")
        asking = [one for one in threading.enumerate() if one.name == "keyring"]
        assert asking
        assert all(one.daemon for one in asking)
        # Once somebody has answered, it serves again; nobody who gave up is asked for.
        backend.kept["evaltop", "prod"] = KEY
        backend.answered.set()
        assert await keyring_key("prod", BUS) == KEY
        assert backend.asked == 2


def test_a_hanging_keyring_does_not_keep_the_program() -> None:
    program = (
        "import asyncio, sys\n"
        "from tests.credentials.keyrings import BUS, HangingKeyring, using\n"
        "from tui.credentials.system_keyring import KeyringTroubleError, keyring_key\n"
        "with using(HangingKeyring()):\n"
        "    try:\n"
        "        asyncio.run(keyring_key('prod', BUS, limit_s=0.05))\n"
        "    except KeyringTroubleError:\n"
        "        print('given up')\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=root,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "given up\n", "")


async def test_the_loop_goes_on_while_the_keyring_is_asked() -> None:
    backend = HangingKeyring()
    with using(backend):
        asking = asyncio.create_task(keyring_key("prod", BUS))
        turns = 0
        while not backend.asked:
            turns += 1
            await asyncio.sleep(0.001)
        assert threading.current_thread() is threading.main_thread()
        backend.answered.set()
        assert await asking is None
    assert turns


@pytest.mark.parametrize("platform", ["linux"])
async def test_without_a_session_it_is_not_even_imported(
    platform: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    backend = FailingKeyring(AssertionError("asked"))
    empty = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    with using(backend):
        for environ in ({}, empty):
            with pytest.raises(NothingToAskError) as caught:
                await keyring_key("prod", environ)
            assert str(caught.value) == "no keyring is here: there is no D-Bus session"
            assert caught.value.remedy == "Set a variable or key_command instead."


async def test_a_chosen_backend_is_asked_without_a_session(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    folder = tmp_path / ".config" / "python_keyring"
    folder.mkdir(parents=True)
    runtime = tmp_path / "run"
    runtime.mkdir()
    (runtime / "bus").touch()
    with using(MemoryKeyring()):
        assert await keyring_key("prod", {"PYTHON_KEYRING_BACKEND": "some.backend"}) is None
        assert await keyring_key("prod", {"XDG_RUNTIME_DIR": str(runtime)}) is None
        (folder / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=some.backend\n")
        assert await keyring_key("prod", home) is None
        (folder / "keyringrc.cfg").write_text("what is this")
        assert await keyring_key("prod", home) is None


async def test_elsewhere_than_linux_it_is_always_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with using(MemoryKeyring()):
        assert await keyring_key("prod", {}) is None


async def test_blanks_around_a_kept_key_are_not_part_of_it() -> None:
    backend = MemoryKeyring()
    backend.kept["evaltop", "prod"] = f" {KEY}\n"
    backend.kept["evaltop", "blank"] = "  "
    with using(backend):
        assert await keyring_key("prod", BUS) == KEY
        assert await keyring_key("blank", BUS) is None


async def test_the_state_tells_what_is_wrong() -> None:
    with using(FailingKeyring(KeyringLocked())):
        state = await keyring_state(BUS)
    assert not state.usable
    assert state.sentence == "the keyring is locked"
    assert "Unlock it" in state.remedy
    assert state.usable is False


async def test_the_state_names_the_keyring_and_asks_for_nobodys_key() -> None:
    backend = MemoryKeyring()
    asked: list[tuple[str, str]] = []
    backend.get_password = lambda *names: asked.append(names)  # type: ignore[method-assign]
    with using(backend):
        assert (await keyring_state(BUS)).sentence == f"{backend.name} answers"
        assert asked == [("evaltop", "evaltop doctor")]


async def test_what_a_key_is_kept_in_is_told_by_its_name() -> None:
    backend = MemoryKeyring()
    with using(backend):
        assert await keep_in_keyring("prod", KEY, BUS) == backend.name
    with using(ForgetfulKeyring()), pytest.raises(KeyringTroubleError) as caught:
        await keep_in_keyring("prod", KEY, BUS)
    assert caught.value.remedy == "Set a variable or key_command instead."


async def test_keeping_dropping_and_the_state_are_given_up_too() -> None:
    backend = HangingKeyring()
    says = "did not answer within 0.05 s"
    with using(backend):
        for attempt in (
            drop_from_keyring("a", BUS, limit_s=0.05),
            keep_in_keyring("a", KEY, BUS, limit_s=0.05),
        ):
            with pytest.raises(KeyringTroubleError, match=says):
                await attempt
        assert says in (await keyring_state(BUS, limit_s=0.05)).sentence
        backend.answered.set()


async def test_a_backend_may_be_chosen_in_the_folder_of_all_settings(tmp_path: Path) -> None:
    folder = tmp_path / "python_keyring"
    folder.mkdir()
    (folder / "keyringrc.cfg").write_text("[backend]\nDefault-Keyring=some.backend\n")
    with using(MemoryKeyring()):
        assert await keyring_key("prod", {"XDG_CONFIG_HOME": str(tmp_path)}) is None
        with pytest.raises(NothingToAskError):
            await keyring_key("prod", {"XDG_CONFIG_HOME": str(tmp_path / "none")})


async def test_an_empty_chain_offers_nothing() -> None:
    chain = backend_of(chainer.ChainerBackend)
    kind = type("Chain", (type(chain),), {"backends": []})
    with using(kind()), pytest.raises(KeyringTroubleError, match=r"refused: .*Chain keeps keys"):
        await keyring_key("prod", BUS)
