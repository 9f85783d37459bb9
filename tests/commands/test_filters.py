"""Filters on the command line: the same language as in the app, and where it is wrong."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Desk, call
from tui.commands.arguments import build_parser
from tui.commands.headless import run_command
from tui.errors import QueryError


async def found(desk: Desk, query: str, *, ref: str | None = None) -> list[dict[str, Any]]:
    session = desk.session(offline=True)
    if ref is None:
        await call(session, "runs", "--format=json", "--", query)
    else:
        await call(session, "rows", "--format=json", ref, "--", query)
    told: list[dict[str, Any]] = json.loads(desk.out.getvalue())
    return told


async def test_runs_are_those_that_a_script_would_pick_from_the_json(desk: Desk) -> None:
    await call(desk.session(), "runs", "--format=json")
    every = json.loads(desk.out.getvalue())
    wanted: dict[str, Callable[[dict[str, Any]], bool]] = {
        "status:completed": lambda run: run["status"] == "completed",
        "provider:weave or kind:batch": lambda run: (
            run["provider"] == "weave" or run["kind"] == "batch"
        ),
        "not status:completed": lambda run: run["status"] != "completed",
        "pass_rate<85%": lambda run: run["pass_rate"] is not None and run["pass_rate"] < 0.85,
        "-pass_rate<85%": lambda run: run["pass_rate"] is not None and run["pass_rate"] >= 0.85,
        "pass_rate:none": lambda run: run["pass_rate"] is None,
        "criteria:helpful": lambda run: "helpful" in [one["name"] for one in run["criteria"]],
        "counts.errored>0": lambda run: (run["counts"]["errored"] or 0) > 0,
        "connection~^(docs|gateway)$": lambda run: run["connection"] in ("docs", "gateway"),
    }
    for query, picks in wanted.items():
        expected = [run["ref"] for run in every if picks(run)]
        assert 0 < len(expected) < len(every), query
        assert [run["ref"] for run in await found(desk, query)] == expected, query


async def test_rows_are_those_that_a_script_would_pick_from_the_json(desk: Desk) -> None:
    await call(desk.session("prod"), "runs", "--format=json")
    runs = json.loads(desk.out.getvalue())
    ref = next(run["ref"] for run in runs if "canary" in (run["name"] or ""))
    desk.clock.advance(600)
    await call(desk.session(), "rows", "--format=json", ref)
    every = json.loads(desk.out.getvalue())
    tokens = sorted(row["usage"]["total_tokens"] for row in every if row["usage"])
    middle = tokens[len(tokens) // 2]
    criterion = next(iter(every[0]["criteria"]))
    wanted: dict[str, Callable[[dict[str, Any]], bool]] = {
        "outcome:failed": lambda row: row["outcome"] == "failed",
        f"tokens>={middle}": lambda row: (
            row["usage"] is not None and row["usage"]["total_tokens"] >= middle
        ),
        f'criteria."{criterion}".passed:true': lambda row: (
            row["criteria"].get(criterion, {}).get("passed") is True
        ),
    }
    for query, picks in wanted.items():
        expected = [row["key"] for row in every if picks(row)]
        assert 0 < len(expected) < len(every), query
        assert [row["key"] for row in await found(desk, query, ref=ref)] == expected, query


async def test_a_broken_filter_is_told_before_anybody_is_asked(desk: Desk) -> None:
    for query in ("status:", "nope:1"):
        with pytest.raises(QueryError):
            await call(desk.session(), "runs", "--format=json", "--", query)
        with pytest.raises(QueryError):
            await call(desk.session(), "rows", "--format=json", "prod/x", "--", query)
    assert desk.out.getvalue() == ""
    assert all(link.budget.left() > 0 for link in desk.services.links.values())
    assert desk.services.store.counts()["runs"] == 0


def run(tmp_path: Path, command: str, *words: str) -> tuple[int, str, str]:
    file = tmp_path / "config.toml"
    file.write_text("[connections.a]\nprovider = 'openai'\n")
    out, err = io.StringIO(), io.StringIO()
    code = run_command(
        build_parser().parse_args([command, "--config", str(file), "--offline", *words]),
        environ={"EVALTOP_DATA_DIR": str(tmp_path / "data")},
        out=out,
        err=err,
    )
    return code, out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("live:true", "statsu:running"),
            (
                "evaltop: There is no field “statsu”; did you mean status?\n"
                "  live:true statsu:running\n"
                "            ^^^^^^\n"
            ),
        ),
        (
            ("東京 age<2",),
            (
                "evaltop: A time with a unit is wanted here: s m h d w, such as 90m or 2d.\n"
                "  東京 age<2\n"
                "           ^\n"
            ),
        ),
        (
            ("(a",),
            "evaltop: This ( is not closed.\n  (a\n  ^\n",
        ),
        (
            ("status:",),
            "evaltop: A value must follow “status:”.\n  status:\n         ^\n",
        ),
        (
            ("a\x1b[2J\tname<3",),
            "evaltop: name is compared by : != ~ and not by <.\n  a␛[2J name<3\n        ^^^^\n",
        ),
    ],
)
def test_a_mistake_is_pointed_at(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    assert run(tmp_path, "runs", *words) == (64, "", told)


def test_a_filter_may_begin_with_a_minus_after_two_of_them(tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "runs", "--format", "json", "--", "-status:failed")
    assert (code, out, err) == (0, "[]\n", "No run matches.\n")
