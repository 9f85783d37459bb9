"""Output items of OpenAI evals, saved from the API or one a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.importing import import_files, new_store, rows_of, runs_of
from tui.models import Outcome, ProviderKind


def item(number: int, *, passed: bool = True, run: str = "evalrun_1") -> dict[str, Any]:
    return {
        "object": "eval.run.output_item",
        "id": f"outputitem_{number}",
        "created_at": 1_790_000_000 + number,
        "run_id": run,
        "eval_id": "eval_9",
        "status": "pass" if passed else "fail",
        "datasource_item_id": number,
        "datasource_item": {"question": f"q{number}", "expected": "yes"},
        "results": [
            {
                "name": "judge-0b7ad0ba-9c2f-4a3b-8f21-0123456789ab",
                "passed": passed,
                "score": float(passed),
                "sample": None,
            }
        ],
        "sample": {
            "input": [{"role": "user", "content": f"q{number}"}],
            "output": [{"role": "assistant", "content": "yes"}],
            "model": "gpt-x",
            "usage": {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3},
            "error": None,
        },
    }


def as_lines(items: list[Any]) -> str:
    return "\n".join(json.dumps(each) for each in items)


def as_answer(items: list[Any]) -> str:
    return json.dumps({"object": "list", "data": items, "has_more": False}, indent=2)


@pytest.mark.parametrize("form", [as_lines, as_answer, json.dumps])
def test_items_are_the_rows_of_the_run_they_name(tmp_path: Path, form: Any) -> None:
    file = tmp_path / "anything.txt"
    file.write_text(form([item(0), item(1, passed=False), item(2, run="evalrun_2"), {"id": None}]))
    store = new_store()
    (report,) = import_files(store, file)
    assert (report.format, report.error, report.rows) == ("openai-items", None, 3)
    assert report.broken_n == 1
    runs = runs_of(store)
    assert set(runs) == {"eval_9/evalrun_1", "eval_9/evalrun_2"}
    run = runs["eval_9/evalrun_1"].run
    assert (run.id, run.provider, run.models) == ("evalrun_1", ProviderKind.OPENAI, ("gpt-x",))
    assert run.group is not None
    assert run.group.id == "eval_9"
    assert run.created_at is not None
    rows = rows_of(store, run.ref)
    assert [row.trials[0].outcome for row in rows.values()] == [Outcome.PASSED, Outcome.FAILED]
    trial = rows["1"].trials[0]
    assert (rows["1"].label, rows["1"].index, trial.expected) == ("q1", 1, "yes")
    assert [score.name for score in trial.scores] == ["judge"]


def test_items_that_name_no_run_are_in_one_named_after_the_file(tmp_path: Path) -> None:
    bare = {key: value for key, value in item(0).items() if key not in ("run_id", "eval_id")}
    file = tmp_path / "nightly.jsonl"
    file.write_text(json.dumps(bare))
    store = new_store()
    import_files(store, file)
    assert set(runs_of(store)) == {"nightly"}


def test_an_answer_that_was_cut_short_keeps_what_came(tmp_path: Path) -> None:
    file = tmp_path / "cut.json"
    file.write_text(as_answer([item(0), item(1), item(2)])[:-400])
    store = new_store()
    (report,) = import_files(store, file)
    assert "cut.json is not whole" in str(report.error)
    (stored,) = runs_of(store).values()
    assert len(rows_of(store, stored.run.ref)) == 2
