"""`runs`, `show` and `rows` over all five providers."""

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Desk, call
from tui.commands.arguments import build_parser
from tui.commands.headless import tell
from tui.commands.reference import resolve
from tui.errors import AuthError, MissingError, NotFoundError, UsageError
from tui.presentation.records import ROW_FIELDS, RUN_FIELDS, TRIAL_FIELDS
from tui.providers.base import RunPage


def words(form: str, query: str = "", **flags: Any) -> list[str]:
    """Return the flags of a reading command as they are written."""
    found = [f"--format={form}"]
    for name, value in flags.items():
        if value is True:
            found.append(f"--{name}")
        elif value not in (None, False, ()):
            found.append(f"--{name}={','.join(value) if isinstance(value, tuple) else value}")
    return [*found, *([query] if query else [])]


async def runs(desk: Desk, *chosen: str, form: str = "json", **more: Any) -> int:
    offline = more.pop("offline", False)
    return await call(desk.session(*chosen, offline=offline), "runs", *words(form, **more))


async def rows(desk: Desk, ref: str, *, form: str = "json", **more: Any) -> int:
    offline = more.pop("offline", False)
    return await call(desk.session(offline=offline), "rows", ref, *words(form, **more))


async def test_every_providers_runs_come_in_one_list_newest_first(desk: Desk) -> None:
    assert await runs(desk) == 0
    told = json.loads(desk.out.getvalue())
    assert {run["connection"] for run in told} == set(desk.services.links)
    assert {run["provider"] for run in told} == {
        "openai",
        "azure-openai",
        "weave",
        "datalab",
        "gomodel",
    }
    assert {run["kind"] for run in told} == {"eval", "batch"}
    begun = [run["started_at"] or run["created_at"] for run in told]
    assert begun == sorted(begun, reverse=True)
    assert all(tuple(run) == RUN_FIELDS for run in told)
    assert all(run["stale"] is False for run in told)
    assert desk.err.getvalue() == ""


async def test_what_is_not_confirmed_has_its_age(desk: Desk) -> None:
    told = "From the store, not confirmed now: "
    await runs(desk)
    desk.clock.advance(3600)
    await call(desk.session(), "show", "docs/4706")
    assert told not in desk.err.getvalue()
    desk.clock.advance(7200)
    ref, other = "docs/4706", "docs/4704"
    await runs(desk, offline=True, query="connection:docs")
    assert f"{told}10 runs, data 2h to 3h old." in desk.err.getvalue()
    await call(desk.session(offline=True), "show", ref)
    assert f"{told}1 run, data 2h old." in desk.err.getvalue()
    await rows(desk, other, offline=True)
    assert f"{told}1 run, data 3h old." in desk.err.getvalue()
    await rows(desk, other)
    assert told not in desk.err.getvalue()
    await rows(desk, ref)
    await call(desk.session(offline=True), "compare", ref, other)
    assert f"{told}2 runs, data <1m old." in desk.err.getvalue()


async def test_a_list_offline_asks_nobody_and_is_stale(desk: Desk) -> None:
    await runs(desk)
    online = json.loads(desk.out.getvalue())
    for link in desk.services.links.values():
        spent = link.budget.left()
        assert await runs(desk, offline=True) == 0
        assert link.budget.left() == spent
    told = json.loads(desk.out.getvalue())
    assert [run["ref"] for run in told] == [run["ref"] for run in online]
    assert all(run["stale"] is True for run in told)


async def test_words_connections_and_limits_narrow_the_list(desk: Desk) -> None:
    assert await runs(desk, "prod", "docs", query="nightly") == 0
    told = json.loads(desk.out.getvalue())
    assert told
    assert {run["connection"] for run in told} <= {"prod", "docs"}
    assert all("nightly" in json.dumps(run).lower() for run in told)
    assert await runs(desk, limit=2, form="jsonl") == 0
    assert len(desk.out.getvalue().splitlines()) == 2
    assert "2 of " in desk.err.getvalue()


async def test_tables_csv_and_markdown_hold_the_same_runs(desk: Desk) -> None:
    fields = ("ref", "status", "counts.done")
    await runs(desk, form="json", fields=fields)
    told = json.loads(desk.out.getvalue())
    assert all(tuple(run) == fields for run in told)
    await runs(desk, form="csv", fields=fields, offline=True)
    lines = list(csv.reader(io.StringIO(desk.out.getvalue())))
    assert lines[0] == list(fields)
    assert [line[0] for line in lines[1:]] == [run["ref"] for run in told]
    await runs(desk, form="md", fields=fields, offline=True)
    assert desk.out.getvalue().count("\n") == len(told) + 2
    await runs(desk, form="table", fields=fields, offline=True)
    table = desk.out.getvalue().splitlines()
    assert table[0].split() == ["REF", "STATUS", "DONE"]
    assert [line.split()[0] for line in table[1:]] == [run["ref"] for run in told]


