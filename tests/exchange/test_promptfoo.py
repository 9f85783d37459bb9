"""promptfoo's result files, real ones and broken ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.importing import SAMPLES, import_files, new_store, rows_of, runs_of
from tui.exchange.formats.promptfoo_scores import read_outcome, read_scores
from tui.models import Outcome, ProviderKind


@pytest.mark.parametrize("name", ["promptfoo.json", "promptfoo.jsonl"])
def test_each_column_is_a_run_and_each_test_a_row(name: str) -> None:
    store = new_store()
    (report,) = import_files(store, SAMPLES / name)
    assert (report.format, report.error, report.broken_n, report.rows) == ("promptfoo", None, 0, 12)
    runs = runs_of(store)
    assert len(runs) == 4
    assert {path.rpartition("/")[2] for path in runs} == {"0", "1", "2", "3"}
    stored = next(run for path, run in runs.items() if path.endswith("/2"))
    run = stored.run
    assert (run.provider, run.name) == (ProviderKind.PROMPTFOO, "broken · Capital of {{country}}?")
    assert run.models == ("broken",)
    assert (run.counts.passed, run.counts.failed, run.counts.errored) == (1, 1, 1)
    rows = rows_of(store, run.ref)
    assert [(key, row.index, row.label) for key, row in rows.items()] == [
        ("0", 0, "the first"),
        ("1", 1, "Italy"),
        ("2", 2, "Spain"),
    ]
    france, italy, spain = (row.trials[0] for row in rows.values())
    assert [(score.name, score.passed, score.counts) for score in france.scores] == [
        ("contains", True, True),
        ("exactness", False, True),
        ("latency", True, True),
    ]
    assert "to equal" in str(france.scores[1].reason)
    assert (france.input, france.output) == ("Capital of France?", {"text": "x Capital of France?"})
    assert france.error is None, "a failed assertion is a failure, not an error"
    assert (france.usage and france.usage.total_tokens, france.latency_s) == (12, 0.006)
    assert france.usage is not None
    assert france.usage.cost_usd == 0.002
    depth = italy.scores[-1]
    assert (depth.name, depth.value, depth.passed, depth.counts) == ("depth", 0.25, None, False)
    assert spain.outcome is Outcome.ERRORED
    assert spain.error is not None
    assert spain.error.message == "model is down"
    echo = next(run for path, run in runs.items() if path.endswith("/0"))
    ungraded = rows_of(store, echo.run.ref)["2"].trials[0]
    assert (ungraded.outcome, ungraded.scores) == (Outcome.UNGRADED, ())


def test_what_stands_beside_the_results_is_told_of_the_runs() -> None:
    store = new_store()
    import_files(store, SAMPLES / "promptfoo.json")
    run = next(iter(runs_of(store).values())).run
    assert run.group is not None
    assert (run.group.id, run.group.name) == ("eval-WAP-2026-11-28T16:05:20", "capitals")
    assert run.created_at is not None
    assert run.metadata["promptfooVersion"] == "0.121.20"
    assert "tests" not in json.dumps(run.config.get("promptfoo", {})).split('"')


def test_a_threshold_of_a_test_decides_over_its_assertions() -> None:
    item: dict[str, Any] = {
        "success": True,
        "gradingResult": {
            "pass": True,
            "score": 0.5,
            "componentResults": [
                {"pass": False, "score": 0, "assertion": {"type": "equals"}},
                {"pass": True, "score": 1, "assertion": {"type": "equals"}},
            ],
        },
    }
    scores = read_scores(item)
    assert [score.name for score in scores] == ["equals", "equals #2"]
    assert read_outcome(item, scores) is Outcome.PASSED


def test_older_and_shared_files_are_read(tmp_path: Path) -> None:
    second = {
        "results": {
            "version": 2,
            "results": [
                {
                    "prompt": {"raw": '[{"role": "user", "content": "hi"}]', "display": "hi"},
                    "provider": {"id": "openai:gpt"},
                    "vars": {"name": "x"},
                    "response": {"output": "yo"},
                    "success": passed,
                    "score": 1,
                    "gradingResult": {"pass": passed, "score": 1, "reason": "ok"},
                }
                for passed in (True, False)
            ],
        },
        "config": {"description": "old"},
    }
    old = tmp_path / "old.json"
    old.write_text(json.dumps(second))
    shared = tmp_path / "shared.json"
    results = second["results"]["results"]  # type: ignore[index] # of this test's own
    shared.write_text(json.dumps({"id": "eval-7", "config": {}, "results": results}))
    store = new_store()
    reports = import_files(store, old, shared)
    assert [(report.error, report.rows) for report in reports] == [(None, 2), (None, 2)]
    runs = runs_of(store)
    assert set(runs) == {"old/0", "eval-7/0"}
    rows = rows_of(store, runs["old/0"].run.ref)
    assert [row.trials[0].outcome for row in rows.values()] == [Outcome.PASSED, Outcome.FAILED]
    assert rows["0"].trials[0].input == [{"role": "user", "content": "hi"}]


def test_broken_lines_are_named_and_the_others_come(tmp_path: Path) -> None:
    lines = (SAMPLES / "promptfoo.jsonl").read_text().splitlines()
    file = tmp_path / "out.jsonl"
    file.write_text("\n".join([lines[0], "{", "[]", *lines[1:]]))
    (report,) = import_files(new_store(), file)
    assert (report.rows, report.broken_n) == (12, 2)
    assert [item.what for item in report.broken] == ["line 2 of out.jsonl", "line 3 of out.jsonl"]
