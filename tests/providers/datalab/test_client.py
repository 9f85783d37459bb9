from typing import Any

import httpx
import pytest

from tests.providers.datalab.samples import CONFIG, document, live_run, run, scored_file
from tests.providers.wiring import CANARY, World, json_answer
from tui.errors import MissingError, RejectedError
from tui.models import Group, Outcome, Run, RunRef, Status
from tui.providers.base import Capabilities, RowPage, RunPage, RunSource
from tui.providers.datalab import create

RUNS = RunSource("runs")


class Account:
    """A Datalab account with a few runs and names; `missing` paths answer 404."""

    def __init__(self, *runs: dict[str, Any]) -> None:
        self.runs = list(runs)
        self.files: list[dict[str, Any]] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.named: dict[str, list[dict[str, Any]]] = {
            "collections": [{"id": 88, "name": "invoices"}],
            "eval_rubrics": [{"id": 31, "name": "Fidelity"}],
            "pipelines": [{"id": 5, "pipeline_id": "pl_k8Hx9mP2nQ4v", "name": "Extractor"}],
        }
        self.closed: dict[str, int] = {}
        self.world = World(self.answer)
        self.provider = create(CONFIG, self.world.context)

    def answer(self, request: httpx.Request) -> httpx.Response:
        parts = request.url.path.removeprefix("/api/v1/").split("/")
        if parts[0] in self.closed:
            return json_answer({"detail": "not now"}, self.closed[parts[0]])
        found: Any = None
        match parts:
            case ["eval_batch_runs"]:
                offset = int(request.url.params["offset"])
                limit = int(request.url.params["limit"])
                page = self.runs[offset : offset + limit]
                found = {"batch_runs": page, "total": len(self.runs)}
            case ["eval_batch_runs", run_id]:
                found = next((item for item in self.runs if str(item["id"]) == run_id), None)
            case ["eval_batch_runs", _, "results"]:
                found = {"batch_run": self.runs[0], "file_results": self.files}
            case [kind] if kind in self.named:
                # The key of the rubric list is not documented.
                found = {"list_of_them": self.named[kind], "total": 1}
            case ["user_health"]:
                found = {"status": "ok"}
            case [kind, key]:
                found = self.documents.get(f"{kind}/{key}")
        return json_answer({"detail": "Not Found"}, 404) if found is None else json_answer(found)

    def asked(self, path: str) -> int:
        return self.world.paths().count(f"/api/v1/{path}")

    async def listed(self) -> list[Run]:
        runs: list[Run] = []
        after: str | None = None
        while True:
            page = await self.provider.list_runs(RUNS, after=after, limit=2)
            runs += page.runs
            if page.next_cursor is None:
                return runs
            after = page.next_cursor

    async def rows(self, of: Run) -> list[RowPage]:
        return [page async for page in self.provider.iter_rows(of)]


async def test_one_source_without_a_request() -> None:
    account = Account()
    pages = [page async for page in account.provider.iter_sources()]
    assert [source.id for page in pages for source in page.sources] == ["runs"]
    assert account.world.requests == []


async def test_a_listed_run_has_its_names_counts_score_and_config() -> None:
    account = Account(run(eval_rubric_id=31))
    (found,) = await account.listed()
    assert found.ref == RunRef("docs", "4698")
    assert (found.status, found.raw_status) == (Status.COMPLETED, "completed")
    assert found.name == "Extractor"
    assert found.group == Group("88", "invoices")
    assert found.models == ("pl_k8Hx9mP2nQ4v",)
    assert (found.counts.total, found.counts.done) == (6, 6)
    assert found.score is not None
    assert (found.score.mean, found.score.scale_max) == (3.9125, 5.0)
    assert found.config == {
        "pipeline_type": "extract",
        "pipeline_id": "pl_k8Hx9mP2nQ4v",
        "pipeline_name": "Extractor",
        "rubric_id": "31",
        "rubric_name": "Fidelity",
        "collection_id": "88",
        "collection_name": "invoices",
    }
    assert found.created_at is not None
    assert found.created_at.isoformat() == "2026-03-01T17:02:05.120044+00:00"
    assert found.ended_at is not None
    assert not found.live


