"""A connection that is down is probed, not hammered, and comes back by itself."""

from random import Random

import pytest

from tests.clock import FakeClock
from tui.errors import AuthError, ProviderError, ServerFaultError, UnreachableError
from tui.polling.breaker import FAULTS_TO_OPEN, Breaker

GONE = UnreachableError("prod: no answer.", remedy="Check the network.")
FAULT = ServerFaultError("prod: the provider failed (500).", status=500)


class Line:
    """A breaker and the requests it let through."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.breaker = Breaker(self.clock, Random(3))
        self.recovered = 0
        self.breaker.on_recovery = self._count
        self.sent = 0

    def _count(self) -> None:
        self.recovered += 1

    def ask(self, path: str, answer: ProviderError | None) -> ProviderError | None:
        """Return what the asker gets: the answer, or the refusal."""
        try:
            self.breaker.check(path)
        except ProviderError as refusal:
            return refusal
        self.sent += 1
        self.breaker.heard(path, answer)
        return answer


@pytest.fixture
def line() -> Line:
    return Line()


def break_it(line: Line) -> None:
    for n in range(FAULTS_TO_OPEN):
        line.ask(f"/runs/{n}", GONE)
    assert line.breaker.open


def test_an_hours_outage_costs_at_most_130_requests_however_many_ask(line: Line) -> None:
    for _second in range(3600):
        for asker in range(50):
            line.ask(f"/runs/{asker}", GONE)
        line.clock.advance(1)
    assert 100 < line.sent <= 130


def test_the_refusal_is_the_fault_with_the_time_of_the_next_probe(line: Line) -> None:
    break_it(line)
    refusal = line.ask("/runs", None)
    assert isinstance(refusal, UnreachableError)
    assert refusal is not GONE
    assert refusal.sentence() == GONE.sentence()
    assert refusal.retry_at is not None
    wait = (refusal.retry_at - line.clock.now()).total_seconds()
    assert 5 <= wait <= 5.5
    line.clock.advance(wait)
    assert line.ask("/runs", None) is None


def test_whoever_asks_after_the_return_is_served_within_35_seconds(line: Line) -> None:
    break_it(line)
    for _second in range(1200):
        line.ask("/runs", GONE)
        line.clock.advance(1)
    waited = 0
    while line.ask("/runs", None) is not None:
        line.clock.advance(1)
        waited += 1
    assert waited <= 34
    assert line.recovered == 1
    assert not line.breaker.open


def test_one_probe_at_a_time(line: Line) -> None:
    break_it(line)
    line.clock.advance(6)
    line.breaker.check("/probe")
    assert isinstance(line.ask("/other", None), UnreachableError)
    line.breaker.heard("/probe", None)
    assert line.ask("/other", None) is None


def test_a_probe_whose_asker_has_gone_leaves_its_place_to_the_next(line: Line) -> None:
    break_it(line)
    line.clock.advance(6)
    line.breaker.check("/probe")
    line.breaker.unsent("/probe")
    assert line.ask("/other", None) is None


def test_a_broken_path_among_others_that_answer_opens_nothing(line: Line) -> None:
    line.ask("/list", None)
    for _ in range(40):
        line.ask("/broken", FAULT)
        line.clock.advance(1)
    assert not line.breaker.open


def test_the_only_path_of_a_provider_opens_it(line: Line) -> None:
    for _ in range(FAULTS_TO_OPEN):
        line.ask("/list", FAULT)
    assert line.breaker.open


def test_a_refused_key_is_an_answer(line: Line) -> None:
    for _ in range(20):
        line.ask("/list", AuthError("prod: the key was refused.", status=401))
    assert not line.breaker.open


def test_a_person_who_asks_now_is_the_probe(line: Line) -> None:
    break_it(line)
    line.breaker.try_now()
    assert line.ask("/runs", None) is None
    assert line.recovered == 1
