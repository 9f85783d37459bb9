"""Every provider against every behaviour of a bad server, over real sockets."""

import asyncio
import base64
import traceback
from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.faulty.behaviours import BAD, EITHER, GOOD, HANGING, Behaviour
from tests.faulty.fast_loop import TIMES, FastLoop
from tests.faulty.server import FaultyServer
from tests.providers.contract.case import Case, Site
from tests.providers.contract.conftest import CASES
from tests.providers.wiring import CANARY
from tui.errors import ProviderError
from tui.providers.retry import TRIES

DEADLINE_S = 60.0
"""The longest deadline of one attempt."""
SLACK_S = 0.5
"""By how much an attempt may outlast its deadline."""
SECRETS = (CANARY, base64.b64encode(f"api:{CANARY}".encode()).decode())

Ask = Callable[[Site], Awaitable[object]]


async def ask_list(site: Site) -> object:
    return await site.walk_runs()


async def ask_run(site: Site) -> object:
    return await site.get()


async def ask_rows(site: Site) -> object:
    return await site.walk_rows(await site.get())


async def ask_probe(site: Site) -> object:
    return (await site.provider.probe()).ok


ASKS: tuple[Ask, ...] = (ask_list, ask_run, ask_rows, ask_probe)
HEAVY = {"a bomb", "an item of 12 MiB", "deep objects", "deeper than any"}
"""Megabytes for every answer: only the list is asked for."""


def assert_typed(what: str, error: ProviderError) -> None:
    """A sentence on one line, nothing of the key, no control character."""
    told = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert not any(secret in told for secret in SECRETS), what
    assert error.message, what
    assert error.sentence().isprintable(), what


async def answer_of(what: str, ask: Ask, site: Site) -> object:
    """Return the answer, or the typed error."""
    try:
        return await ask(site)
    except ProviderError as error:
        assert_typed(what, error)
        return error


async def ask_all(
    case: Case, behaviour: Behaviour, asks: Sequence[Ask], *, well: bool | None
) -> None:
    """Ask everything of one provider; `well`: whether it must answer rightly, None = it may."""
    server = FaultyServer(case, behaviour)
    async with server.asked() as site:
        right = [await ask(site) for ask in asks]
        server.sick = True
        for ask, wanted in zip(asks, right, strict=True):
            what = f"{case.name} {ask.__name__}"
            got = await answer_of(what, ask, site)
            failed = isinstance(got, ProviderError)
            assert well is None or failed is not well, f"{what}: {got}"
            assert not well or got == wanted, what
        server.sick = False
        assert await asks[0](site) == right[0], f"{case.name} afterwards"


async def every_provider(name: str, *, well: bool | None) -> None:
    behaviour = (GOOD | BAD | EITHER)[name]
    asks = ASKS[:1] if name in HEAVY else ASKS
    async with asyncio.TaskGroup() as group:
        for case in CASES:
            group.create_task(ask_all(case(), behaviour, asks, well=well))


def test_there_are_more_behaviours_than_promised() -> None:
    assert len(GOOD | BAD | EITHER | HANGING) >= 42
    assert len(GOOD) + len(BAD) + len(EITHER) + len(HANGING) == len(GOOD | BAD | EITHER | HANGING)


@pytest.mark.parametrize("name", GOOD)
async def test_what_can_be_read_is_read_and_what_passes_is_waited_for(name: str) -> None:
    await every_provider(name, well=True)


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_used_is_a_typed_error_and_the_next_answer_is_read(name: str) -> None:
    await every_provider(name, well=False)


@pytest.mark.parametrize("name", EITHER)
async def test_what_is_an_answer_to_some_is_an_answer_or_a_typed_error(name: str) -> None:
    await every_provider(name, well=None)


async def ask_in_time(case: Case, ask: Ask, behaviour: Behaviour) -> None:
    server = FaultyServer(case, behaviour)
    async with server.asked() as site:
        right = await ask(site)
        server.sick = True
        tried = len(server.requests)
        begun = asyncio.get_running_loop().time()
        with pytest.raises(ProviderError) as caught:
            await ask(site)
        took = asyncio.get_running_loop().time() - begun
        assert_typed(f"{case.name} {ask.__name__}", caught.value)
        tries = len(server.requests) - tried
        assert tries <= TRIES
        assert took <= tries * (DEADLINE_S + SLACK_S * TIMES)
        server.sick = False
        assert await ask(site) == right


@pytest.mark.parametrize("name", HANGING)
def test_what_hangs_ends_at_its_deadline(name: str) -> None:
    async def all_at_once() -> None:
        async with asyncio.TaskGroup() as group:
            for case in CASES:
                for ask in ASKS:
                    group.create_task(ask_in_time(case(), ask, HANGING[name]))

    with asyncio.Runner(loop_factory=FastLoop) as runner:
        runner.run(all_at_once())
