"""Our provider against the published Weave server, filled by the published SDK, over sockets."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.providers.weave.real.environments import BuildError, interpreters
from tests.providers.weave.real.service import KEY, ServiceError, serving, write
from tui.clock import SystemClock
from tui.config import WeaveConnection
from tui.credentials import FoundKey, Secret
from tui.errors import AuthError, MissingError
from tui.models import CriterionType, Outcome, Row, Run, RunRef, Status
from tui.providers.base import Provider, RunSource
from tui.providers.http import ClientContext
from tui.providers.weave import create

# Building the two environments takes a minute or two the first time.
pytestmark = [pytest.mark.xdist_group("weave-real"), pytest.mark.timeout(600)]

SOURCE = RunSource("runs")
SCENARIOS = (
    "nightly",
    "broken_scorer",
    "imperative",
    "failed_run",
    "op_as_model",
    "over_rest",
    "killed",
)
EXPORT, DELETE, PHONE, BREAKS = (
    "Can I export invoices?",
    "Can I delete my account?",
    "Is there a phone number?",
    "What breaks the model?",
)


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        python = interpreters()
        with serving(python["server"], tmp_path_factory.mktemp("server")) as url:
            home: Path = tmp_path_factory.mktemp("writer")
            write(python["writer"], home, url, *SCENARIOS)
            write(
                python["writer"],
                home,
                url,
                "killed",
                WEAVE_USE_CALLS_COMPLETE="false",
                WEAVE_TEST_PROJECT="legacy",
            )
            yield url
    except (BuildError, ServiceError) as error:
        pytest.fail(str(error), pytrace=False)


def opened(base_url: str, *, project: str = "support bot", key: str = KEY) -> Provider:
    async def find_key() -> FoundKey:
        return FoundKey(Secret(key), "test", key[-4:])

    config = WeaveConnection(
        name="team",
        base_url=base_url,
        entity="acme",
        project=project,
        poll=WeaveConnection.default_poll,
    )
    return create(config, ClientContext(clock=SystemClock(), key=find_key))


@pytest.fixture
async def provider(base_url: str) -> AsyncIterator[Provider]:
    made = opened(base_url)
    yield made
    await made.aclose()


async def listed(provider: Provider, limit: int | None = None) -> list[Run]:
    runs: list[Run] = []
    after: str | None = None
    while True:
        page = await provider.list_runs(SOURCE, after=after, limit=limit)
        assert page.skipped == ()
        runs += page.runs
        after = page.next_cursor
        if after is None:
            return runs


class Opened(NamedTuple):
    run: Run
    rows: dict[str, Row]


async def walked(provider: Provider, name: str | None) -> Opened:
    [found] = [run for run in await listed(provider) if run.name == name]
    run = await provider.get_run(found.ref)
    rows: dict[str, Row] = {}
    async for page in provider.iter_rows(run):
        assert page.skipped == ()
        rows |= {row.label: row for row in page.rows}
    return Opened(run, rows)


def outcomes(row: Row) -> list[str]:
    return [trial.outcome.value for trial in row.trials]


async def test_all_runs_are_listed_newest_first_with_their_statuses(provider: Provider) -> None:
    runs = await listed(provider)
    assert [(run.name, run.status, run.raw_status) for run in runs] == [
        ("killed", Status.RUNNING, "running"),
        (None, Status.COMPLETED, "success"),
        ("plain op", Status.COMPLETED, "success"),
        ("gave up", Status.FAILED, "error"),
        ("logged by hand", Status.COMPLETED, "success"),
        ("broken scorer", Status.COMPLETED, "descendant_error"),
        ("nightly", Status.COMPLETED, "descendant_error"),
    ]
    assert [run.models for run in runs][-1] == ("SupportBot",)
    assert [run.group.name for run in runs if run.group] == [
        "killed-eval",
        "rest-eval",
        "op-eval",
        "by-hand-evaluation",
        "by-hand-evaluation",
        "moody-eval",
        "faq-eval",
    ]


async def test_pages_of_two_bring_the_same_runs_as_one_page(provider: Provider) -> None:
    assert [run.id for run in await listed(provider, 2)] == [
        run.id for run in await listed(provider)
    ]


async def test_totals_and_config_are_known_from_the_list_on(provider: Provider) -> None:
    nightly = (await listed(provider))[-1]
    assert nightly.counts.total == 4
    assert nightly.config["trials"] == 2
    assert nightly.config["scorers"] == ["exact_match", "similarity", "judge"]
    assert nightly.metadata == {"team": "search"}
    assert nightly.url is not None
    assert nightly.url.endswith(f"/acme/support%20bot/r/call/{nightly.id}")


async def test_criteria_count_only_trials_with_a_value(provider: Provider) -> None:
    run = (await walked(provider, "nightly")).run
    criteria = {stat.name: stat for stat in run.criteria}
    exact = criteria["exact_match"]
    assert (exact.type, exact.n, exact.passed, exact.failed) == (CriterionType.BINARY, 6, 3, 3)
    assert exact.trial_count == 8
    assert criteria["judge.passed"].pass_rate == 0.5
    assert criteria["similarity"].mean == pytest.approx(0.625)
    assert criteria["judge.detail.tone"].type is CriterionType.LABEL
    assert (run.counts.total, run.counts.done) == (4, 4)
    assert run.warnings == ("2 of 36 calls of this run ended with an error.",)


async def test_rows_have_their_trials_with_outcomes_and_causes(provider: Provider) -> None:
    rows = (await walked(provider, "nightly")).rows
    assert {label: outcomes(row) for label, row in rows.items()} == {
        EXPORT: ["passed", "passed"],
        DELETE: ["passed", "failed"],
        PHONE: ["failed", "failed"],
        BREAKS: ["errored", "errored"],
    }
    broken = rows[BREAKS].trials[0]
    assert broken.error is not None
    assert (broken.error.code, broken.error.message) == ("RuntimeError", "529 overloaded_error")
    steady = rows[EXPORT].trials[0]
    assert steady.input == {"question": EXPORT, "expected": "yes"}
    assert (steady.output, steady.expected) == ({"answer": "yes"}, "yes")
    judged = {score.name: score for score in rows[DELETE].trials[1].scores}
    assert judged["judge.passed"].reason == "Leaves out the point."
    assert judged["judge.detail.grounded"].counts is False


async def test_a_scorer_that_raised_is_no_failing_model(provider: Provider) -> None:
    opened = await walked(provider, "broken scorer")
    assert {label: outcomes(row) for label, row in opened.rows.items()} == {
        EXPORT: ["passed"],
        DELETE: ["passed"],
        PHONE: ["errored"],
        BREAKS: ["errored"],
    }
    [lost] = opened.rows[PHONE].trials
    assert lost.output == {"answer": "yes"}
    assert lost.error is not None
    assert lost.error.message == "judge answered no JSON"
    scores = {score.name: score for score in lost.scores}
    assert scores["moody"].error == lost.error
    assert scores["exact_match"].passed is False
    [raised] = opened.rows[BREAKS].trials
    assert raised.error is not None
    assert raised.error.message == "529 overloaded_error"


async def test_an_opened_trial_tells_its_calls(provider: Provider) -> None:
    run, rows = await walked(provider, "broken scorer")
    row = rows[PHONE]
    detail = await provider.trial_detail(run, row, row.trials[0])
    assert detail.notes == ()
    trial = detail.trial
    assert trial.outcome is Outcome.ERRORED
    assert trial.created_at is not None
    assert str(trial.extra["url"]).endswith(f"/r/call/{trial.id}")
    moody = next(score for score in trial.scores if score.name == "moody")
    assert isinstance(moody.detail, dict)
    assert "judge answered no JSON" in str(moody.detail["traceback"])


async def test_an_imperative_log_is_counted_not_measured(provider: Provider) -> None:
    run, rows = await walked(provider, "logged by hand")
    assert (run.counts.total, run.counts.done) == (None, 5)
    assert {label: outcomes(row) for label, row in rows.items()} == {
        "one": ["passed"],
        "two": ["failed"],
        "three": ["ungraded"],
        "four": ["ungraded"],
        "five": ["ungraded"],
    }
    [null_score] = rows["three"].trials[0].scores
    assert (null_score.name, null_score.type) == ("correct", CriterionType.BINARY)
    assert null_score.passed is None


async def test_a_run_that_gave_up_says_why(provider: Provider) -> None:
    run = (await walked(provider, "gave up")).run
    assert run.error is not None
    assert (run.error.code, run.error.message) == ("RuntimeError", "out of budget")


async def test_identical_rows_become_trials_of_one_row(provider: Provider) -> None:
    run, rows = await walked(provider, "plain op")
    assert run.models == ("answer_all",)
    assert (run.counts.total, run.counts.done) == (3, 3)
    assert {label: outcomes(row) for label, row in rows.items()} == {
        EXPORT: ["passed", "passed"],
        DELETE: ["passed"],
    }
    detail = await provider.trial_detail(run, rows[DELETE], rows[DELETE].trials[0])
    assert rows[DELETE].trials[0].latency_s is None
    assert detail.trial.latency_s is not None


async def test_a_run_made_through_the_v2_api_reads_like_the_others(provider: Provider) -> None:
    run, rows = await walked(provider, None)
    assert run.counts.total is None
    assert {label: outcomes(row) for label, row in rows.items()} == {
        "scored": ["ungraded"],
        "unfinished": ["ungraded"],
    }
    assert [score.value for score in rows["scored"].trials[0].scores] == [0.75]
    assert rows["unfinished"].trials[0].output == "half"


async def test_a_killed_run_stays_running_with_its_last_activity(provider: Provider) -> None:
    run, rows = await walked(provider, "killed")
    assert run.live
    assert (run.counts.total, run.counts.done) == (4, 2)
    assert run.last_activity_at is not None
    assert run.started_at is not None
    assert run.last_activity_at >= run.started_at
    assert {label: outcomes(row) for label, row in rows.items()} == {
        EXPORT: ["passed"],
        DELETE: ["passed"],
    }
    assert rows[EXPORT].trials[0].output == EXPORT


async def test_the_legacy_write_mode_shows_a_trial_under_way(base_url: str) -> None:
    provider = opened(base_url, project="legacy")
    run, rows = await walked(provider, "killed")
    assert (run.counts.total, run.counts.done) == (4, 2)
    assert {label: outcomes(row) for label, row in rows.items()} == {
        EXPORT: ["passed"],
        DELETE: ["passed"],
        PHONE: ["pending"],
    }
    await provider.aclose()


async def test_an_unknown_run_is_missing(provider: Provider) -> None:
    with pytest.raises(MissingError):
        await provider.get_run(RunRef("team", "no-such-call"))


async def test_a_wrong_key_is_refused(base_url: str) -> None:
    provider = opened(base_url, key="another-key-0123456789")
    with pytest.raises(AuthError) as caught:
        await provider.probe()
    assert "another-key" not in caught.value.sentence()
    await provider.aclose()


async def test_the_probe_names_the_project(provider: Provider) -> None:
    probe = await provider.probe()
    assert probe.ok
    assert probe.facts == {"project": "acme/support bot"}
