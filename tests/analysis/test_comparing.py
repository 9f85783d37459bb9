"""From stored rows to verdicts, without a provider."""

from dataclasses import replace
from math import nan
from typing import Any

import pytest

from tests.analysis.runs import GROUP, compared, put, row, rows_of, two
from tests.clock import FakeClock
from tests.store.builders import make_row, make_score, make_trial
from tui.analysis.compared import Options
from tui.analysis.intervals import Interval
from tui.analysis.verdicts import Word
from tui.models import CriterionType, Group, ModelUsage, ProviderKind, RunKind, ScoreStats
from tui.presentation.verdicts import sentence
from tui.store import Store

STEADY = "p" * 60 + "f" * 20


@pytest.mark.parametrize(
    ("after", "word"),
    [
        ("p" * 60 + "p" * 15 + "f" * 5, Word.BETTER),
        ("p" * 44 + "f" * 36, Word.WORSE),
        ("p" * 58 + "f" * 4 + "p" * 2 + "f" * 16, Word.INCONCLUSIVE),
    ],
)
def test_a_planted_difference_is_found(clock: FakeClock, after: str, word: Word) -> None:
    (pair,) = two(clock, rows_of(STEADY), rows_of(after)).pairs
    assert pair.overall.verdict.word is word
    (judge,) = pair.criteria
    assert (judge.name, judge.verdict.word) == ("judge", word)
    assert pair.overall.measured.test == "mcnemar_exact"


def test_a_planted_nothing_is_no_difference(clock: FakeClock) -> None:
    (pair,) = two(clock, rows_of(STEADY * 20), rows_of(STEADY * 20)).pairs
    assert pair.overall.verdict.word is Word.NO_DIFFERENCE


def test_rows_are_joined_by_key_whatever_their_order(clock: FakeClock) -> None:
    before = rows_of("pfpfpfpfpf")
    after = [replace(each, index=9 - n) for n, each in enumerate(before)][::-1]
    comparison = two(clock, before, after)
    assert comparison.matched.coverage.matched == 10
    changes = comparison.pairs[0].overall.measured.changes
    assert changes is not None
    assert (changes.improved, changes.regressed) == (0, 0)


def test_errors_and_ungraded_rows_are_in_no_rate_and_told_with_bounds(clock: FakeClock) -> None:
    (pair,) = two(clock, rows_of("ppppppffee"), rows_of("ppppppffuu")).pairs
    assert pair.overall.measured.n == 8
    before, after = pair.left_out
    assert (before.errored, before.ungraded, before.bounds) == (2, 0, Interval(0.6, 0.8))
    assert (after.errored, after.ungraded) == (0, 2)


def test_several_trials_are_clustered_by_row(clock: FakeClock) -> None:
    before = [row(f"r{n}", "pff", index=n) for n in range(30)]
    after = [row(f"r{n}", "ppf" if n % 3 else "pff", index=n) for n in range(30)]
    (pair,) = two(clock, before, after).pairs
    measured = pair.overall.measured
    assert (measured.test, measured.n, measured.clusters) == ("clustered_t", 30, 30)
    assert measured.baseline_value == pytest.approx(1 / 3)
    assert measured.difference == pytest.approx(20 / 90)
    assert pair.overall.verdict.word is Word.BETTER


def test_numbers_are_compared_where_nothing_passes(clock: FakeClock) -> None:
    before = [row(f"r{n}", "u", 3 + n % 3) for n in range(40)]
    after = [row(f"r{n}", "u", 3.5 + n % 3 + (n % 5) / 10) for n in range(40)]
    (pair,) = two(clock, before, after).pairs
    assert (pair.overall.type, pair.overall.unit) == ("numeric", "score")
    assert pair.overall.verdict.word is Word.BETTER
    assert pair.overall.measured.difference == pytest.approx(0.7)
    assert [each.name for each in pair.criteria] == ["close"]


def test_what_cannot_be_compared_is_named(clock: FakeClock) -> None:
    def rows(kind: CriterionType, value: float, extra: str) -> list[Any]:
        scores = (
            make_score("judge", type=kind, value=value, passed=True),
            make_score("scale", type=CriterionType.NUMERIC, value=value),
            make_score(extra, passed=True),
        )
        return [make_row(f"r{n}", make_trial(scores=scores)) for n in range(12)]

    before, after = rows(CriterionType.BINARY, 0.9, "old"), rows(CriterionType.NUMERIC, 80.0, "new")
    (pair,) = two(clock, before, after).pairs
    assert not pair.criteria
    assert pair.unlike == (
        "judge is binary in the baseline and numeric in the run.",
        "scale seems to be on different scales: up to 0.9 and up to 80.",
        "Only the baseline has old.",
        "Only the run has new.",
    )


