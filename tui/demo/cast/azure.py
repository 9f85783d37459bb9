"""The Azure resource and the Foundry project of the European office."""

from tui.demo import company as c
from tui.demo.cast.casting import DAY, HOUR, MINUTE, Casting
from tui.demo.exhibits import EXHIBITS, HOSTILE_NAME
from tui.demo.facts import Fate, SimError
from tui.demo.suites import CLAIMS, FAQ, INVOICES, RAG, TOXICITY


def add(cast: Casting) -> None:
    """Add both accounts' groups and runs."""
    _resource(cast)
    _project(cast)


def _resource(cast: Casting) -> None:
    run = cast.run
    invoices = cast.group("azure", "invoice-extraction", INVOICES, c.INVOICE_GRADERS,
        created=-70 * DAY, team="claims-eu")  # fmt: skip
    run(invoices, "schema v4", c.GPT4O_MINI, 240, created=-10 * DAY, rate=0.8, skill=0.7,
        strain="a", dataset="inline")  # fmt: skip
    run(invoices, "schema v5", c.GPT41_MINI, 240, created=-28 * HOUR, rate=0.7, skill=0.8,
        strain="b", dataset="inline", error_rate=0.03)  # fmt: skip
    run(invoices, "schema v5, all of October", c.GPT41_MINI, 700, created=-14 * MINUTE, rate=0.45,
        skill=0.8, strain="b")  # fmt: skip
    faq = cast.group("azure", "support-faq (EU)", FAQ, c.FAQ_GRADERS, created=-25 * DAY)
    run(faq, "eu-prompt", c.GPT41_MINI, 150, created=-3 * DAY, rate=0.9, skill=0.82, strain="b")
    run(faq, HOSTILE_NAME, c.GPT4O_MINI, len(EXHIBITS), created=-4 * DAY, rate=0.9, exhibits=True)
    run(faq, "smoke", c.GPT41_MINI, 30, created=-10.0, rate=0.35, skill=0.85, strain="b",
        dataset="inline", broken_rate=0.05)  # fmt: skip
    run(faq, "wrong deployment", c.GPT41_MINI, 150, created=-5 * DAY, fate=Fate.FAILS, fate_at=0.0,
        error=SimError("UserError", "The deployment gpt-41-mini-eu was not found."))  # fmt: skip
    cast.batch("azure", "toxicity-eu", TOXICITY, c.GPT41_MINI, 600, created=-2 * DAY, rate=0.8,
        error_rate=0.01)  # fmt: skip
    cast.batch("azure", "toxicity-eu-november", TOXICITY, c.GPT41_MINI, 900,
        created=-20 * MINUTE, rate=0.4)  # fmt: skip


def _project(cast: Casting) -> None:
    run = cast.run
    agent = cast.group("foundry", "triage agent", CLAIMS, c.FOUNDRY_GRADERS, created=-33 * DAY)
    run(agent, "agent v6", c.GPT41_MINI, 120, created=-6 * DAY, rate=0.4, skill=0.72, strain="a",
        error_rate=0.02, skip_rate=0.05, broken_rate=0.03)  # fmt: skip
    run(agent, "agent v7", c.GPT41_MINI, 120, created=-22 * HOUR, rate=0.4, skill=0.81, strain="b",
        skip_rate=0.05, broken_rate=0.02)  # fmt: skip
    run(agent, "agent v8", c.GPT5_MINI, 120, created=-70.0, rate=0.5, skill=0.85, strain="c",
        skip_rate=0.04, broken_rate=0.02, error_rate=0.01)  # fmt: skip
    grounding = cast.group("foundry", "groundedness", RAG, (c.GROUNDED, c.RELEVANCE),
        created=-20 * DAY)  # fmt: skip
    run(grounding, "nightly", c.GPT41_MINI, 300, created=-27 * HOUR, rate=0.5, skill=0.8,
        broken_rate=0.02)  # fmt: skip
    run(grounding, "judge without capacity", c.GPT41_MINI, 300, created=-5 * HOUR, rate=0.3,
        fate=Fate.STALLS, fate_at=0.4, skill=0.8)  # fmt: skip
    run(grounding, HOSTILE_NAME, c.GPT41_MINI, len(EXHIBITS), created=-9 * DAY, rate=0.5,
        exhibits=True)  # fmt: skip
    run(grounding, "called off", c.GPT41_MINI, 300, created=-8 * DAY, rate=0.5, fate_at=0.5,
        fate=Fate.IS_CANCELED)  # fmt: skip
