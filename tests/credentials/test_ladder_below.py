"""The lower steps: keyring, the provider's file, the prompt; and tokens that end."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked

from tests.clock import START, FakeClock
from tests.credentials.keyrings import BUS, FailingKeyring, MemoryKeyring, using
from tests.credentials.test_ladder import openai, printing
from tests.credentials.test_provider_file import WANDB, weave, written
from tests.credentials.test_tokens import jwt
from tui.config import GoModelConnection
from tui.credentials import EnterableSource, RenewableSource, locate_key, make_key_source
from tui.errors import KeyMissingError

KEYRING_KEY = "keyring-0123456789"
FILE_KEY = "netrc-0123456789"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with a session and a `~/.netrc` that has a key."""
    path = tmp_path / ".netrc"
    path.write_text(WANDB.format(key=FILE_KEY))
    path.chmod(0o600)
    return {**BUS, "HOME": str(tmp_path)}


def open_to_others(home: dict[str, str]) -> Path:
    path = Path(home["HOME"], ".netrc")
    path.chmod(0o644)
    return path


def remove_file(home: dict[str, str]) -> None:
    Path(home["HOME"], ".netrc").unlink()


def kept(name: str = "team") -> MemoryKeyring:
    backend = MemoryKeyring()
    backend.kept["evaltop", name] = KEYRING_KEY
    return backend


async def never(name: str) -> str | None:
    raise AssertionError(f"{name} was asked for")


async def test_keyring_then_file_then_prompt(home: dict[str, str]) -> None:
    async def prompt(name: str) -> str | None:
        return f"typed-for-{name}"

    with using(kept()):
        found = await make_key_source(weave(), home, prompt=never)()
        assert found is not None
        assert (found.secret.reveal(), found.source) == (KEYRING_KEY, "keyring")
    with using(MemoryKeyring()):
        found = await make_key_source(weave(), home, prompt=never)()
        assert found is not None
        assert found.secret.reveal() == FILE_KEY
        assert found.source == f"{home['HOME']}/.netrc (api.wandb.ai)"
        remove_file(home)
        found = await make_key_source(weave(), home, prompt=prompt)()
        assert found is not None
        assert found.secret.reveal() == "typed-for-team"
        assert "typed in" in found.source


async def test_variables_and_command_go_before_the_keyring() -> None:
    with using(FailingKeyring(AssertionError("asked"))):
        environ = {**BUS, "OPENAI_API_KEY": "from-variable"}
        found = await make_key_source(openai(), environ, prompt=never)()
        assert found is not None
        found = await make_key_source(openai(None, printing("x")), BUS, prompt=never)()
        assert found is not None
        assert found.source == "key_command"


async def test_a_locked_keyring_is_told_when_nothing_else_has_a_key() -> None:
    with using(FailingKeyring(KeyringLocked())), pytest.raises(KeyMissingError) as caught:
        await make_key_source(openai(), BUS)()
    assert caught.value.message == "my-prod: no key was found: the keyring is locked."
    assert "OPENAI_API_KEY" in caught.value.remedy


async def test_a_locked_keyring_does_not_hide_the_file(home: dict[str, str]) -> None:
    with using(FailingKeyring(KeyringLocked())):
        found = await make_key_source(weave(), home)()
    assert found is not None
    assert found.secret.reveal() == FILE_KEY


async def test_a_file_others_can_read_is_told_with_its_remedy(home: dict[str, str]) -> None:
    path = open_to_others(home)
    with using(MemoryKeyring()), pytest.raises(KeyMissingError) as caught:
        await make_key_source(weave(), home)()
    assert f"Run: chmod 600 {path}." in caught.value.sentence()
    assert FILE_KEY not in caught.value.sentence()


async def test_a_prompt_that_is_declined_leaves_the_usual_words() -> None:
    async def nothing(_name: str) -> str | None:
        return None

    with pytest.raises(KeyMissingError, match="no key was found"):
        await make_key_source(openai(), {}, prompt=nothing)()


async def test_an_open_gateway_is_not_asked_for_and_looked_up_once() -> None:
    gateway = GoModelConnection(
        name="g", base_url="http://localhost:8080", poll=GoModelConnection.default_poll
    )
    backend = MemoryKeyring()
    source = make_key_source(gateway, BUS, prompt=never)
    with using(backend):
        assert await source() is None
        backend.kept["evaltop", "g"] = "late"
        assert await source() is None


async def test_a_key_of_the_keyring_may_have_a_successor() -> None:
    backend = kept("my-prod")
    source = make_key_source(openai(), BUS)
    with using(backend):
        first = await source()
        assert first is not None
        backend.kept["evaltop", "my-prod"] = "next-0123456789"
        assert isinstance(source, RenewableSource)
        assert source.invalidate(first)
        second = await source()
    assert second is not None
    assert second.secret.reveal() == "next-0123456789"


async def test_a_typed_key_counts_before_all_others() -> None:
    source = make_key_source(openai(), {"OPENAI_API_KEY": "refused"})
    await source()
    assert isinstance(source, EnterableSource)
    source.enter("typed-0123456789", kept=False)
    found = await source()
    assert found is not None
    assert (found.secret.reveal(), found.last4) == ("typed-0123456789", "6789")
    assert source.found is found
    assert isinstance(source, RenewableSource)
    assert not source.invalidate(found)
    source.enter("kept-0123456789", kept=True)
    assert source.found is not None
    assert (source.found.source, source.found.last4) == ("keyring", "6789")
    assert source.invalidate(source.found), "the keyring may have another by now"