def test_labels_without_a_verdict_are_counted_not_judged(clock: FakeClock) -> None:
    def rows(label: str) -> list[Any]:
        score = make_score("tone", type=CriterionType.LABEL, label=label)
        words = make_score("why", type=CriterionType.LABEL, label=f"because {label}")
        return [
            make_row(
                f"r{n}", make_trial(scores=(score, replace(words, label=f"{words.label} {n}")))
            )
            for n in range(30)
        ]

    (pair,) = two(clock, rows("warm"), [*rows("warm")[:20], *rows("cold")[20:]]).pairs
    (tone,) = pair.criteria
    assert tone.same_labels == (20, 30)
    assert tone.verdict.word is Word.TOO_FEW


@pytest.mark.parametrize("letters", ["", "p", "e" * 12, "u" * 12, "f" * 12])
def test_degenerate_runs_get_a_verdict(clock: FakeClock, letters: str) -> None:
    (pair,) = two(clock, rows_of(letters), rows_of(letters)).pairs
    assert pair.overall.verdict.word in (Word.TOO_FEW, Word.INCONCLUSIVE)
    assert pair.overall.measured.difference in (None, 0.0)


def test_scores_that_are_no_numbers_are_left_out(clock: FakeClock) -> None:
    before = [row(f"r{n}", "u", nan if n < 5 else 2.0 + n) for n in range(30)]
    after = [row(f"r{n}", "u", 2.0 + n) for n in range(30)]
    (pair,) = two(clock, before, after).pairs
    assert pair.overall.measured.n == 25


