"""`keep`: rows that stay."""

import pytest

from tests.commands.conftest import Desk, call
from tui.errors import NotFoundError
from tui.store import RunQuery


def kept(desk: Desk) -> set[str]:
    view = desk.services.store.runs(RunQuery())
    return {str(stored.run.ref) for stored in view.fetch(0, view.count()) if stored.kept}


async def test_runs_are_kept_and_let_go(desk: Desk) -> None:
    await call(desk.session(), "runs", "--format=json")
    view = desk.services.store.runs(RunQuery())
    refs = [str(stored.run.ref) for stored in view.fetch(0, 2)]
    assert await call(desk.session(), "keep", "--offline", *refs) == 0
    assert desk.out.getvalue().splitlines() == [f"{ref}  kept" for ref in refs]
    assert kept(desk) == {*refs}
    assert await call(desk.session(), "keep", "--no", refs[0]) == 0
    assert desk.out.getvalue() == f"{refs[0]}  may be evicted\n"
    assert kept(desk) == {refs[1]}


async def test_one_that_is_not_there_keeps_none(desk: Desk) -> None:
    await call(desk.session(), "runs", "--format=json")
    ref = str(desk.services.store.runs(RunQuery()).fetch(0, 1)[0].run.ref)
    with pytest.raises(NotFoundError):
        await call(desk.session(), "keep", "--offline", ref, "prod/nowhere")
    assert kept(desk) == set()
