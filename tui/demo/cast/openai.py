"""The OpenAI project: most of the company's evals, and its big batches."""

from tui.demo import company as c
from tui.demo.cast.casting import DAY, HOUR, MINUTE, Casting
from tui.demo.exhibits import EXHIBITS, HOSTILE_NAME
from tui.demo.facts import Fate, SimError
from tui.demo.suites import CLAIMS, FAQ, INVOICES, RAG, TOXICITY, TRIAGE

_NO_MODEL = SimError(
    "invalid_request", "The model gpt-none does not exist or you do not have access to it."
)
_BAD_LINE = SimError("invalid_json_line", "Line 3 could not be read as JSON.")


def add(cast: Casting) -> None:
    """Add the account's groups and runs."""
    _faq(cast)
    _others(cast)
    _batches(cast)


def _faq(cast: Casting) -> None:
    faq = cast.group("openai", "support-faq", FAQ, c.FAQ_GRADERS, created=-40 * DAY, team="support")
    run = cast.run
    run(faq, "nightly, prompt v1", c.GPT4O_MINI, 400, created=-9 * DAY, rate=1.3, skill=0.74,
        strain="a", dataset="inline", error_rate=0.01, metadata={"prompt": "v1"})  # fmt: skip
    run(faq, "nightly, prompt v2", c.GPT5_MINI, 400, created=-2 * DAY, rate=1.1, skill=0.84,
        strain="b", dataset="inline", error_rate=0.005, broken_rate=0.02,
        metadata={"prompt": "v2", "git_sha": "4f1c2aa"})  # fmt: skip
    run(faq, "canary", c.GPT5_MINI, 24, created=-20.0, rate=0.4, skill=0.88, strain="b",
        dataset="inline", metadata={"prompt": "v3"})  # fmt: skip
    run(faq, "nightly, prompt v3", c.GPT5_MINI, 1000, created=-9 * MINUTE, rate=0.7, skill=0.86,
        strain="c", error_rate=0.01, broken_rate=0.01, metadata={"prompt": "v3"})  # fmt: skip
    run(faq, "waiting for capacity", c.O4_MINI, 60, created=-4 * MINUTE, queue_s=3 * HOUR,
        dataset="inline", skill=0.9, strain="c")  # fmt: skip
    run(faq, "canary after fix", c.GPT5_MINI, 40, created=45.0, rate=0.8, skill=0.91, strain="c",
        dataset="inline")  # fmt: skip
    run(faq, "hourly canary", c.GPT5_MINI, 24, created=HOUR, rate=0.3, skill=0.9, strain="c",
        dataset="inline")  # fmt: skip