def test_many_runs_are_judged_on_the_rows_all_have_and_corrected(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    runs = [
        put(store, "eval_a/run_1", rows_of(STEADY)),
        put(store, "eval_a/run_2", rows_of("p" * 67 + "f" * 13)),
        put(store, "eval_a/run_3", rows_of(STEADY)[:50]),
    ]
    comparison = compared(store, runs)
    assert comparison.matched.coverage.matched == 50
    assert comparison.matched.coverage.only == (30, 30, 0)
    assert [pair.place for pair in comparison.pairs] == [1, 2]
    alone = compared(store, runs[:2]).pairs[0]
    assert alone.overall.p_adjusted == alone.overall.measured.p_value
    both = compared(store, [runs[0], runs[1], runs[1]])
    assert both.pairs[0].overall.p_adjusted == pytest.approx(
        2 * (alone.overall.measured.p_value or 0)
    )


def test_rows_of_one_document_are_dependent_when_told_so(clock: FakeClock) -> None:
    before = [row(f"r{n}", "f", item={"doc": n // 5}, index=n) for n in range(60)]
    after = [row(f"r{n}", "p" if n < 25 else "f", item={"doc": n // 5}) for n in range(60)]
    plain, clustered = two(clock, before, after), two(clock, before, after, cluster="item.doc")
    one, other = plain.pairs[0].overall.measured, clustered.pairs[0].overall.measured
    assert other.clusters == 12
    assert one.interval is not None
    assert other.interval is not None
    assert other.interval.half_width > 1.5 * one.interval.half_width


def test_slices_show_where_the_difference_is(clock: FakeClock) -> None:
    def rows(letters: str) -> list[Any]:
        return [
            row(f"r{n}", letter, item={"topic": "car" if n % 3 else "bike"})
            for n, letter in enumerate(letters)
        ]

    after = "".join("f" if n % 3 == 0 else "p" for n in range(60))
    (pair,) = two(clock, rows("p" * 60), rows(after), slices="item.topic").pairs
    assert [(each.value, each.measured.n) for each in pair.slices] == [("car", 40), ("bike", 20)]
    assert [each.measured.difference for each in pair.slices] == [0.0, -1.0]


def test_costs_and_settings_stand_beside(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    usage = (ModelUsage("m", cost_usd=3.0),)
    one = put(store, "eval_a/run_1", rows_of(STEADY), usage=usage, config={"sampling": {"t": 1}})
    other = put(
        store, "eval_a/run_2", rows_of(STEADY), models=("m2",), config={"sampling": {"t": 2}}
    )
    (pair,) = compared(store, [one, other]).pairs
    assert (pair.costs[0].usd, pair.costs[0].usd_per_pass) == (3.0, 3.0 / 60)
    assert (pair.costs[1].usd, pair.costs[1].usd_per_pass) == (None, None)
    assert set(pair.config) == {("model", "", "m2"), ("config.sampling.t", "1", "2")}


def items(prefix: str, field: str = "id") -> list[Any]:
    return [
        row(f"{prefix}{n}", "p", item={field: f"faq-{n}", "question": f"Why {n}?"}, index=n)
        for n in range(12)
    ]


def test_runs_of_two_providers_are_matched_by_the_items_id(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    one = put(store, "eval_a/run_1", items(""))
    other = put(store, "c1", items("digest-"), connection="team", group=Group("e", None),
                provider=ProviderKind.WEAVE)  # fmt: skip
    batch = put(store, "batch_1", [row(f"faq-{n}", "u") for n in range(10)], group=None,
                connection="gate", provider=ProviderKind.GOMODEL)  # fmt: skip
    batch = replace(batch, run=replace(batch.run, kind=RunKind.BATCH))
    comparison = compared(store, [one, other, batch])
    assert comparison.matched.key.name == "item.id"
    assert comparison.matched.coverage.matched == 10
    assert comparison.matched.coverage.only_examples[0] == ("faq-10", "faq-11")


def test_a_key_given_is_remembered_for_both_groups_until_forgotten(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    runs = [
        put(store, "eval_a/run_1", items("a")),
        put(store, "eval_b/run_2", items("b"), group=Group("eval_b", None)),
    ]
    assert compared(store, runs).matched.key.source == "chosen"
    given = compared(store, runs, Options(key="input"))
    assert (given.matched.key.name, given.matched.coverage.matched) == ("input", 12)
    again = compared(store, runs[::-1])
    assert (again.matched.key.name, again.matched.key.source) == ("input", "remembered")
    assert compared(store, runs, Options(key="auto")).matched.key.name == "item.id"
    assert compared(store, runs).matched.key.source == "chosen"


def test_a_key_that_matches_nothing_is_shown_and_not_remembered(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    runs = [put(store, "eval_a/run_1", items("a")), put(store, "eval_a/run_2", items("a"))]
    found = compared(store, runs, Options(key="item.nothing"))
    assert found.matched.coverage.matched == 0
    assert found.matched.coverage.without_key == (12, 12)
    assert found.pairs[0].overall.verdict.word is Word.TOO_FEW
    assert compared(store, runs).matched.key.source == "chosen"


def test_counting_keys_of_different_evals_match_nothing_by_themselves(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    one = put(store, "eval_a/run_1", [make_row(str(n), label=f"a {n}") for n in range(20)])
    other = put(store, "eval_b/run_2", [make_row(str(n), label=f"b {n}") for n in range(20)],
                group=Group("eval_b", None))  # fmt: skip
    assert compared(store, [one, other]).matched.coverage.matched == 0
    assert GROUP.id == "eval_a"


@pytest.mark.parametrize(
    ("scales", "told", "margin"),
    [
        ((5.0, 10.0), "the score is on different scales: of 5 and of 10.", 0.0),
        ((5.0, None), None, 0.02 * 2.4),
        ((5.0, 5.0), None, 0.1),
        ((1.0, None), "the score seems to be on different scales: up to 1 and up to 5.4.", 0.0),
    ],
)
def test_stated_scales_count(
    clock: FakeClock, scales: tuple[float | None, ...], told: str | None, margin: float
) -> None:
    store = Store.open(None, clock=clock)
    runs = []
    for n, scale in enumerate(scales):
        rows = [row(f"r{k}", "u", 3 + k % 3 + 0.4 * n) for k in range(30)]
        score = None if scale is None else ScoreStats(4.0, scale_max=scale)
        runs.append(put(store, f"eval_a/run_{n}", rows, score=score))
    (pair,) = compared(store, runs).pairs
    assert [text for text in pair.unlike if "the score" in text] == ([told] if told else [])
    assert bool(pair.overall.measured.n) is (told is None)
    assert pair.overall.verdict.rule.margin == pytest.approx(margin)
    if told:
        assert sentence(pair.overall).startswith("Nothing to compare")


def test_rows_are_told_apart_by_a_field_of_the_run_that_has_it(clock: FakeClock) -> None:
    store = Store.open(None, clock=clock)
    batch = [
        replace(each, extra={"provider": "anthropic" if n % 2 else "openai"})
        for n, each in enumerate(rows_of("p" * 20 + "f" * 20))
    ]
    items = [row(f"r{n}", "p", item={"topic": f"t{n % 4}"}, index=n) for n in range(40)]
    one = put(store, "batch_1", batch, group=None)
    runs = [
        replace(one, run=replace(one.run, kind=RunKind.BATCH)),
        put(store, "eval_b/run_2", items, connection="eu"),
    ]
    for pair_of in (runs, runs[::-1]):
        (pair,) = compared(store, pair_of, Options("key", slices="extra.provider")).pairs
        assert [(each.value, each.measured.n) for each in pair.slices] == [
            ("anthropic", 20),
            ("openai", 20),
        ]
        options = Options("key", cluster="item.topic", slices="item.topic")
        (pair,) = compared(store, pair_of, options).pairs
        assert [each.value for each in pair.slices] == ["t0", "t1", "t2", "t3"]
        assert pair.overall.measured.clusters == 4
        assert pair.unlike == ()


def test_a_field_no_row_has_is_named(clock: FakeClock) -> None:
    rows = rows_of(STEADY)
    (pair,) = two(clock, rows, rows, cluster="item.no", slices="extra.no").pairs
    assert pair.slices == ()
    assert pair.unlike == (
        "No matched row has item.no: nothing is told apart by it.",
        "No matched row has extra.no: nothing is told apart by it.",
    )
