"""Inspect AI's logs, real ones and broken ones."""

import json
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.exchange.importing import SAMPLES, import_files, new_store, rows_of, runs_of
from tui.errors import DataError
from tui.exchange.formats import inspect_zip
from tui.exchange.formats.inspect_scores import read_scores
from tui.models import CriterionType, Outcome, ProviderKind, Status

if TYPE_CHECKING or sys.version_info >= (3, 14):
    import zipfile as zstd_zip
else:
    from backports.zstd import zipfile as zstd_zip


@pytest.mark.parametrize("name", ["caps.eval", "caps.json"])
def test_a_log_is_a_run_with_samples_as_rows_and_epochs_as_trials(name: str) -> None:
    store = new_store()
    (report,) = import_files(store, SAMPLES / name)
    assert (report.error, report.broken_n, report.rows) == (None, 0, 6)
    (stored,) = runs_of(store).values()
    run = stored.run
    assert (run.provider, run.name, run.status) == (ProviderKind.INSPECT, "caps", Status.COMPLETED)
    assert run.models == ("mockllm/model",)
    assert (run.counts.total, run.counts.failed, run.counts.errored) == (3, 2, 1)
    assert (run.usage[0].input_tokens, run.usage[0].total_tokens) == (32, 52)
    assert stored.sync.final
    rows = rows_of(store, run.ref)
    places = sorted((row.index or 0, len(row.trials)) for row in rows.values())
    assert places == [(0, 2), (1, 2), (2, 2)]
    france = rows["fr"]
    assert france.label == "What is the capital of France?"
    assert france.extra["metadata"] == {"team": "geo"}
    trial = france.trials[0]
    assert (trial.output, trial.expected, trial.model) == ("Paris", "Paris", "mockllm/model")
    assert trial.input == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "What is the capital of France?"},
    ]
    assert trial.usage is not None
    assert trial.usage.total_tokens == 13
    scores = {score.name: score for score in trial.scores}
    assert list(scores) == ["match", "rated", "multi.a", "multi.b", "odd"]
    assert (scores["match"].passed, scores["match"].value) == (True, 1.0)
    assert (scores["rated"].passed, scores["rated"].type) == (None, CriterionType.NUMERIC)
    assert (scores["multi.b"].passed, scores["multi.b"].value) == (False, 0.5)
    assert scores["multi.b"].reason == "two things"
    assert scores["odd"].passed is True
    spain = rows["3"].trials[0]
    assert spain.outcome is Outcome.ERRORED
    assert spain.error is not None
    assert "the tool broke" in spain.error.message


@pytest.mark.parametrize(
    ("value", "passed", "number", "label"),
    [
        ("C", True, 1.0, "C"),
        ("I", False, 0.0, "I"),
        ("P", False, 0.5, "P"),
        ("N", False, 0.0, "N"),
        (True, True, 1.0, None),
        ("yes", True, 1.0, None),
        ("No", False, 0.0, None),
        (0.25, None, 0.25, None),
        (7, None, 7.0, None),
        ("blue", None, None, "blue"),
        (None, None, None, None),
    ],
)
def test_a_score_says_what_its_value_means(
    value: Any, passed: bool | None, number: float | None, label: str | None
) -> None:
    (score,) = read_scores({"scores": {"s": {"value": value, "explanation": "so"}}})
    assert (score.passed, score.value, score.label) == (passed, number, label)
    assert score.skipped is (value is None)
    assert score.reason == "so"


def test_the_one_score_of_a_first_version_log_is_read() -> None:
    (score,) = read_scores({"score": {"value": "C"}})
    assert (score.name, score.passed) == ("score", True)


def repacked(tmp_path: Path, change: dict[str, bytes | None], into: str = "log.eval") -> Path:
    """Return the sample log with files replaced, added or (None) left out."""
    target = tmp_path / into
    with (
        zstd_zip.ZipFile(SAMPLES / "caps.eval") as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *change]):
            data = change.get(name, b"") if name in change else old.read(name)
            if data is not None:
                new.writestr(name, data)
    return target


def test_a_killed_evals_log_has_what_was_done_and_is_not_live(tmp_path: Path) -> None:
    log = repacked(tmp_path, {"header.json": None, "summaries.json": None})
    store = new_store()
    (report,) = import_files(store, log)
    assert report.error is None
    (stored,) = runs_of(store).values()
    assert not stored.run.live
    assert stored.run.warnings == () or "before its eval ended" in stored.run.warnings[0]
    assert stored.run.ended_at is not None
    assert stored.sync.rows_stored == 3


def test_a_broken_sample_is_named_and_the_others_come(tmp_path: Path) -> None:
    log = repacked(tmp_path, {"samples/2_epoch_1.json": b"{cut", "samples/x.json": b"[1]"})
    store = new_store()
    (report,) = import_files(store, log)
    assert report.broken_n == 2
    assert {item.what for item in report.broken} == {
        "samples/2_epoch_1.json of log.eval",
        "samples/x.json of log.eval",
    }
    assert report.rows == 5


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    sample = json.dumps({"id": "evil", "epoch": 1, "input": "x"}).encode()
    names = ["samples/../../../escape.json", "/samples/abs.json", "../up.json", "samples/\x1b.json"]
    log = repacked(tmp_path, dict.fromkeys(names, sample))
    before = {path.name for path in tmp_path.parent.iterdir()}
    store = new_store()
    (report,) = import_files(store, log)
    assert report.error is None
    assert {path.name for path in tmp_path.parent.iterdir()} == before
    assert {path.name for path in tmp_path.iterdir()} == {"log.eval"}


def test_what_unpacks_to_far_more_than_a_log_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect_zip, "SAMPLE_BYTES", 100_000)
    monkeypatch.setattr(inspect_zip, "_FREE_BYTES", 150_000)
    monkeypatch.setattr(inspect_zip, "_MOST_TIMES", 1)
    big = b'{"id": 1, "input": "' + b"x" * 99_000 + b'"}'
    bombs: dict[str, bytes | None] = {f"samples/{place}.json": big for place in range(5)}
    (report,) = import_files(new_store(), repacked(tmp_path, bombs))
    assert isinstance(report.error, DataError)
    assert "unpacks to far more" in report.error.message
    huge: dict[str, bytes | None] = {"samples/huge.json": b" " * 200_000}
    (report,) = import_files(new_store(), repacked(tmp_path, huge, "huge.eval"))
    assert "samples/huge.json of huge.eval" in {item.what for item in report.broken}


@pytest.mark.parametrize("header", [b"{", b"[]", b'{"eval": 3}', b""])
def test_a_header_that_is_none_is_told(tmp_path: Path, header: bytes) -> None:
    (report,) = import_files(new_store(), repacked(tmp_path, {"header.json": header}))
    assert isinstance(report.error, DataError)
    assert "header.json of log.eval" in report.error.message


def test_a_json_log_that_is_cut_short_keeps_what_came_before(tmp_path: Path) -> None:
    whole = (SAMPLES / "caps.json").read_bytes()
    cut = tmp_path / "cut.json"
    cut.write_bytes(whole[: whole.index(b'"epoch": 2')])
    store = new_store()
    (report,) = import_files(store, cut)
    assert isinstance(report.error, DataError)
    assert "cut.json is not whole" in report.error.message
    assert 0 < report.rows < 6
    (stored,) = runs_of(store).values()
    assert stored.sync.error == "Its file was cut short."
    assert import_files(store, SAMPLES / "caps.json")[0].error is None
    (stored,) = runs_of(store).values()
    assert (stored.sync.error, stored.sync.rows_stored) == (None, 3)