def _others(cast: Casting) -> None:
    run = cast.run
    rag = cast.group("openai", "rag-qa", RAG, c.RAG_GRADERS, created=-60 * DAY, team="search")
    run(rag, "embeddings v2, everything", c.GPT41_MINI, 5000, created=-6 * DAY, rate=2.1,
        skill=0.79, strain="a", error_rate=0.004)  # fmt: skip
    run(rag, "embeddings v3, sample", c.GPT41_MINI, 250, created=-30 * HOUR, rate=0.9, skill=0.83,
        strain="b")  # fmt: skip
    run(rag, "stopped by hand", c.SONNET, 300, created=-26 * HOUR, rate=0.5, fate_at=0.2,
        fate=Fate.IS_CANCELED, skill=0.8)  # fmt: skip
    run(rag, "judge out of quota", c.GPT41_MINI, 120, created=-5 * HOUR, rate=0.6, fate_at=0.3,
        fate=Fate.FAILS, skill=0.8,
        error=SimError("insufficient_quota", "The grader model ran out of quota."))  # fmt: skip
    run(rag, "no-such-model", c.GPT41_MINI, 120, created=-4 * HOUR, fate=Fate.FAILS, fate_at=0.0,
        error=_NO_MODEL)  # fmt: skip

    triage = cast.group(
        "openai", "ticket-triage", TRIAGE, c.TRIAGE_GRADERS, created=-30 * DAY, team="support"
    )
    run(triage, "three tries each", c.GPT4O_MINI, 60, trials=3, created=-3 * DAY, rate=1.5,
        skill=0.8, strain="a")  # fmt: skip
    run(triage, "three tries each, v2", c.GPT5_MINI, 60, trials=3, created=-DAY, rate=0.9,
        skill=0.9, strain="b")  # fmt: skip

    agent = cast.group("openai", "claims-agent", CLAIMS, c.CLAIMS_GRADERS, created=-20 * DAY)
    run(agent, "agent 0.9", c.GPT41_MINI, 80, created=-8 * DAY, rate=0.2, skill=0.66, strain="a")
    run(agent, "agent 1.0", c.O4_MINI, 80, created=-20 * HOUR, rate=0.15, skill=0.78, strain="b")

    logs = cast.group("openai", "answer-closeness (prod logs)", FAQ, (c.HELPFUL, c.CLOSE),
        created=-50 * DAY, source="logs", usecase="faq")  # fmt: skip
    run(logs, "last week's answers", c.GPT5_MINI, 90, created=-5 * DAY, rate=1.0, skill=0.77,
        dataset="logs")  # fmt: skip

    old_bot = cast.group("openai", "answers of the old bot", FAQ, (c.CLOSE, c.MENTIONS),
        created=-90 * DAY)  # fmt: skip
    run(old_bot, "imported", c.GPT4O_MINI, 45, created=-14 * DAY, rate=3.0, skill=0.6,
        dataset="answered")  # fmt: skip

    safety = cast.group("openai", "output-safety", FAQ, (c.SAFE_OUTPUT,), created=-15 * DAY)
    run(safety, HOSTILE_NAME, c.GPT4O_MINI, len(EXHIBITS), created=-7 * DAY, rate=1.0,
        exhibits=True, dataset="inline", skill=0.6)  # fmt: skip
    run(safety, "no rows", c.GPT4O_MINI, 0, created=-12 * DAY, dataset="inline")

    cast.group("openai", "invoice-extraction (draft)", INVOICES, c.INVOICE_GRADERS, created=-DAY)


def _batches(cast: Casting) -> None:
    batch = cast.batch
    batch("openai", "triage-backfill", TRIAGE, c.GPT4O_MINI, 2000, created=-11 * DAY, rate=3.2,
          error_rate=0.0015)  # fmt: skip
    batch("openai", "toxicity-october", TOXICITY, c.GPT41_MINI, 500, created=-18 * DAY, rate=1.0)
    batch("openai", "all refused", TOXICITY, c.O4_MINI, 30, created=-10 * DAY, error_rate=1.0)
    batch("openai", "typo in line 3", TRIAGE, c.GPT4O_MINI, 40, created=-3 * DAY, queue_s=9.0,
          fate=Fate.FAILS, fate_at=0.0, error=_BAD_LINE)  # fmt: skip
    batch("openai", "starved", RAG, c.SONNET, 300, created=-4 * DAY, rate=0.02, fate_at=0.6,
          fate=Fate.EXPIRES)  # fmt: skip
    batch("openai", "about to expire", RAG, c.O4_MINI, 200, created=-DAY + 6 * MINUTE, rate=0.01,
          fate_at=0.85, fate=Fate.EXPIRES)  # fmt: skip
    batch("openai", "toxicity-november", TOXICITY, c.GPT41_MINI, 1200, created=-8 * MINUTE,
          rate=0.9, error_rate=0.01)  # fmt: skip
    batch("openai", "quick-check", TRIAGE, c.GPT4O_MINI, 60, created=-30.0, rate=1.2, queue_s=20.0,
          finalize_s=12.0)  # fmt: skip
    batch("openai", "withdrawn", FAQ, c.GPT4O_MINI, 400, created=-6 * DAY, rate=0.3, fate_at=0.25,
          fate=Fate.IS_CANCELED)  # fmt: skip
    batch("openai", "just uploaded", FAQ, c.GPT5_MINI, 150, created=10.0, queue_s=70.0,
          rate=1.5)  # fmt: skip
