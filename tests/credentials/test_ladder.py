"""Where a key is found, in which order, and what is said about it."""

import pickle
import sys
from pathlib import Path

import pytest

from tui.config import (
    AzureOpenAIConnection,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    OpenAIConnection,
    WeaveConnection,
)
from tui.credentials import (
    FoundKey,
    KeyPlace,
    RenewableSource,
    Secret,
    describe_key_source,
    make_key_source,
    static_key_source,
)
from tui.errors import KeyMissingError

WISHES = "EVALTOP_MY_PROD_API_KEY, MY_KEY or OPENAI_API_KEY, or key_command in the config file"


def printing(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({text!r})")


def openai(key_env: str | None = None, key_command: tuple[str, ...] = ()) -> OpenAIConnection:
    return OpenAIConnection(
        name="my-prod",
        base_url="https://api.openai.com/v1",
        poll=OpenAIConnection.default_poll,
        key_env=key_env,
        key_command=key_command,
    )


async def found(connection: ConnectionConfig, environ: dict[str, str]) -> tuple[str, str]:
    key = await make_key_source(connection, environ)()
    assert key is not None
    return key.secret.reveal(), key.source


async def test_the_first_hit_wins() -> None:
    connection = openai("MY_KEY", printing("from-command"))
    environ = {
        "EVALTOP_MY_PROD_API_KEY": "from-own",
        "MY_KEY": "from-named",
        "OPENAI_API_KEY": "from-provider",
    }

    assert await found(connection, environ) == ("from-own", "variable EVALTOP_MY_PROD_API_KEY")
    environ["EVALTOP_MY_PROD_API_KEY"] = "  "
    assert await found(connection, environ) == ("from-named", "variable MY_KEY")
    del environ["MY_KEY"]
    assert await found(connection, environ) == ("from-provider", "variable OPENAI_API_KEY")
    del environ["OPENAI_API_KEY"]
    assert await found(connection, environ) == ("from-command", "key_command")


@pytest.mark.parametrize(
    ("connection", "variable"),
    [
        (openai(), "OPENAI_API_KEY"),
        (
            AzureOpenAIConnection(
                name="a", base_url="https://a/openai/v1", poll=AzureOpenAIConnection.default_poll
            ),
            "AZURE_OPENAI_API_KEY",
        ),
        (
            WeaveConnection(
                name="w",
                base_url="https://w",
                poll=WeaveConnection.default_poll,
                entity="e",
                project="p",
            ),
            "WANDB_API_KEY",
        ),
        (
            DatalabConnection(name="d", base_url="https://d", poll=DatalabConnection.default_poll),
            "DATALAB_API_KEY",
        ),
        (
            GoModelConnection(name="g", base_url="https://g", poll=GoModelConnection.default_poll),
            "GOMODEL_MASTER_KEY",
        ),
    ],
)
async def test_each_provider_has_its_variable(connection: ConnectionConfig, variable: str) -> None:
    assert await found(connection, {variable: " secret "}) == ("secret", f"variable {variable}")


async def test_no_key_is_an_error_that_says_what_to_set() -> None:
    with pytest.raises(KeyMissingError) as caught:
        await make_key_source(openai("MY_KEY"), {})()

    assert caught.value.exit_code == 77
    assert caught.value.sentence() == (
        f"my-prod: no key was found. Set {WISHES}, "
        "or keep it in a keyring: evaltop auth set my-prod."
    )


async def test_a_gateway_may_have_no_key() -> None:
    connection = GoModelConnection(
        name="g", base_url="http://localhost:8080", poll=GoModelConnection.default_poll
    )

    assert await make_key_source(connection, {})() is None


async def test_a_command_runs_once_until_its_key_is_refused(tmp_path: Path) -> None:
    count = tmp_path / "count"
    program = (
        "import pathlib, sys; p = pathlib.Path(sys.argv[1]);"
        "n = len(p.read_text()) if p.exists() else 0; p.write_text('x' * (n + 1));"
        "print(f'key-{n}')"
    )
    source = make_key_source(openai(None, (sys.executable, "-c", program, str(count))), {})

    first = await source()
    assert first is not None
    assert await source() is first
    assert isinstance(source, RenewableSource)
    assert source.invalidate(first)
    second = await source()
    assert second is not None
    assert (first.secret.reveal(), second.secret.reveal()) == ("key-0", "key-1")
    assert source.invalidate(first), "a late refusal of the old key brings no third run"
    assert await source() is second


async def test_a_refused_variable_is_not_looked_up_again() -> None:
    source = make_key_source(openai(), {"OPENAI_API_KEY": "k"})
    key = await source()

    assert isinstance(source, RenewableSource)
    assert key is not None
    assert not source.invalidate(key)


async def test_a_failing_command_names_its_connection_and_no_output() -> None:
    command = (sys.executable, "-c", "import sys; print('canary'); sys.exit('canary too')")

    with pytest.raises(KeyMissingError) as caught:
        await make_key_source(openai(None, command), {})()

    assert caught.value.message == "my-prod: key_command gave no key: it ended with status 1."
    assert caught.value.remedy == "Run it by hand, or set EVALTOP_MY_PROD_API_KEY."


@pytest.mark.parametrize(
    ("environ", "command", "source", "last4", "is_found"),
    [
        ({"MY_KEY": "sk-0123456789"}, (), "variable MY_KEY", "6789", True),
        ({"MY_KEY": "short"}, (), "variable MY_KEY", "", True),
        ({}, ("/nonexistent",), "key_command", "", True),
        (
            {},
            (),
            f"no key; set {WISHES}",
            "",
            False,
        ),
    ],
)
def test_the_place_of_a_key_is_described_without_running_anything(
    environ: dict[str, str], command: tuple[str, ...], source: str, last4: str, is_found: bool
) -> None:
    place = describe_key_source(openai("MY_KEY", command), environ)

    assert (place.source, place.last4, place.found) == (source, last4, is_found)


def test_a_gateway_without_key_is_described_as_fine() -> None:
    connection = GoModelConnection(
        name="g", base_url="http://localhost:8080", poll=GoModelConnection.default_poll
    )

    place = describe_key_source(connection, {})
    assert place == KeyPlace(False, "no key (none is needed for an open gateway)")


def test_a_secret_does_not_show_itself() -> None:
    key = FoundKey.of("sk-canary-0123456789", "variable X")

    for shown in (repr(key), str(key), f"{key.secret}", repr([key.secret])):
        assert "canary" not in shown
    assert repr(key.secret) == "Secret(…)"
    with pytest.raises(TypeError, match=r"^a Secret is not pickled$"):
        pickle.dumps(Secret("sk-canary"))


@pytest.mark.parametrize(("key", "end"), [("a" * 8 + "wxyz", "wxyz"), ("a" * 7 + "wxyz", "")])
def test_of_a_short_key_not_even_the_end_is_told(key: str, end: str) -> None:
    assert FoundKey.of(key, "variable X").last4 == end


async def test_a_static_source_finds_its_key_or_none() -> None:
    key = await static_key_source("demo-key")()

    assert key is not None
    assert key.secret.reveal() == "demo-key"
    assert key.source == "the demo"
    assert await static_key_source(None)() is None
