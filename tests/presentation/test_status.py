from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from tests.clock import START
from tui.polling.health import ConnectionHealth, HealthState
from tui.presentation.format import next_time
from tui.presentation.status import health_text, status_item, status_items


@dataclass(frozen=True)
class Health:
    connection: str = "prod"
    state: str = "ok"
    ok_at: datetime | None = START - timedelta(minutes=12)
    error: str | None = None
    remedy: str | None = None
    next_at: datetime | None = None
    checked: int = 1
    sources: int = 1
    oldest_check_at: datetime | None = None


SOON = START + timedelta(minutes=7)
REFUSED = "Nobody answers at localhost:8080. More."


@pytest.mark.parametrize(
    ("health", "text", "tone"),
    [
        (Health(), "✓ 12m", "good"),
        (Health(checked=34, sources=200), "✓ 12m, 34/200 evals checked", "good"),
        (Health(state="never", ok_at=None), "… asking", "muted"),
        (
            Health(state="waiting", next_at=SOON),
            f"⚠ rate-limited, next {next_time(SOON, START)}",
            "warn",
        ),
        (Health(state="waiting"), "⚠ rate-limited", "warn"),
        (Health(state="retired"), "⊗ retired, data 12m old", "warn"),
        (
            Health(state="error", error=REFUSED),
            "✗ Nobody answers at localhost:8080, data 12m old",
            "bad",
        ),
        (Health(state="error", ok_at=None), "✗ no answer", "bad"),
    ],
)
def test_a_connection_in_a_few_words(health: Health, text: str, tone: str) -> None:
    item = status_item(health, START)
    assert (item.name, item.text, item.tone) == ("prod", text, tone)


def test_a_long_error_is_cut_with_a_sign() -> None:
    item = status_item(Health(state="error", error="x" * 300, ok_at=None), START)
    assert item.text.endswith("…")
    assert len(item.text) < 50


def test_trouble_stands_first_and_the_rest_keeps_its_order() -> None:
    healths = [Health("a"), Health("b", "error"), Health("c"), Health("d", "waiting")]
    assert [item.name for item in status_items(healths, START)] == ["b", "d", "a", "c"]


def test_the_whole_story_has_error_remedy_and_times() -> None:
    text = health_text(
        Health(
            state="error",
            error="The key was refused.",
            remedy="Set OPENAI_API_KEY.",
            next_at=SOON,
            checked=3,
            sources=9,
            oldest_check_at=START - timedelta(minutes=6),
        ),
        START,
    )
    assert text.startswith("The key was refused. Set OPENAI_API_KEY. Last good answer: 12m ago.")
    assert f"Next try at {next_time(SOON, START)}." in text
    assert text.endswith("3/9 evals checked, the oldest 6m ago.")


def test_never_asked_and_never_answered_differ() -> None:
    never = Health(state="never", ok_at=None)
    assert health_text(never, START) == "It is being asked for the first time."
    broken = Health(state="error", ok_at=None, error="No.")
    assert health_text(broken, START) == "No. It has not answered well yet."
    theirs = Health(state="error", ok_at=None, error="missing header", remedy="Set a key.")
    assert health_text(theirs, START) == "missing header. Set a key. It has not answered well yet."


def test_why_a_healthy_connection_is_asked_less_is_told() -> None:
    well = ConnectionHealth("prod", HealthState.OK, ok_at=START)
    item = status_item(well, START, "3 of 60 left")
    assert item.text == "✓ <1m, 3 of 60 left"