async def test_a_refused_key_names_its_connection_and_leaves_the_others(locked_desk: Desk) -> None:
    assert await runs(locked_desk) == 77
    told = json.loads(locked_desk.out.getvalue())
    assert "prod" in {run["connection"] for run in told}
    assert "docs" not in {run["connection"] for run in told}
    story = locked_desk.err.getvalue()
    assert story.startswith("docs: ")
    assert "canary" not in story


async def test_a_run_is_shown_with_everything_it_has(desk: Desk) -> None:
    await runs(desk, "prod", query="nightly prompt")
    told = json.loads(desk.out.getvalue())
    ref = next(run["ref"] for run in told if run["status"] == "completed")
    assert await call(desk.session(), "show", ref, "--format=json") == 0
    (run,) = json.loads(desk.out.getvalue())
    assert {criterion["name"] for criterion in run["criteria"]} == {"correct", "polite", "helpful"}
    assert run["config"]["data_source"]
    assert await call(desk.session(), "show", ref, "--format=table") == 0
    assert f"ref         {ref}\n" in desk.out.getvalue()


@pytest.mark.parametrize(
    ("connection", "words", "outcomes"),
    [
        ("prod", "canary", {"passed", "failed"}),
        ("azure-eu", "schema v5", {"passed", "failed"}),
        ("foundry", "agent v7", {"passed", "failed"}),
        ("team-weave", "amber-river", {"passed", "failed"}),
        ("docs", "sections", {"ungraded", "errored"}),
        ("gateway", "faq-on-haiku", {"ungraded", "errored"}),
    ],
)
async def test_rows_of_every_provider_come_with_their_trials(
    desk: Desk, connection: str, words: str, outcomes: set[str]
) -> None:
    await runs(desk, connection)
    told = json.loads(desk.out.getvalue())
    run = (
        next(run for run in told if words in json.dumps([run["name"], run["metadata"]]))
        if (connection != "docs")
        else next(run for run in told if run["config"]["pipeline_type"] == "segment")
    )
    desk.clock.advance(600)
    assert await rows(desk, run["ref"], trials=True) == 0
    found = json.loads(desk.out.getvalue())
    assert found
    assert all(tuple(row) == (*ROW_FIELDS, "trials") for row in found)
    assert all(tuple(trial) == TRIAL_FIELDS for row in found for trial in row["trials"])
    assert all(row["trials_n"] == len(row["trials"]) for row in found)
    assert {row["outcome"] for row in found} & outcomes
    assert len({row["key"] for row in found}) == len(found)


async def test_a_reference_may_be_an_id_a_name_or_a_prefix(desk: Desk) -> None:
    await runs(desk, "docs")
    first = json.loads(desk.out.getvalue())[0]
    session = desk.session()
    assert str((await resolve(session, f"docs/{first['id']}")).run.ref) == first["ref"]
    assert str((await resolve(session, "team-weave/amber-river")).run.ref).startswith("team-weave/")
    with pytest.raises(NotFoundError) as caught:
        await resolve(session, "prod/evalrun_")
    candidates = caught.value.candidates
    assert len(candidates) > 10
    assert caught.value.exit_code == 66
    tell(caught.value, desk.err)
    told = desk.err.getvalue().splitlines()
    assert f"{len(candidates)} runs" in told[-12]
    assert told[-11:-1] == [f"  {ref}" for ref in candidates[:10]]
    assert told[-1] == f"  and {len(candidates) - 10} more"
    with pytest.raises(NotFoundError):
        await resolve(session, "prod/there-is-no-such-run")


async def test_a_run_never_listed_before_is_asked_by_its_reference(desk: Desk) -> None:
    session = desk.session()
    stored = await resolve(session, "docs/4701")
    assert stored.run.id == "4701"
    assert session.services.links["prod"].budget.left() == 60


async def test_an_unreachable_run_is_the_failures_own_error(locked_desk: Desk) -> None:
    with pytest.raises(AuthError):
        await resolve(locked_desk.session(), "docs/4701")


async def test_rows_offline_tell_what_is_stored(desk: Desk) -> None:
    await runs(desk, "docs")
    assert await rows(desk, "docs/4704") == 0
    online = json.loads(desk.out.getvalue())
    assert await rows(desk, "docs/4704", offline=True) == 0
    assert json.loads(desk.out.getvalue()) == online
    assert await rows(desk, "docs/4704", offline=True, limit=1, form="csv") == 0
    assert "1 of 60 rows" in desk.err.getvalue()


