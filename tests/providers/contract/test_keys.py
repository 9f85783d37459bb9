"""What every provider does with keys and with ids that are not what they seem."""

from contextlib import suppress
from dataclasses import replace

import pytest

from tests.providers.contract.case import Site
from tests.providers.contract.test_answers import stocked
from tui.errors import AuthError, KeyMissingError, ProviderError

OTHER_KEY = "sk-other-0123456789abcdefghij"


async def test_a_wrong_key_is_told_with_its_source_and_ends_77(site: Site) -> None:
    other = stocked(Site(site.case, key=OTHER_KEY))
    with pytest.raises(AuthError) as caught:
        await other.walk_runs()
    assert caught.value.exit_code == 77
    assert OTHER_KEY not in caught.value.sentence()
    assert "test" in caught.value.remedy


async def test_without_a_key_nothing_is_sent(site: Site) -> None:
    keyless = stocked(Site(site.case, key=None))
    if site.case.key_optional:
        with pytest.raises(AuthError):
            await keyless.walk_runs()
        assert "authorization" not in keyless.world.requests[0].headers
        return
    with pytest.raises(KeyMissingError) as caught:
        await keyless.walk_runs()
    assert caught.value.exit_code == 77
    assert caught.value.remedy
    assert keyless.world.requests == []


async def test_the_key_stands_in_one_header_only(site: Site) -> None:
    stocked(site, rows=1)
    await site.walk_rows(await site.get())
    await site.walk_runs()
    for request in site.world.requests:
        holding = [
            name
            for name, value in request.headers.items()
            if name in ("authorization", "api-key", "x-api-key") and value
        ]
        assert len(holding) == 1
        assert str(site.world.key) not in str(request.url)
        assert str(site.world.key) not in request.content.decode()


HOSTILE_IDS = ["a/../../b?c=d#e", "..", "https://elsewhere.example/x", "%2e%2e", "a\r\nHost: b"]


@pytest.mark.parametrize("hostile", HOSTILE_IDS)
async def test_an_id_cannot_leave_its_place_in_the_address(site: Site, hostile: str) -> None:
    site.runs = [{**site.case.run(0), "id": hostile}]
    (run,), _ = await site.walk_runs()
    home = site.world.requests[0].url.host
    asked = len(site.world.requests)
    with suppress(ProviderError):
        await site.provider.get_run(run.ref)
    for request in site.world.requests[asked:]:
        path = request.url.raw_path.partition(b"?")[0]
        assert request.url.host == home
        assert request.headers["host"].partition(":")[0] == home
        assert b".." not in path.split(b"/")
        assert "c" not in request.url.params


async def test_a_run_of_another_place_is_not_there(site: Site) -> None:
    run = await stocked(site).get()
    gone = replace(run.ref, path=f"{run.ref.path}9")
    with pytest.raises(ProviderError) as caught:
        await site.provider.get_run(gone)
    assert caught.value.exit_code == 66
