"""The Datalab account: documents converted and scored by rubrics."""

from tui.demo import company as c
from tui.demo.cast.casting import DAY, HOUR, MINUTE, Casting
from tui.demo.exhibits import EXHIBITS, HOSTILE_NAME
from tui.demo.facts import Fate, SimError
from tui.demo.suites import DOCUMENTS, INVOICES


def add(cast: Casting) -> None:
    """Add the account's groups and runs; ids count up in the order written here."""
    run = cast.run
    forms = cast.group("datalab", "claim forms", DOCUMENTS, c.DOCUMENT_RULES, created=-80 * DAY)
    invoices = cast.group("datalab", "invoices", INVOICES, c.DOCUMENT_RULES, created=-60 * DAY)
    odd = cast.group("datalab", HOSTILE_NAME, DOCUMENTS, c.DOCUMENT_RULES, created=-20 * DAY)
    run(odd, "exhibits", c.MARKER, len(EXHIBITS), created=-13 * DAY, rate=0.3, exhibits=True,
        metadata={"pipeline_type": "convert"})  # fmt: skip
    run(forms, "rubric 1", c.MARKER, 140, created=-11 * DAY, rate=0.4, skill=0.7, strain="a",
        error_rate=0.02, metadata={"pipeline_type": "convert"})  # fmt: skip
    run(forms, "rubric 1, new pipeline", c.MARKER, 140, created=-5 * DAY, rate=0.4, skill=0.82,
        strain="b", error_rate=0.01,
        metadata={"pipeline_type": "convert", "pipeline_id": "pl_k8Hx9Tq2"})  # fmt: skip
    run(invoices, "fields", c.MARKER, 60, created=-3 * DAY, rate=0.2, skill=0.75, strain="a",
        metadata={"pipeline_type": "extract"})  # fmt: skip
    run(invoices, "broken schema", c.MARKER, 60, created=-50 * HOUR, fate=Fate.FAILS, fate_at=0.05,
        rate=0.2, error=SimError("INVALID_SCHEMA", "The page schema is not valid JSON."),
        metadata={"pipeline_type": "extract"})  # fmt: skip
    run(invoices, "sections", c.MARKER, 40, created=-26 * HOUR, rate=0.2, skill=0.7,
        error_rate=0.1, metadata={"pipeline_type": "segment"})  # fmt: skip
    run(forms, "no files", c.MARKER, 0, created=-10 * HOUR, metadata={"pipeline_type": "convert"})
    run(forms, "half an hour ago", c.MARKER, 60, created=-35 * MINUTE, rate=0.1, skill=0.85,
        strain="b", metadata={"pipeline_type": "convert"})  # fmt: skip
    run(forms, "this morning", c.MARKER, 220, created=-12 * MINUTE, rate=0.08, skill=0.85,
        strain="b", error_rate=0.02,
        metadata={"pipeline_type": "convert", "pipeline_id": "pl_k8Hx9Tq2"})  # fmt: skip
    run(invoices, "quick look", c.MARKER, 12, created=-15.0, rate=0.15, queue_s=8.0, skill=0.9,
        strain="b", metadata={"pipeline_type": "extract", "pipeline_id": "cp_agentB7"})  # fmt: skip
    run(forms, "next", c.MARKER, 25, created=80.0, queue_s=20.0, rate=0.3, skill=0.8, strain="b",
        metadata={"pipeline_type": "convert"})  # fmt: skip
