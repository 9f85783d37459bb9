"""Two runs that can be compared, all of whose texts are payloads; the second one is worse."""

from datetime import timedelta

from tests.app.world import nightly
from tests.clock import START
from tests.hostile.payloads import all_payloads
from tests.hostile.test_payloads import FIELDS, Deck
from tui.analysis.compared import Comparison, Options
from tui.analysis.comparing import compare_stored
from tui.models import (
    Counts,
    CriterionType,
    ErrorInfo,
    Group,
    Outcome,
    Row,
    Run,
    RunRef,
    Score,
    Status,
    Trial,
)
from tui.providers.base import RowPage
from tui.store import Store

BEFORE, AFTER = RunRef("prod", "eval_1/run_a"), RunRef("prod", "eval_1/run_b")
PAYLOADS = [payload for _family, payload in all_payloads()]
JUDGES = [payload[:200] for payload in PAYLOADS[::60]]
"""Names of criteria; both runs have the same."""


def run_of(ref: RunRef, start: int, age_h: int, rows: int) -> Run:
    deal = Deck(PAYLOADS, start)
    return nightly(
        ref=ref,
        id=ref.path.rpartition("/")[2],
        name=deal(),
        group=Group("eval_1", deal()),
        models=(deal(),),
        status=Status.COMPLETED,
        raw_status="completed",
        started_at=START - timedelta(hours=age_h),
        ended_at=START - timedelta(hours=age_h - 1),
        counts=Counts(total=rows, done=rows),
        url=f"https://x.example/{deal()}",
        metadata={deal(): deal()},
        config={deal(): deal()},
        error=ErrorInfo(deal(), deal()),
        warnings=(deal(),),
    )


def trial_of(place: int, *, passed: bool) -> Trial:
    deal = Deck(PAYLOADS, place * FIELDS + (0 if passed else FIELDS // 2))
    scores = tuple(
        Score(judge, CriterionType.BINARY, passed=passed, reason=deal()) for judge in JUDGES
    )
    return Trial(
        id=f"t{place}",
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        input={deal(): Deck(PAYLOADS, place)()},
        output=deal(),
        expected=Deck(PAYLOADS, place + 1)(),
        scores=scores,
        model=deal(),
    )


def rows_of(*, passed: bool) -> list[Row]:
    """Return a row for every tenth payload: each shows ten of them."""
    places = range(-(-len(PAYLOADS) // FIELDS))
    return [
        Row(f"{place} {PAYLOADS[place * FIELDS]}", PAYLOADS[place * FIELDS], (one,), place)
        for place in places
        for one in [trial_of(place, passed=passed or place % 3 == 2)]
    ]


def put(store: Store) -> None:
    """Store both runs, walked to their end."""
    for ref, start, age_h, passed in ((BEFORE, 0, 5, True), (AFTER, 20, 3, False)):
        rows = rows_of(passed=passed)
        run = run_of(ref, start, age_h, len(rows))
        store.apply_runs("prod", "runs", [run], complete=False)
        store.apply_run(run)
        store.begin_walk(ref)
        store.apply_rows(ref, RowPage(tuple(rows)))
        store.end_walk(ref, complete=True)


def compared(store: Store) -> Comparison:
    """Return the comparison of both."""
    runs = [found for ref in (BEFORE, AFTER) if (found := store.run(ref)) is not None]
    return compare_stored(store, runs, Options())
