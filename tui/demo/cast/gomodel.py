"""The company's gateway: batches on several vendors through one door."""

from tui.demo import company as c
from tui.demo.cast.casting import DAY, HOUR, MINUTE, Casting
from tui.demo.exhibits import EXHIBITS
from tui.demo.facts import Fate, SimError
from tui.demo.suites import FAQ, INVOICES, TOXICITY, TRIAGE


def add(cast: Casting) -> None:
    """Add the account's batches."""
    batch = cast.batch
    batch("gomodel", "faq-on-sonnet", FAQ, c.SONNET, 200, created=-9 * DAY, rate=0.6,
          error_rate=0.02, skill=0.85, strain="a")  # fmt: skip
    batch("gomodel", "faq-on-haiku", FAQ, c.HAIKU, 200, created=-3 * DAY, rate=1.1,
          error_rate=0.01, skill=0.8, strain="b")  # fmt: skip
    batch("gomodel", "toxicity-gateway", TOXICITY, c.GPT41_MINI, 3000, created=-30 * HOUR,
          rate=4.0, error_rate=0.004)  # fmt: skip
    batch("gomodel", "exhibits", TRIAGE, c.LLAMA, len(EXHIBITS), created=-16 * DAY, rate=1.0,
          exhibits=True)  # fmt: skip
    batch("gomodel", "invoices-on-gemini", INVOICES, c.GEMINI, 400, created=-18 * MINUTE,
          rate=0.25, error_rate=0.02)  # fmt: skip
    batch("gomodel", "triage-quick", TRIAGE, c.LLAMA, 50, created=-25.0, queue_s=15.0, rate=0.9,
          finalize_s=0.0)  # fmt: skip
    batch("gomodel", "no output file", TRIAGE, c.GPT4O_MINI, 20, created=-2 * DAY, error_rate=1.0)
    batch("gomodel", "rejected", FAQ, c.GPT4O_MINI, 10, created=-5 * DAY, queue_s=5.0,
          fate=Fate.FAILS, fate_at=0.0,
          error=SimError("invalid_file", "The input file is empty."))  # fmt: skip
    batch("gomodel", "stopped", TOXICITY, c.GPT41_MINI, 300, created=-4 * DAY, rate=0.5,
          fate_at=0.3, fate=Fate.IS_CANCELED)  # fmt: skip
    batch("gomodel", "expired", TOXICITY, c.GPT4O_MINI, 800, created=-7 * DAY, rate=0.02,
          fate_at=0.5, fate=Fate.EXPIRES)  # fmt: skip
    batch("gomodel", "upstream silent", TOXICITY, c.GEMINI, 150, created=-3 * HOUR, rate=0.2,
          fate=Fate.STALLS, fate_at=0.25)  # fmt: skip
    batch("gomodel", "nightly-triage", TRIAGE, c.HAIKU, 90, created=60.0, queue_s=30.0, rate=0.8)
