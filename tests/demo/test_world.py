import json
from collections import Counter
from datetime import timedelta

import pytest

from tests.clock import START, FakeClock
from tui.demo import SEED
from tui.demo.exhibits import EXHIBITS
from tui.demo.facts import ACCOUNTS, Fate, Phase, SimRun
from tui.demo.rolls import roll
from tui.demo.world import World


def everything(world: World) -> list[SimRun]:
    return [run for account in ACCOUNTS for run in world.runs(account)]


def named(world: World, account: str, name: str) -> SimRun:
    return next(r for r in everything(world) if r.account == account and r.name == name)


def later(seconds: float, seed: int = SEED) -> World:
    return World(seed, START, FakeClock(START + timedelta(seconds=seconds)))


def test_two_worlds_with_one_seed_are_equal_in_everything() -> None:
    one, two = later(300), later(300)
    assert [run.id for run in everything(one)] == [run.id for run in everything(two)]
    for first, second in zip(everything(one), everything(two), strict=True):
        assert one.state(first) == two.state(second)
        assert one.tally(first) == two.tally(second)
        if first.rows:
            assert one.row(first, first.rows // 2) == two.row(second, first.rows // 2)


def test_another_seed_is_another_world() -> None:
    one, two = later(0, seed=1), later(0, seed=2)
    assert {run.id for run in one.runs("openai")}.isdisjoint(run.id for run in two.runs("openai"))
    tallies = [world.tally(named(world, "openai", "nightly, prompt v1")) for world in (one, two)]
    assert tallies[0] != tallies[1]


def test_asking_often_changes_nothing(world: World, clock: FakeClock) -> None:
    for _ in range(120):
        for run in everything(world):
            world.tally(run)
        clock.advance(2.5)
    once = later(300)
    for run in everything(once):
        assert world.state(run) == once.state(run)
        assert world.tally(run) == once.tally(run)


def test_a_clock_that_was_set_back_shows_the_earlier_world(world: World, clock: FakeClock) -> None:
    run = named(world, "openai", "nightly, prompt v3")
    before = world.tally(run)
    clock.jump(120)
    assert world.tally(run).attempts > before.attempts
    clock.jump(-120)
    assert world.tally(run) == before


def test_the_tally_is_the_sum_of_the_rows(world: World) -> None:
    run = named(world, "openai", "nightly, prompt v2")
    rows = list(world.rows(run))
    tally = world.tally(run)
    assert tally.attempts == len(rows) == 400
    assert tally.outcomes == Counter(row.outcome for row in rows)
    assert tally.input_tokens == sum(row.input_tokens for row in rows)
    assert tally.call_errors == sum(row.error is not None for row in rows)
    for place, count in enumerate(tally.graders):
        grades = [row.grades[place] for row in rows if row.grades]
        assert count.passed == sum(grade.passed is True for grade in grades)
        assert count.failed == sum(grade.passed is False for grade in grades)
        assert count.errored == sum(grade.error is not None for grade in grades)


def test_scores_agree_with_verdicts(world: World) -> None:
    for run in everything(world):
        for index in range(min(run.rows, 40)):
            for grade in world.row(run, index).grades:
                if grade.score is None:
                    assert grade.passed is None
                    assert (grade.error is not None) != grade.skipped
                    continue
                grader = grade.grader
                assert grader.low <= grade.score <= grader.high
                if grader.threshold is None:
                    assert grade.passed is None
                else:
                    reached = (
                        grade.score <= grader.threshold
                        if grader.low_is_good
                        else grade.score >= grader.threshold
                    )
                    assert reached == grade.passed, (grader.name, grade)


def test_the_cast_shows_every_fate_and_size(world: World, clock: FakeClock) -> None:
    clock.advance(120)
    runs = everything(world)
    assert 60 <= len(runs) <= 90
    assert {run.account for run in runs} == set(ACCOUNTS)
    assert {run.fate for run in runs} == set(Fate)
    phases = Counter(world.state(run).phase for run in runs)
    assert {Phase.QUEUED, Phase.RUNNING, Phase.COMPLETED, Phase.FAILED} <= set(phases)
    assert phases[Phase.CANCELED] >= 3
    assert phases[Phase.EXPIRED] >= 2
    sizes = [run.attempts for run in runs]
    assert max(sizes) == 5000
    assert min(sizes) == 0
    assert sum(40 <= size <= 500 for size in sizes) > len(sizes) / 2
    assert {run.trials for run in runs} >= {1, 2, 3, 5}


def test_something_finishes_within_three_minutes_on_every_provider(clock: FakeClock) -> None:
    for account in ("openai", "azure", "weave", "datalab", "gomodel"):
        soon = later(180)
        ended = [
            run
            for run in soon.runs(account)
            if (end := soon.state(run).ended) is not None and 0 < end <= 180
        ]
        assert ended, account


def test_some_runs_go_on_for_a_long_time() -> None:
    world = later(600)
    for account in ("openai", "azure", "weave", "datalab", "gomodel"):
        assert any(world.state(run).phase is Phase.RUNNING for run in world.runs(account)), account


@pytest.mark.parametrize(
    ("account", "old", "new"),
    [
        ("openai", "nightly, prompt v1", "nightly, prompt v2"),
        ("azure", "schema v4", "schema v5"),
        ("foundry", "agent v6", "agent v7"),
        ("weave", "quiet-pine", "amber-river"),
    ],
)
def test_the_newer_version_is_better_but_not_everywhere(
    world: World, account: str, old: str, new: str
) -> None:
    a, b = named(world, account, old), named(world, account, new)
    assert a.group is b.group
    pairs = []
    for index in range(a.rows):
        one, two = world.row(a, index), world.row(b, index)
        assert one.item == two.item
        pairs.append((one.outcome, two.outcome))
    better, worse = pairs.count(("failed", "passed")), pairs.count(("passed", "failed"))
    assert better > worse > 0


def test_items_of_one_suite_are_distinct(world: World) -> None:
    suites = {run.suite.name: run.suite for run in everything(world)}
    assert len(suites) >= 7
    for suite in suites.values():
        items = {json.dumps(suite.fields(index)) for index in range(500)}
        assert len(items) == 500, suite.name


def test_every_exhibit_is_shown_somewhere_on_every_account(world: World) -> None:
    for account in ACCOUNTS:
        shown = [run for run in world.runs(account) if run.exhibits]
        assert shown, account
        texts = {row.output_text for run in shown for row in world.rows(run)}
        assert texts == {exhibit.text() for exhibit in EXHIBITS}, account
        assert max(len(text or "") for text in texts) > 100_000


def test_ordinary_runs_have_an_odd_answer_now_and_then(world: World) -> None:
    run = named(world, "openai", "embeddings v2, everything")
    odd = sum(roll(run, index).exhibit is not None for index in range(run.rows))
    assert 20 <= odd <= 100


def test_agents_call_tools_and_some_answers_have_no_text(world: World) -> None:
    rows = list(world.rows(named(world, "openai", "agent 0.9")))
    assert any(row.output and row.output[-1].tool_calls for row in rows)
    assert any(row.output and row.output[-1].content is None for row in rows)
    assert any(len(row.output) >= 4 for row in rows)


def test_one_account_is_refused_for_a_while_and_comes_back(world: World, clock: FakeClock) -> None:
    waits = {}
    for second in range(0, 600, 5):
        waits[second] = world.limited("azure")
        assert all(world.limited(other) is None for other in ACCOUNTS if other != "azure")
        clock.advance(5)
    refused = [second for second, wait in waits.items() if wait is not None]
    assert refused == [*range(80, 120, 5), *range(320, 360, 5), *range(560, 600, 5)]
    assert waits[100] == pytest.approx(20)


def test_cancelling_is_asked_once(world: World, clock: FakeClock) -> None:
    run = named(world, "openai", "toxicity-november")
    assert world.cancel(run)
    assert not world.cancel(run)
    assert world.state(run).phase is Phase.CANCELING
    clock.advance(run.settle_s)
    assert world.state(run).phase is Phase.CANCELED
    assert not world.cancel(named(world, "openai", "nightly, prompt v1"))