async def test_the_place_is_located_without_running_a_command(home: dict[str, str]) -> None:
    with using(kept()):
        place = await locate_key(weave(), home)
        assert (place.found, place.source, place.last4) == (True, "keyring", "6789")
        place = await locate_key(openai(None, ("/nonexistent",)), home)
        assert (place.found, place.source) == (True, "key_command")
    open_to_others(home)
    with using(FailingKeyring(KeyringLocked())):
        place = await locate_key(weave(), home)
    assert not place.found
    assert place.source.startswith("no key; set EVALTOP_TEAM_API_KEY")
    assert place.troubles[0].partition(".")[0] == "The keyring is locked"
    assert "chmod 600" in place.troubles[1]


class Tokens:
    """A command that prints token after token, and counts how often it ran."""

    def __init__(self, folder: Path, *outputs: str) -> None:
        self._count = folder / "count"
        self._broken = folder / "broken"
        program = (
            "import pathlib, sys\n"
            "count, broken, *outputs = sys.argv[1:]\n"
            "p = pathlib.Path(count)\n"
            "n = len(p.read_text()) if p.exists() else 0\n"
            "p.write_text('x' * (n + 1))\n"
            "if pathlib.Path(broken).exists(): sys.exit(1)\n"
            "print(outputs[min(n, len(outputs) - 1)])\n"
        )
        self.command = (
            sys.executable,
            "-c",
            program,
            str(self._count),
            str(self._broken),
            *outputs,
        )

    @property
    def runs(self) -> int:
        return len(self._count.read_text())

    def fail(self) -> None:
        self._broken.touch()


def ending_in(seconds: float, name: str) -> str:
    return jwt({"exp": START.timestamp() + seconds, "name": name})


async def test_a_token_is_renewed_before_it_ends(tmp_path: Path) -> None:
    first, second = ending_in(3600, "first"), ending_in(7200, "second")
    tokens, clock = Tokens(tmp_path, first, second), FakeClock()
    source = make_key_source(openai(None, tokens.command), {}, clock=clock)

    async def key() -> str:
        found = await source()
        assert found is not None
        return found.secret.reveal()

    assert await key() == first
    clock.advance(3600 - 301)
    assert (await key(), tokens.runs) == (first, 1)
    clock.advance(1)
    assert (await key(), tokens.runs) == (second, 2)
    clock.advance(1000)
    assert (await key(), tokens.runs) == (second, 2)


async def test_a_command_that_repeats_its_token_is_not_run_for_every_request(
    tmp_path: Path,
) -> None:
    tokens, clock = Tokens(tmp_path, ending_in(100, "only")), FakeClock()
    source = make_key_source(openai(None, tokens.command), {}, clock=clock)
    for _ in range(20):
        await source()
        clock.advance(2)
    assert tokens.runs == 2


async def test_a_failing_renewal_keeps_the_token_that_is_still_good(tmp_path: Path) -> None:
    token = ending_in(600, "first")
    tokens, clock = Tokens(tmp_path, token), FakeClock()
    source = make_key_source(openai(None, tokens.command), {}, clock=clock)
    await source()
    tokens.fail()
    for _ in range(3):
        clock.advance(310)
        found = await source()
        assert found is not None
        assert found.secret.reveal() == token
    assert tokens.runs == 4


async def test_a_key_without_an_end_is_never_renewed(tmp_path: Path) -> None:
    tokens, clock = Tokens(tmp_path, "plain-key"), FakeClock()
    source = make_key_source(openai(None, tokens.command), {}, clock=clock)
    await source()
    clock.advance(1e7)
    await source()
    assert tokens.runs == 1


async def test_a_key_that_is_found_is_told_with_what_could_not_be_asked_before_it(
    home: dict[str, str],
) -> None:
    entry = "machine wandb.acme.example login user password k-0123456789\n"
    netrc = written(Path(home["HOME"]), entry)
    mine = replace(weave(), base_url="https://traces.acme.example")
    with using(FailingKeyring(KeyringLocked())):
        place = await locate_key(mine, {**home, "WANDB_BASE_URL": "https://wandb.acme.example"})
    assert (place.found, place.source, place.last4) == (
        True,
        f"{netrc} (wandb.acme.example)",
        "6789",
    )
    assert place.troubles[0].partition(".")[0] == "The keyring is locked"


async def test_every_place_that_failed_is_in_the_error_with_its_remedy(
    home: dict[str, str],
) -> None:
    open_to_others(home)
    netrc = Path(home["HOME"], ".netrc")
    with (
        using(FailingKeyring(KeyringLocked())),
        pytest.raises(KeyMissingError) as caught,
    ):
        await make_key_source(weave(), home)()
    assert caught.value.message == (
        f"team: no key was found: the keyring is locked; {netrc} is not used: others can read it."
    )
    assert caught.value.remedy == (
        f"Run: chmod 600 {netrc}. Set EVALTOP_TEAM_API_KEY or WANDB_API_KEY, or key_command in the "
        "config file, or keep it in a keyring: evaltop auth set team."
    )
