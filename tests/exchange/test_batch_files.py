"""Batch output, error and input files, and a gateway's results."""

import json
from pathlib import Path
from typing import Any

from tests.exchange.importing import import_files, new_store, rows_of, runs_of
from tui.models import Outcome, ProviderKind, RunKind

REPLY = {
    "created": 1_790_000_000,
    "model": "gpt-x",
    "choices": [{"message": {"role": "assistant", "content": "four"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}


def answer(custom_id: str, **fields: Any) -> dict[str, Any]:
    response = {"status_code": 200, "request_id": "r", "body": REPLY}
    line = {"id": f"batch_req_{custom_id}", "custom_id": custom_id, "response": response}
    return {**line, "error": None, **fields}


def write(file: Path, *lines: object) -> Path:
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def test_output_error_and_input_of_a_batch_are_one_run(tmp_path: Path) -> None:
    output = write(tmp_path / "batch_7_output.jsonl", answer("a"), answer("b"))
    failed = {"status_code": 400, "body": {"error": {"message": "too long", "code": "long"}}}
    error = write(tmp_path / "batch_7_error.jsonl", answer("c", response=failed))
    asked = write(
        tmp_path / "batch_7_input.jsonl",
        *(
            {
                "custom_id": name,
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": {
                    "model": "gpt-x",
                    "messages": [{"role": "user", "content": f"ask {name}"}],
                },
            }
            for name in "abcd"
        ),
    )
    store = new_store()
    reports = import_files(store, output, error, asked)
    assert [report.format for report in reports] == ["batch", "batch", "batch-input"]
    assert [report.error for report in reports] == [None] * 3
    ((path, stored),) = runs_of(store).items()
    assert path == "batch_7"
    run = stored.run
    assert (run.kind, run.provider, run.models) == (RunKind.BATCH, ProviderKind.OPENAI, ("gpt-x",))
    assert run.created_at is not None
    assert (stored.sync.rows_stored, stored.sync.expected) == (3, 4)
    rows = rows_of(store, run.ref)
    assert {key: row.trials[0].outcome for key, row in rows.items()} == {
        "a": Outcome.UNGRADED,
        "b": Outcome.UNGRADED,
        "c": Outcome.ERRORED,
    }
    trial = rows["a"].trials[0]
    assert (trial.input, trial.output) == ([{"role": "user", "content": "ask a"}], "four")
    assert rows["c"].trials[0].error is not None


def test_another_file_of_the_batch_may_come_later(tmp_path: Path) -> None:
    store = new_store()
    import_files(store, write(tmp_path / "batch_7_output.jsonl", answer("a")))
    nothing = answer("b", response=None, error={"code": "expired", "message": "late"})
    import_files(store, write(tmp_path / "batch_7_error.jsonl", nothing))
    (stored,) = runs_of(store).values()
    assert set(rows_of(store, stored.run.ref)) == {"a", "b"}


def test_azures_lines_have_no_id_and_fewer_fields(tmp_path: Path) -> None:
    line = {"custom_id": "a", "response": {"body": REPLY, "status_code": 200}, "error": None}
    store = new_store()
    (report,) = import_files(store, write(tmp_path / "out.jsonl", line), run="night")
    assert report.error is None
    ((path, stored),) = runs_of(store).items()
    assert path == "night"
    assert rows_of(store, stored.run.ref)["a"].trials[0].output == "four"


def test_a_gateways_results_are_read(tmp_path: Path) -> None:
    results = {
        "object": "list",
        "batch_id": "batch_1",
        "data": [
            {"index": 0, "custom_id": "a", "status_code": 200, "response": REPLY},
            {"index": 1, "custom_id": "b", "status_code": 500, "error": {"message": "no"}},
            17,
        ],
    }
    file = tmp_path / "batch_1-results.json"
    file.write_text(json.dumps(results))
    store = new_store()
    (report,) = import_files(store, file)
    assert (report.format, report.rows, report.broken_n) == ("gomodel-results", 2, 1)
    ((path, stored),) = runs_of(store).items()
    assert (path, stored.run.provider) == ("batch_1", ProviderKind.GOMODEL)
    rows = rows_of(store, stored.run.ref)
    assert rows["a"].trials[0].output == "four"
    assert rows["b"].trials[0].outcome is Outcome.ERRORED


def test_broken_lines_are_named_and_the_others_come(tmp_path: Path) -> None:
    file = write(tmp_path / "out.jsonl", answer("a"))
    with file.open("ab") as stream:
        stream.write(b'{"custom_id": "b", "resp\n\n\xff\xfe\n[1]\n')
        stream.write(json.dumps(answer("c")).encode())
    store = new_store()
    (report,) = import_files(store, file)
    assert [item.what for item in report.broken] == [f"line {n} of out.jsonl" for n in (2, 4, 5)]
    (stored,) = runs_of(store).values()
    assert set(rows_of(store, stored.run.ref)) == {"a", "c"}
    revision = store.revision
    assert import_files(store, file)[0].changed is False
    assert store.revision == revision