async def test_hostile_text_is_exact_in_json_and_harmless_elsewhere(desk: Desk) -> None:
    await runs(desk, "docs")
    assert await rows(desk, "docs/4701", trials=True) == 0
    text = desk.out.getvalue()
    assert text.isascii()
    assert all(char.isprintable() or char == "\n" for char in text)
    for form in ("table", "csv", "md"):
        await rows(desk, "docs/4701", form=form, offline=True)
        shown = desk.out.getvalue()
        assert "\x1b" not in shown
        assert not any(0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E for char in shown)


async def test_one_mistake_of_a_connection_is_told_once(locked_desk: Desk) -> None:
    with pytest.raises(AuthError):
        await rows(locked_desk, "docs/4701")
    assert locked_desk.err.getvalue().count("the key was refused") == 1


async def test_a_list_that_is_not_there_is_an_unavailable_provider(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.session("docs")
    sync = await desk.services.links["docs"].sync()

    async def gone(*_source: object, **_how: object) -> RunPage:
        raise MissingError("docs: it is not there (404)")

    monkeypatch.setattr(sync.provider, "list_runs", gone)
    assert await call(session, "runs", "--format=json") == 69
    assert desk.err.getvalue() == "docs: it is not there (404)\n"


async def test_criteria_tell_how_many_trials_there_are(desk: Desk) -> None:
    assert await call(desk.session(), "show", "team-weave/amber-river", "--format=json") == 0
    (run,) = json.loads(desk.out.getvalue())
    told = {one["name"]: (one["n"], one["trial_count"]) for one in run["criteria"]}
    assert told["mentions-policy"] == (238, 240)


async def test_usage_of_a_model_nobody_names_has_no_name(desk: Desk) -> None:
    await runs(desk, "gateway")
    told = [usage for run in json.loads(desk.out.getvalue()) for usage in run["usage"]]
    assert {usage["model"] for usage in told} == {None}


@pytest.mark.parametrize("form", ["csv", "md", "table"])
async def test_trials_are_a_column_of_tables_too(desk: Desk, form: str) -> None:
    assert await rows(desk, "docs/4701", form=form, limit=1, trials=True) == 0
    assert "trials" in desk.out.getvalue().splitlines()[0].lower().replace("trials n", "")
    assert ("longer than the table shows" in desk.err.getvalue()) is (form == "table")


async def test_rows_that_were_never_fetched_are_not_silently_none(desk: Desk) -> None:
    await runs(desk, "docs")
    assert await rows(desk, "docs/4704", offline=True) == 0
    assert json.loads(desk.out.getvalue()) == []
    assert "never been fetched" in desk.err.getvalue()


@pytest.mark.parametrize(
    ("written", "dest", "read"),
    [
        ("rows prod/a --offline outcome:failed score<1", "query", ["outcome:failed", "score<1"]),
        ("runs status:failed --limit 3 age<2d", "query", ["status:failed", "age<2d"]),
        ("search two --in output words", "text", ["two", "words"]),
        ("keep a --no b", "refs", ["a", "b"]),
        ("export a --out x b", "ref", ["a", "b"]),
        ("import a.json --name x b.json", "file", [Path("a.json"), Path("b.json")]),
        ("runs --offline -- -refund", "query", ["-refund"]),
    ],
)
def test_flags_may_stand_between_the_words_of_a_list(
    written: str, dest: str, read: list[object]
) -> None:
    assert getattr(build_parser().parse_args(written.split()), dest) == read


@pytest.mark.parametrize("written", ["show a b", "rows a --nobody q", "config path x"])
def test_what_belongs_to_no_list_is_wrong_usage(written: str) -> None:
    with pytest.raises(UsageError):
        build_parser().parse_args(written.split())


async def test_an_answer_without_records_says_so(desk: Desk) -> None:
    await runs(desk, form="table", query="name:nobody")
    assert desk.err.getvalue() == "No run matches.\n"
    await rows(desk, "docs/4706", form="table", query="label:nobody")
    assert "No row matches.\n" in desk.err.getvalue()
    await call(desk.session(), "search", "zzqqy")
    assert "Nothing that is stored says that.\n" in desk.err.getvalue()


async def test_who_is_waited_for_is_told_when_that_takes_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = asyncio.Event()

    class Heard(io.StringIO):
        def write(self, text: str) -> int:
            told.set()
            return super().write(text)

    desk.err = Heard()
    sync = await desk.services.links["docs"].sync()
    listed = sync.everything

    async def slow() -> Any:
        await told.wait()
        return await listed()

    monkeypatch.setattr(sync, "everything", slow)
    session = desk.session()
    told.clear()
    monkeypatch.setattr("tui.commands.session.SLOW_S", 0.0)
    links = [desk.services.links["docs"]]
    await session.list_everything(links)
    assert desk.err.getvalue() == "Still asking docs …\n"