async def test_without_a_pipeline_the_rubric_names_the_run() -> None:
    (found,) = await Account(live_run()).listed()
    assert (found.name, found.models, found.live) == ("Fidelity", ("convert",), True)


async def test_the_key_travels_in_its_own_header() -> None:
    account = Account()
    await account.provider.probe()
    (request,) = account.world.requests
    assert request.headers["X-API-Key"] == CANARY
    assert "Authorization" not in request.headers


async def test_pages_by_offset_and_sorts_each_newest_first() -> None:
    account = Account(
        run(id=1, created="2026-01-01T00:00:00"),
        run(id=2, created="2026-01-02T00:00:00"),
        run(id=9, created="2026-01-03T00:00:00"),
        run(id=10, created="2026-01-03T00:00:00"),
        run(id=5, created=None),
    )
    assert [found.id for found in await account.listed()] == ["2", "1", "10", "9", "5"]
    lists = [r for r in account.world.requests if r.url.path.endswith("eval_batch_runs")]
    assert [r.url.params["offset"] for r in lists] == ["0", "2", "4"]


async def test_a_run_that_comes_twice_in_a_page_is_told_once() -> None:
    account = Account(run(), run())
    page = await account.provider.list_runs(RUNS)
    assert [found.id for found in page.runs] == ["4698"]


@pytest.mark.parametrize("total", [None, "many"])
async def test_without_a_readable_total_a_short_page_is_the_last(total: object) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        offset = int(request.url.params.get("offset", 0))
        runs = [run(id=offset + n) for n in (1, 2)] if offset == 0 else [run(id=3)]
        return httpx.Response(200, json={"batch_runs": runs, "total": total})

    provider = create(CONFIG, World(answer).context)
    first = await provider.list_runs(RUNS, limit=2)
    assert first.next_cursor == "2"
    second = await provider.list_runs(RUNS, limit=2, after=first.next_cursor)
    assert second.next_cursor is None


async def test_bad_items_count_for_the_next_offset() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return json_answer({"batch_runs": [7, run(id=3)], "total": 5})

    page = await create(CONFIG, World(answer).context).list_runs(RUNS, limit=2)
    assert (page.next_cursor, [found.id for found in page.runs]) == ("2", ["3"])
    assert [skip.what for skip in page.skipped] == ["run 0"]


async def test_the_limit_is_a_wish_within_the_apis_bounds() -> None:
    account = Account()
    for wish in (None, -3, 7, 1000):
        await account.provider.list_runs(RUNS, limit=wish)
    asked = [request.url.params["limit"] for request in account.world.requests]
    assert asked == ["200", "1", "7", "200"]


async def test_names_are_listed_with_archived_and_unsaved_ones() -> None:
    account = Account(run(eval_rubric_id=31))
    await account.listed()
    asked = {
        request.url.path.split("/")[-1]: request.url.params for request in account.world.requests
    }
    for kind in account.named:
        assert asked[kind]["include_archived"] == "true"
        assert asked[kind]["limit"] == "200"
    assert asked["pipelines"]["saved_only"] == "false"


async def test_without_ids_no_name_is_asked_for() -> None:
    account = Account(run(collection_id=None, pipeline_id=None))
    (found,) = await account.listed()
    await account.provider.get_run(found.ref)
    assert found.group is None
    assert {path.split("/")[3] for path in account.world.paths()} == {"eval_batch_runs"}


@pytest.mark.parametrize("collection_id", [True, {"a": 1}, 1.5])
async def test_a_strange_id_is_not_asked_for(collection_id: object) -> None:
    account = Account(run(collection_id=collection_id, pipeline_id=None))
    await account.provider.get_run(RunRef("docs", "4698"))
    assert account.world.paths() == ["/api/v1/eval_batch_runs/4698"]


async def test_after_a_fault_or_a_cut_listing_names_are_tried_again_in_minutes() -> None:
    account = Account(run())
    account.closed = {"collections": 500}
    await account.listed()
    account.closed = {}
    assert (await account.listed())[0].group == Group("88", None)
    account.world.clock.advance(301)
    assert (await account.listed())[0].group == Group("88", "invoices")


