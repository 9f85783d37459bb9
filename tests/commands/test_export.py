"""`evaltop export` over the simulated world."""

import csv
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.commands.conftest import Desk, call
from tui.commands.headless import tell
from tui.errors import DataError, NotFoundError, UsageError
from tui.exchange.exporting import IncompleteError
from tui.models import RunRef
from tui.polling.sync import Sync

RUN = "docs/4704"
STEM = "docs_4704"


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("ascii").splitlines()]


def sheet(file: Path) -> list[list[str]]:
    with file.open(newline="") as stream:
        return list(csv.reader(stream))


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def export(desk: Desk, out: Path, *words: str) -> int:
    session = desk.session(offline="--offline" in words)
    return await call(session, "export", *words, "--out", str(out))


async def test_a_run_is_written_whole_in_all_formats(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert await export(desk, out, RUN, "--format", "jsonl,csv,parquet") == 0
    assert names_in(out) == {
        "manifest.json",
        *(f"runs.{form}" for form in ("jsonl", "csv", "parquet")),
        *(f"{STEM}.rows.{form}" for form in ("jsonl", "csv", "parquet")),
        *(f"{STEM}.trials.{form}" for form in ("csv", "parquet")),
    }
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    rows = lines(out / f"{STEM}.rows.jsonl")
    assert len(rows) == 60
    assert await call(desk.session(offline=True), "rows", RUN, "--trials", "--format=json") == 0
    told = json.loads(desk.out.getvalue())
    by_key = {row["key"]: row for row in told}
    assert [{**by_key[row["key"]], "exact": row["exact"]} for row in rows] == rows
    keys = [row["key"] for row in rows]
    assert [line[1] for line in sheet(out / f"{STEM}.rows.csv")[1:]] == keys
    table = pq.read_table(out / f"{STEM}.rows.parquet")
    assert table.column("key").to_pylist() == keys
    assert table.column("score").to_pylist() == [row["score"] for row in rows]
    trials = pq.read_table(out / f"{STEM}.trials.parquet").to_pylist()
    assert [one["output"] and json.loads(one["output"]) for one in trials] == [
        trial["output"] for row in rows for trial in row["trials"]
    ]


async def test_the_manifest_counts_and_digests_every_file(desk: Desk, tmp_path: Path) -> None:
    assert await export(desk, tmp_path / "out", RUN) == 0
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    (run,) = told["runs"]
    assert (run["ref"], run["rows"], run["complete"], run["missing"]) == (RUN, 60, True, None)
    for file in told["files"]:
        data = (tmp_path / "out" / file["name"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), sha256(data).hexdigest())
        header = file["name"].endswith(".csv")
        assert file["records"] == data.count(b"\n") - header
    assert desk.err.getvalue().endswith(
        f"1 run, 60 rows and 60 trials written to {tmp_path / 'out'}.\n"
    )


async def test_hostile_texts_are_exact_in_jsonl_and_harmless_in_csv(
    desk: Desk, tmp_path: Path
) -> None:
    assert await export(desk, tmp_path / "out", "docs/4701") == 0
    for name in ("docs_4701.rows.csv", "docs_4701.trials.csv", "runs.csv"):
        text = (tmp_path / "out" / name).read_text()
        assert not any(char != "\n" and not char.isprintable() for char in text)
        for line in sheet(tmp_path / "out" / name):
            assert not any(cell.startswith(("=", "+", "@", "＝")) for cell in line)  # noqa: RUF001
    assert (tmp_path / "out" / "docs_4701.rows.jsonl").read_bytes().isascii()


async def test_criteria_are_columns(desk: Desk, tmp_path: Path) -> None:
    assert await export(desk, tmp_path / "out", "team-weave/amber-river", "--format", "csv") == 0
    (file,) = (tmp_path / "out").glob("*.rows.csv")
    header, *rows = sheet(file)
    column = header.index("mentions-policy.passed")
    assert {row[column] for row in rows} == {"true", "false"}


async def test_many_runs_are_chosen_by_a_filter(desk: Desk, tmp_path: Path) -> None:
    session = desk.session("docs")
    words = ("--runs", "status:completed", "--out", str(tmp_path / "out"), "--format", "jsonl")
    assert await call(session, "export", *words, "--partial") == 0
    runs = lines(tmp_path / "out" / "runs.jsonl")
    assert len(runs) > 1
    assert {run["status"] for run in runs} == {"completed"}
    assert {run["connection"] for run in runs} == {"docs"}
    assert len(list((tmp_path / "out").glob("*.rows.jsonl"))) == len(runs)


async def test_what_was_never_fetched_is_a_loud_failure(desk: Desk, tmp_path: Path) -> None:
    await call(desk.session("docs"), "runs")
    with pytest.raises(IncompleteError) as caught:
        await export(desk, tmp_path / "out", RUN, "--offline")
    assert caught.value.exit_code == 65
    assert "never been fetched" in caught.value.sentence()
    assert "--partial" in caught.value.sentence()
    assert names_in(tmp_path / "out") == set()
    assert await export(desk, tmp_path / "out", RUN, "--offline", "--partial") == 0
    assert "never been fetched" in desk.err.getvalue()
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert told["runs"][0]["complete"] is False


async def test_offline_writes_what_is_stored(desk: Desk, tmp_path: Path) -> None:
    assert await export(desk, tmp_path / "one", RUN, "--format", "jsonl") == 0
    assert await export(desk, tmp_path / "two", RUN, "--format", "jsonl", "--offline") == 0
    for name in (f"{STEM}.rows.jsonl", "runs.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


async def test_nothing_is_overwritten_without_force(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("mine")
    with pytest.raises(UsageError, match=r"already has manifest\.json"):
        await export(desk, tmp_path, RUN)
    assert names_in(tmp_path) == {"manifest.json"}
    assert (tmp_path / "manifest.json").read_text() == "mine"
    assert await export(desk, tmp_path, RUN, "--force") == 0
    assert json.loads((tmp_path / "manifest.json").read_text())["format"] == "evaltop-export"


async def test_rows_that_change_meanwhile_are_a_failure(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await export(desk, tmp_path / "one", RUN) == 0
    store = desk.services.store
    seen = store.whole_rows(RunRef("docs", "4704"))
    monkeypatch.setattr(store, "whole_rows", lambda _ref: seen)
    monkeypatch.setattr(type(seen), "unchanged", lambda _self: False)
    with pytest.raises(DataError, match="changed while"):
        await export(desk, tmp_path / "two", RUN, "--offline")
    assert names_in(tmp_path / "two") == set()


async def test_a_fetch_that_fails_writes_nothing_and_tells_why(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(_self: Sync, _run: object, _progress: object) -> None:
        raise DataError("unreachable")

    await call(desk.session("docs"), "runs")
    monkeypatch.setattr(Sync, "rows", refuse)
    with pytest.raises(DataError):
        await export(desk, tmp_path / "out", RUN)
    assert names_in(tmp_path / "out") == set()


async def test_no_choice_and_no_match_are_told(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to export"):
        await export(desk, tmp_path / "out")
    with pytest.raises(NotFoundError, match="No run matches"):
        await export(desk, tmp_path / "out", "--runs", "name:no-such-run")


async def test_parquet_without_its_library_says_how_to_get_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError) as caught:
        await export(desk, tmp_path / "out", RUN, "--format", "parquet")
    tell(caught.value, desk.err)
    assert "pipx install '.[parquet]'" in desk.err.getvalue()
    assert not (tmp_path / "out").exists()


async def test_an_unknown_format_is_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="some of jsonl, csv, parquet"):
        await export(desk, tmp_path / "out", RUN, "--format", "xlsx")


async def test_a_run_that_was_stopped_is_whole_with_the_rows_it_has(
    desk: Desk, tmp_path: Path
) -> None:
    desk.clock.advance(3600)
    await call(desk.session("prod"), "runs", "--format=json", "status:canceled")
    (run,) = [one for one in json.loads(desk.out.getvalue()) if one["kind"] == "eval"]
    counts = run["counts"]
    assert counts["done"] == 60, "of 300"
    assert await export(desk, tmp_path / "out", run["ref"]) == 0
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())["runs"][0]
    assert (told["rows"], told["complete"], told["missing"]) == (counts["done"], True, None)


async def test_rows_the_provider_never_sends_keep_an_export_from_being_whole(
    desk: Desk, tmp_path: Path
) -> None:
    desk.clock.advance(3600)
    await call(desk.session("gateway"), "runs", "--format=json", "done:20 status:completed")
    (run,) = json.loads(desk.out.getvalue())
    with pytest.raises(IncompleteError, match="0 of 20 rows are stored: 20 are not there"):
        await export(desk, tmp_path / "out", run["ref"])
    assert names_in(tmp_path / "out") == set()
