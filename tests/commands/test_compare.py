"""`compare` over the simulated world."""

import json

import pytest

from tests.commands.conftest import Desk, call
from tui.errors import NotFoundError, UsageError

V1, V2 = "prod/nightly, prompt v1", "prod/nightly, prompt v2"


async def compare(desk: Desk, *words: str, offline: bool = False) -> int:
    return await call(desk.session(offline=offline), "compare", *words)


async def test_two_runs_of_an_eval(desk: Desk) -> None:
    assert await compare(desk, V1, V2) == 0
    told = desk.out.getvalue()
    assert "400 matched · 0 only in A · 0 only in B; matched by key" in told
    assert "Better by " in told
    assert await compare(desk, V2, V1, "--format", "json", offline=True) == 0
    record = json.loads(desk.out.getvalue())
    assert record["pairs"][0]["verdict"] == "worse"


async def test_a_batch_a_weave_evaluation_and_an_azure_run_line_up(desk: Desk) -> None:
    await call(desk.session("gateway"), "runs", "metadata.job:faq-on-haiku", "--format", "json")
    batch = json.loads(desk.out.getvalue())[0]["ref"]
    refs = ("team-weave/quiet-pine", "azure-eu/eu-prompt", batch)
    assert await compare(desk, *refs, "--format", "json") == 0
    record = json.loads(desk.out.getvalue())
    assert record["key"] == "item.id"
    assert record["coverage"]["matched"] >= 78
    assert len(record["pairs"]) == 2


async def test_one_run_is_compared_with_the_one_before_or_its_baseline(desk: Desk) -> None:
    assert await compare(desk, V2) == 0
    assert "the comparable run before it" in desk.err.getvalue()
    store = desk.services.store
    (canary,) = [s for s in store.find_runs("canary", ["prod"]) if s.run.name == "canary"]
    store.joining.set_baseline(canary.run, marked=True)
    assert await compare(desk, V2, offline=True) == 0
    assert f"Compared with {canary.run.ref}, the baseline of its group." in desk.err.getvalue()


async def test_markdown_and_a_key_that_is_remembered(desk: Desk) -> None:
    assert await compare(desk, V1, V2, "--key", "input", "--format", "md") == 0
    assert "matched by input: you chose it" in desk.out.getvalue()
    assert "| overall |" in desk.out.getvalue()
    assert await compare(desk, V1, V2, offline=True) == 0
    assert "it was chosen for these groups before" in desk.out.getvalue()


async def test_wrong_usage_is_told(desk: Desk) -> None:
    with pytest.raises(UsageError, match="cannot be compared with itself"):
        await compare(desk, V1, V1)
    with pytest.raises(UsageError, match="names no field"):
        await compare(desk, V1, V2, "--key", "colour")
    with pytest.raises(UsageError, match="At most 8"):
        await compare(desk, *([V1] * 9))
    with pytest.raises(UsageError, match="Argument --margin: it must be between 0 and 1"):
        await compare(desk, V1, V2, "--margin", "x")
    with pytest.raises(NotFoundError):
        await compare(desk, V1, "prod/nothing-like-it")