async def test_an_id_that_is_not_there_is_asked_for_again_after_an_hour() -> None:
    account = Account(run(pipeline_id="pl_new"))
    await account.provider.get_run(RunRef("docs", "4698"))
    await account.provider.get_run(RunRef("docs", "4698"))
    assert account.asked("pipelines/pl_new") == 1
    account.documents["pipelines/pl_new"] = {"pipeline_id": "pl_new", "name": "New"}
    account.world.clock.advance(3601)
    assert (await account.provider.get_run(RunRef("docs", "4698"))).name == "New"


@pytest.mark.parametrize(
    ("item", "what"),
    [
        ({"filename": "lost.pdf"}, "row without an id"),
        ({"request_id": [], "id": "x" * 99}, f"row {'x' * 40}"),
        ({"request_id": "", "id": "a\x1b[2J"}, "row without an id"),
        ({"request_id": True}, "row without an id"),
    ],
)
async def test_an_unreadable_row_is_named_as_far_as_it_has_a_name(
    item: dict[str, Any], what: str
) -> None:
    account = Account(run())
    account.files = [item]
    (page,) = await account.rows((await account.listed())[0])
    assert [skip.what for skip in page.skipped] == [what]


def test_what_it_can_do() -> None:
    assert Account().provider.capabilities == Capabilities(
        can_cancel=False, rows_paged=False, trial_detail=True, details_kept_s=3600.0
    )


async def test_names_are_listed_once_an_hour_whatever_is_asked() -> None:
    account = Account(run(), live_run())
    for _ in range(5):
        await account.listed()
        await account.provider.get_run(RunRef("docs", "4698"))
    for kind in account.named:
        assert account.asked(kind) == 1
    account.runs.append(run(id=4800, collection_id=99))
    account.named["collections"].append({"id": 99, "name": "letters"})
    assert {found.group and found.group.name for found in await account.listed()} >= {None}
    account.world.clock.advance(3601)
    names = {found.group and found.group.name for found in await account.listed()}
    assert names == {"invoices", "letters"}


async def test_a_run_asked_by_itself_looks_up_by_id_what_the_list_did_not_have() -> None:
    account = Account(run(pipeline_id="pl_draft"))
    account.documents["pipelines/pl_draft"] = {"id": 6, "pipeline_id": "pl_draft", "name": "Draft"}
    assert (await account.provider.get_run(RunRef("docs", "4698"))).name == "Draft"


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_a_name_that_cannot_be_had_leaves_the_id_and_is_not_asked_for_again(
    status: int,
) -> None:
    account = Account(run())
    account.closed = {"collections": status, "pipelines": status}
    for _ in range(3):
        found = await account.provider.get_run(RunRef("docs", "4698"))
    assert found.group == Group("88", None)
    assert found.name is None
    asked = [path for path in account.world.paths() if "collections" in path]
    tries = len(asked)
    await account.provider.get_run(RunRef("docs", "4698"))
    assert [path for path in account.world.paths() if "collections" in path] == asked
    assert tries > 0


@pytest.mark.parametrize(
    ("word", "completed_at", "status", "live", "warned"),
    [
        ("pending", None, Status.QUEUED, True, False),
        ("IN_PROGRESS", None, Status.RUNNING, True, False),
        ("complete", "2026-03-01T17:20:45", Status.COMPLETED, False, False),
        ("completed_with_errors", "2026-03-01T17:20:45", Status.COMPLETED, False, True),
        ("glowing", None, Status.UNKNOWN, True, False),
        ("glowing", "2026-03-01T17:20:45", Status.UNKNOWN, False, False),
        ("running", "2026-03-01T17:20:45", Status.UNKNOWN, False, True),
        ("", None, Status.UNKNOWN, True, False),
        (None, None, Status.UNKNOWN, True, False),
    ],
)
async def test_status_words_are_open_and_an_end_time_ends(
    word: str | None, completed_at: str | None, status: Status, live: bool, warned: bool
) -> None:
    (found,) = await Account(run(status=word, completed_at=completed_at)).listed()
    assert (found.status, found.raw_status, found.live) == (status, word or "", live)
    assert bool(found.warnings) == warned


