from datetime import timedelta
from typing import Any

import pytest

from tests.clock import START
from tests.providers.datalab.samples import document
from tui.models import Outcome, ProviderKind, Run, RunKind, RunRef, Status, Trial
from tui.providers.datalab.document import detail_of, gone, paths_of

TRIAL = Trial(
    id="990101", outcome=Outcome.UNGRADED, extra={"lookup_key": "Qm3x"}, raw={"request_id": 990101}
)


def test_facts_cost_and_time_of_a_document() -> None:
    detail = detail_of(TRIAL, document(), "convert")
    assert detail.notes == ()
    assert detail.trial.outcome is Outcome.UNGRADED
    assert detail.trial.output == "# Invoice 0001\n"
    assert detail.trial.latency_s == 6.83
    assert detail.trial.usage is not None
    assert detail.trial.usage.cost_usd == pytest.approx(0.015)
    assert detail.trial.extra["page_count"] == 2
    assert detail.trial.extra["lookup_key"] == "Qm3x"


@pytest.mark.parametrize(
    ("path", "changes", "output"),
    [
        ("convert", {}, "# Invoice 0001\n"),
        ("convert", {"markdown": None, "html": "<p>x</p>"}, "<p>x</p>"),
        ("convert", {"markdown": "", "json": {"children": [1]}}, {"children": [1]}),
        ("extract", {}, {"invoice_number": "0001"}),
        ("extract", {"extraction_schema_json": "not json"}, "not json"),
        ("extract", {"extraction_schema_json": '{"a": NaN}'}, '{"a": NaN}'),
        ("extract", {"extraction_schema_json": None}, "# Invoice 0001\n"),
        ("segment", {"segmentation_results": {"segments": [1]}}, {"segments": [1]}),
        (
            "agent",
            {"extraction_schema_json": None, "segments": [{"name": "a"}]},
            "# Invoice 0001\n",
        ),
    ],
)
def test_the_output_is_the_form_that_was_asked_for(
    path: str, changes: dict[str, Any], output: object
) -> None:
    assert detail_of(TRIAL, document(**changes), path).trial.output == output


def test_a_running_document_changes_nothing_and_says_so() -> None:
    detail = detail_of(TRIAL, {"status": "processing"}, "convert")
    assert detail.trial == TRIAL
    assert "still being processed" in detail.notes[0]


def test_success_false_is_a_failure_although_complete() -> None:
    answer = document(success=False, error="no pages in flight left", error_in="INFERENCE")
    trial = detail_of(TRIAL, answer, "convert").trial
    assert trial.outcome is Outcome.ERRORED
    assert trial.error is not None
    assert (trial.error.code, trial.error.message) == ("INFERENCE", "no pages in flight left")


@pytest.mark.parametrize(("members", "note"), [(1, "1 image of"), (2, "2 images of")])
def test_images_are_counted(members: int, note: str) -> None:
    dropped = {"$dropped": None, "$members": members}
    detail = detail_of(TRIAL, document(images=dropped), "convert")
    assert detail.notes[0].startswith(note)
    assert detail.trial.extra["images"] == members


@pytest.mark.parametrize(
    "images", [None, {}, {"$dropped": None}, {"$dropped": None, "$members": 0}]
)
def test_without_images_nothing_is_said(images: object) -> None:
    detail = detail_of(TRIAL, document(images=images), "convert")
    assert detail.notes == ()
    assert "images" not in detail.trial.extra


def test_a_signed_link_is_named_and_kept_in_the_raw_view_only() -> None:
    link = "https://signed.example/x?sig=1"
    detail = detail_of(TRIAL, document(markdown=None, result_url=link), "convert")
    assert "signed link" in detail.notes[0]
    assert link not in "".join(detail.notes)
    assert link not in repr(detail.trial.extra)


def test_opening_twice_keeps_one_copy_of_the_runs_item() -> None:
    once = detail_of(TRIAL, document(), "convert").trial
    twice = detail_of(once, document(), "convert").trial
    assert twice.raw == once.raw
    assert isinstance(once.raw, dict)
    assert once.raw["file_result"] == {"request_id": 990101}


def test_rule_scores_of_the_document_stand_in_for_missing_ones() -> None:
    evaluation = {"evaluations": [{"name": "order", "rule_score": 4}]}
    trial = detail_of(TRIAL, document(evaluation=evaluation), "convert").trial
    assert [(score.name, score.value) for score in trial.scores] == [("order", 4.0)]


@pytest.mark.parametrize(
    ("pipeline_type", "paths"),
    [
        ("convert", ("convert",)),
        ("extract", ("extract",)),
        ("segment", ("segment",)),
        ("custom", ("custom-processor", "agent")),
        (None, ("custom-processor", "agent")),
    ],
)
def test_the_pipeline_type_says_where_to_ask(
    pipeline_type: str | None, paths: tuple[str, ...]
) -> None:
    assert paths_of({"pipeline_type": pipeline_type}) == paths


def test_a_custom_processor_keeps_its_documents_under_paths_of_its_own() -> None:
    custom = {"pipeline_type": "extract", "pipeline_id": "cp_k8Hx9mP2nQ4v"}
    assert paths_of({**custom}) == ("custom-processor", "agent", "extract")
    saved = {"pipeline_type": "extract", "pipeline_id": "pl_k8Hx9mP2nQ4v"}
    assert paths_of({**saved}) == ("extract",)


@pytest.mark.parametrize(
    ("ended", "says"),
    [(None, "although it keeps"), (59, "although it keeps"), (61, "has expired")],
)
def test_a_document_that_is_not_there_expired_only_after_its_hour(
    ended: int | None, says: str
) -> None:
    run = Run(
        ref=RunRef("docs", "1"),
        provider=ProviderKind.DATALAB,
        kind=RunKind.EVAL,
        id="1",
        status=Status.RUNNING if ended is None else Status.COMPLETED,
        raw_status="",
        ended_at=None if ended is None else START - timedelta(minutes=ended),
    )
    assert says in gone(run, START)
