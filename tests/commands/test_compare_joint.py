"""`compare` on runs of one Weave project: what Weave says of them stands beside what we say."""

import json

from tests.commands.conftest import Desk, call

PINE, RIVER = "team-weave/quiet-pine", "team-weave/amber-river"


async def compare(desk: Desk, *words: str, offline: bool = False) -> str:
    desk.out.seek(0)
    desk.out.truncate()
    assert await call(desk.session(offline=offline), "compare", *words) == 0
    return desk.out.getvalue()


async def test_weave_is_asked_of_all_its_runs_at_once(desk: Desk) -> None:
    text = await compare(desk, PINE, RIVER)
    assert "weave counts the same 80 common rows; 4 of 6 statistics of scorers are the same" in text
    told = "≠ B correct.passed: 188 of 240 passed here, 187 of 238 passed by weave"
    assert f"{told}, which leaves out trials that broke" in text
    record = json.loads(await compare(desk, PINE, RIVER, "--format", "json", offline=True))
    joint = record["joint"]
    assert joint["rows"] == record["coverage"]["matched"] == 80
    assert (joint["current"], joint["same_rows"]) == (True, True)
    assert [run["run"] for run in joint["runs"]] == record["runs"]
    assert [each["name"] for each in joint["differences"]] == ["correct.passed", "close"]


async def test_other_common_rows_are_named(desk: Desk) -> None:
    text = await compare(desk, PINE, RIVER, "--key", "item.language")
    assert "≠ weave counts 80 common rows, but 0 are matched by item.language" in text


async def test_who_is_not_all_of_one_project_is_not_asked(desk: Desk) -> None:
    found = await compare(desk, PINE, "azure-eu/eu-prompt", "--format", "json")
    assert json.loads(found)["joint"] is None