async def test_no_files_yet_is_no_total() -> None:
    (found,) = await Account(live_run(total_files=0, completed_files=0, avg_score=None)).listed()
    assert (found.counts.total, found.counts.done, found.score) == (None, 0, None)


async def test_rows_with_a_bad_one_skipped_and_named() -> None:
    account = Account(run())
    account.files = [scored_file(), {"filename": "lost.pdf"}, scored_file(request_id=2)]
    (found,) = await account.listed()
    pages = await account.rows(found)
    assert [row.key for page in pages for row in page.rows] == ["990101", "2"]
    (skipped,) = [skip for page in pages for skip in page.skipped]
    assert "request_id" in skipped.why
    assert pages[0].expected_rows == 6
    assert account.asked("eval_batch_runs/4698/results") == 1


async def test_opening_a_trial_fetches_its_document() -> None:
    account = Account(run())
    account.files = [scored_file()]
    account.documents["extract/Qm3xY7rT0aB9cD"] = document()
    (found,) = await account.listed()
    (page,) = await account.rows(found)
    (row,) = page.rows
    detail = await account.provider.trial_detail(found, row, row.trials[0])
    assert detail.trial.output == {"invoice_number": "0001"}
    assert len(detail.trial.scores) == 3


async def test_an_expired_document_says_so_and_leaves_the_trial() -> None:
    account = Account(run(pipeline_type="custom"))
    account.files = [scored_file()]
    (found,) = await account.listed()
    (page,) = await account.rows(found)
    (row,) = page.rows
    detail = await account.provider.trial_detail(found, row, row.trials[0])
    assert detail.trial == row.trials[0]
    assert "expired" in detail.notes[0]
    assert "an hour" in detail.notes[0]
    assert account.asked("custom-processor/Qm3xY7rT0aB9cD") == 1
    assert account.asked("agent/Qm3xY7rT0aB9cD") == 1


@pytest.mark.parametrize("lookup_key", [None, "", ["x"]])
async def test_without_a_lookup_key_nothing_is_asked(lookup_key: object) -> None:
    account = Account(run())
    account.files = [scored_file(lookup_key=lookup_key)]
    (found,) = await account.listed()
    (page,) = await account.rows(found)
    (row,) = page.rows
    asked = len(account.world.requests)
    detail = await account.provider.trial_detail(found, row, row.trials[0])
    assert "no lookup key" in detail.notes[0]
    assert len(account.world.requests) == asked


async def test_a_hostile_lookup_key_stays_one_part_of_the_path() -> None:
    account = Account(run())
    account.files = [scored_file(lookup_key="../../user_health?x=#y")]
    (found,) = await account.listed()
    (page,) = await account.rows(found)
    (row,) = page.rows
    await account.provider.trial_detail(found, row, row.trials[0])
    assert account.world.requests[-1].url.raw_path.startswith(b"/api/v1/extract/..%2F..%2F")


async def test_a_large_document_loses_its_images_not_itself() -> None:
    account = Account(run())
    account.files = [scored_file()]
    account.documents["extract/Qm3xY7rT0aB9cD"] = document(images={"a.png": "A" * 9_000_000})
    (found,) = await account.listed()
    (page,) = await account.rows(found)
    (row,) = page.rows
    detail = await account.provider.trial_detail(found, row, row.trials[0])
    assert detail.trial.output == {"invoice_number": "0001"}
    assert detail.trial.outcome is Outcome.UNGRADED
    assert detail.notes == ("1 image of the document left out.",)
    assert "AAAA" not in repr(detail)


async def test_a_run_that_is_gone() -> None:
    with pytest.raises(MissingError):
        await Account().provider.get_run(RunRef("docs", "1"))


async def test_a_refused_value_is_named_by_its_place_without_the_value() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        detail = [{"type": "int", "loc": ["query", "limit"], "msg": "too large", "input": "S3CR"}]
        return httpx.Response(422, json={"detail": detail})

    with pytest.raises(RejectedError) as caught:
        await create(CONFIG, World(answer).context).list_runs(RUNS)
    assert "query.limit: too large" in caught.value.sentence()
    assert "S3CR" not in caught.value.sentence()


async def test_the_signature_of_a_page_without_runs() -> None:
    assert await Account().provider.list_runs(RUNS) == RunPage(())
