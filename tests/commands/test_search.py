"""`search`, and filters that ask what a trial says, headless."""

import json
from typing import Any

import pytest

from tests.commands.conftest import Desk, call
from tui.errors import NotFoundError, UsageError
from tui.presentation.records import HIT_FIELDS


@pytest.fixture
async def filled(desk: Desk) -> Desk:
    """A desk where the rows of one finished run were fetched."""
    await call(desk.session(), "runs", "--format=json")
    ended = [
        run
        for run in json.loads(desk.out.getvalue())
        if run["connection"] == "prod" and run["status"] == "completed" and run["kind"] == "eval"
    ]
    assert await call(desk.session(), "rows", ended[0]["ref"], "--trials", "--format=json") == 0
    return desk


def told(desk: Desk) -> list[dict[str, Any]]:
    return list(json.loads(desk.out.getvalue()))


def beginning(row: dict[str, Any]) -> str:
    """Return the first words of the last message a row's model wrote."""
    output = row["trials"][0]["output"]
    said = output if isinstance(output, str) else output[-1]["content"]
    return " ".join(said.split()[:3])


async def test_what_was_said_is_found_with_its_run_row_trial_and_text(filled: Desk) -> None:
    first = next(row for row in told(filled) if row["trials"][0]["output"])
    words = beginning(first)
    assert await call(filled.session(), "search", f'"{words}"', "--format=json") == 0
    found = [one for one in told(filled) if one["key"] == first["key"]]
    assert tuple(found[0]) == HIT_FIELDS
    assert found[0]["run"] == first["run"]
    assert found[0]["trial"] == first["trials"][0]["id"]
    assert found[0]["field"] == "output"
    assert found[0]["match"] == words
    assert words in found[0]["excerpt"]
    assert "have never been fetched whole" in filled.err.getvalue()


async def test_a_search_can_be_narrowed_cut_and_shown_as_a_table(filled: Desk) -> None:
    ref = told(filled)[0]["run"]
    await call(filled.session(), "search", "the", "--run", ref, "--format=json")
    everything = told(filled)
    assert {one["run"] for one in everything} == {ref}
    assert "never been fetched" not in filled.err.getvalue()
    await call(filled.session(), "search", "the", "--run", ref, "--in=input", "--format=json")
    assert {one["field"] for one in told(filled)} == {"input"}
    await call(filled.session(), "search", "the", "--run", ref, "--limit=2")
    assert len(filled.out.getvalue().splitlines()) == 3
    assert "Only the first 2 are shown" in filled.err.getvalue()
    other = next(name for name in filled.services.links if not ref.startswith(f"{name}/"))
    await call(filled.session(other), "search", "the", "--format=json")
    assert told(filled) == []


async def test_runs_and_rows_are_filtered_by_what_was_said(filled: Desk) -> None:
    rows = [row for row in told(filled) if row["trials"][0]["output"]]
    query = f'output:"{beginning(rows[0])}"'
    await call(filled.session(), "runs", query, "--offline", "--format=json")
    assert [run["ref"] for run in told(filled)] == [rows[0]["run"]]
    assert "have never been fetched whole" in filled.err.getvalue()
    await call(filled.session(), "rows", rows[0]["run"], query, "--offline", "--format=json")
    assert rows[0]["key"] in [row["key"] for row in told(filled)]
    share = filled.services.store.search.share()
    assert share.indexed == share.stored > 0


async def test_nobody_is_asked(filled: Desk) -> None:
    for link in filled.services.links.values():
        await link.aclose()
        link.budget.limit = 0
    assert await call(filled.session(), "search", "the", "--format=jsonl", "--fields=run") == 0
    assert filled.out.getvalue()


async def test_wrong_searches_are_told(filled: Desk) -> None:
    for words in (["?!"], ["x", "--in=body"], ["x", "--fields=no"]):
        with pytest.raises(UsageError):
            await call(filled.session(), "search", *words)
    with pytest.raises(NotFoundError):
        await call(filled.session(), "search", "x", "--run", "nothing-of-that-name")
    with pytest.raises(NotFoundError):
        await call(filled.session("nowhere"), "search", "x")
