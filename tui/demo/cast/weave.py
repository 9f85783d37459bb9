"""The Weave project of the research group: several trials per row, killed processes."""

from tui.demo import company as c
from tui.demo.cast.casting import DAY, HOUR, MINUTE, Casting
from tui.demo.exhibits import EXHIBITS, HOSTILE_NAME
from tui.demo.facts import Fate, SimError
from tui.demo.suites import CLAIMS, FAQ, RAG

_CRASH = SimError("ConnectionError", "Cannot reach the vector database at qdrant:6333.")


def add(cast: Casting) -> None:
    """Add the account's groups and runs."""
    run = cast.run
    faq = cast.group("weave", "faq-eval", FAQ, (c.CORRECT, c.CLOSE, c.MENTIONS), created=-45 * DAY)
    run(faq, "quiet-pine", c.SONNET, 80, trials=3, created=-7 * DAY, rate=1.4, skill=0.76,
        strain="a", error_rate=0.02)  # fmt: skip
    run(faq, "amber-river", c.SONNET, 80, trials=3, created=-25 * HOUR, rate=1.4, skill=0.86,
        strain="b", error_rate=0.01, broken_rate=0.02)  # fmt: skip
    run(faq, "brisk-heron", c.HAIKU, 80, trials=3, created=-3 * MINUTE, rate=0.6, skill=0.84,
        strain="c", error_rate=0.02, broken_rate=0.02)  # fmt: skip
    run(faq, "smoke", c.HAIKU, 8, trials=2, created=-8.0, rate=0.25, skill=0.9, strain="c")
    run(faq, HOSTILE_NAME, c.HAIKU, len(EXHIBITS), created=-12 * DAY, rate=1.0, exhibits=True)

    rag = cast.group("weave", "rag-qa-eval", RAG, c.RAG_GRADERS, created=-30 * DAY)
    run(rag, "judge-v3", c.SONNET, 500, created=-4 * DAY, rate=0.8, skill=0.8, strain="a")
    run(rag, "judge-v4", c.GEMINI, 500, created=-40 * MINUTE, rate=0.15, skill=0.84, strain="b",
        error_rate=0.01)  # fmt: skip
    run(rag, "laptop closed", c.SONNET, 200, created=-9 * HOUR, rate=0.5, fate=Fate.STALLS,
        fate_at=0.37, skill=0.8)  # fmt: skip
    run(rag, "crashed", c.GEMINI, 200, created=-2 * DAY, rate=0.5, fate=Fate.FAILS, fate_at=0.2,
        error=_CRASH, skill=0.8)  # fmt: skip

    agent = cast.group("weave", "claims-agent-eval", CLAIMS, c.CLAIMS_GRADERS, created=-22 * DAY)
    run(agent, "soft-meadow", c.SONNET, 50, trials=5, created=-3 * DAY, rate=0.6, skill=0.7,
        strain="a")  # fmt: skip
    run(agent, "late-comet", c.SONNET, 50, trials=5, created=30.0, rate=2.2, skill=0.8,
        strain="b")  # fmt: skip
    run(agent, "no rows", c.SONNET, 0, created=-14 * DAY)
