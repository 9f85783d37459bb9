"""Keys stay home: a second origin on another port records what reaches it, over real sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.clock import FakeClock
from tests.providers.contract.case import Site
from tests.providers.contract.test_answers import stocked
from tests.providers.http_client.loopback import (
    Asked,
    Behaviour,
    Loopback,
    Writer,
    answer,
    loopback,
)
from tests.providers.wiring import CANARY
from tui.credentials import static_key_source
from tui.errors import ProviderError, RejectedError
from tui.providers.connecting import IN_FLIGHT
from tui.providers.http import ClientContext
from tui.providers.registry import make_provider

TEMPTING = (
    "url",
    "report_url",
    "next",
    "next_page",
    "next_url",
    "href",
    "check_url",
    "request_check_url",
    "download_url",
    "output_url",
    "results_url",
    "links",
)
"""Names under which APIs tell where to go on."""


def tempted(value: Any, thief: str) -> Any:
    """Return an answer in which every address, and every object, points to the thief."""
    if isinstance(value, dict):
        lures = dict.fromkeys(TEMPTING, f"{thief}/v1/stolen?key=1")
        return {**lures, **{key: tempted(item, thief) for key, item in value.items()}}
    if isinstance(value, list):
        return [tempted(item, thief) for item in value]
    if isinstance(value, str) and value.startswith(("http:", "https:")):
        return f"{thief}/v1/stolen"
    return value


def rewritten(response: httpx.Response, thief: str) -> bytes:
    """Return a response as bytes on the wire, with all the lures in it."""
    text = response.text
    try:
        text = json.dumps(tempted(json.loads(text), thief))
    except ValueError:
        with suppress(ValueError):
            text = "\n".join(
                json.dumps(tempted(json.loads(line), thief)) for line in text.splitlines()
            )
    return answer(
        text.encode(),
        f"{response.status_code} X",
        f"link: <{thief}/v1/next>; rel=next",
        f"content-location: {thief}/v1/here",
        f"refresh: 0; url={thief}/",
    )


@asynccontextmanager
async def at_home(site: Site, thief: str, redirect: bytes | None = None) -> AsyncIterator[Loopback]:
    """Serve a case's answers on a port of its own, and let the site's provider ask there."""

    async def behave(asked: Asked, writer: Writer) -> None:
        if redirect is not None and len(home.asked) > site.asked_before:
            writer.write(redirect)
            return
        method, target, _ = asked.line.split(" ", 2)
        request = httpx.Request(
            method, f"{origin(home)}{target}", headers=asked.headers, content=asked.body
        )
        writer.write(rewritten(site.case.answer(request, site), thief))

    behaviour: Behaviour = behave
    async with loopback(behaviour) as home:
        path = httpx.URL(site.case.config.base_url).path.rstrip("/")
        config = replace(site.case.config, base_url=f"{origin(home)}{path}")
        context = ClientContext(clock=FakeClock(), key=static_key_source(CANARY))
        site.provider = make_provider(config, context)
        try:
            yield home
        finally:
            await site.provider.aclose()


def origin(server: Loopback) -> str:
    return f"http://127.0.0.1:{server.port}"


async def everything(site: Site) -> None:
    """Ask for all there is: lists, a run, its rows, each trial, and the test request."""
    await site.walk_runs()
    async for _ in site.provider.iter_sources():
        pass
    run = await site.get()
    rows, _, _ = await site.walk_rows(run)
    assert rows
    for row in rows:
        for trial in row.trials:
            await site.provider.trial_detail(run, row, trial)
    await site.provider.probe()


async def no_thanks(_asked: Asked, writer: Writer) -> None:
    writer.write(answer(b"{}"))


def sent_keys(server: Loopback) -> list[str]:
    """Return the headers in which a key was sent."""
    names = ("authorization", "api-key", "x-api-key")
    return [one.headers[name] for one in server.asked for name in names if name in one.headers]


async def test_no_address_of_an_answer_is_ever_asked(site: Site) -> None:
    stocked(site, runs=3, rows=3)
    async with loopback(no_thanks) as thief, at_home(site, origin(thief)) as home:
        with suppress(ProviderError):  # a trial's own requests may find nothing
            await everything(site)
        assert home.asked
        assert sent_keys(home), "the key is used at home"
        assert thief.asked == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("after", [0, 1, 2])
async def test_no_redirect_is_followed(site: Site, status: int, after: int) -> None:
    stocked(site, runs=2, rows=2)
    site.asked_before = after
    async with loopback(no_thanks) as thief:
        target = f"location: {origin(thief)}/v1/evals"
        async with at_home(site, origin(thief), answer(b"", f"{status} X", target)) as home:
            with pytest.raises(RejectedError) as caught:
                await everything(site)
            assert "redirects are not followed" in caught.value.message
            # Some ask for several things at the same time.
            assert len(home.asked) <= after + IN_FLIGHT
        assert thief.asked == []


@pytest.mark.parametrize(
    "target", ["//127.0.0.1:{port}/x", "/v1/elsewhere", "http://a:b@127.0.0.1:{port}/", "file:///"]
)
async def test_nor_any_other_form_of_one(site: Site, target: str) -> None:
    stocked(site)
    async with loopback(no_thanks) as thief:
        location = f"location: {target.format(port=thief.port)}"
        async with at_home(site, origin(thief), answer(b"", "302 X", location)) as home:
            with pytest.raises(RejectedError):
                await site.walk_runs()
            assert len(home.asked) == 1
        assert thief.asked == []
