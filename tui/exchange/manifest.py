"""The last file of an export: what it holds, with counts and digests, so that it can be checked."""

import json
from collections.abc import Sequence
from datetime import datetime

from tui import __version__
from tui.exchange.folder import OutFile
from tui.frozen import frozen
from tui.models import JsonObject, RunRef
from tui.presentation.records import timestamp

NAME = "manifest.json"
KIND = "evaltop-export"
VERSION = 1
"""Grows when an older evaltop could no longer read what is written."""


@frozen
class RunEntry:
    """One run of an export."""

    ref: RunRef
    stem: str
    """What the names of its files begin with."""
    rows: int
    trials: int
    complete: bool
    why: str | None
    """What is missing; None when nothing is."""


def manifest(runs: Sequence[RunEntry], files: Sequence[OutFile], at: datetime) -> bytes:
    """Return the manifest of closed files."""
    entries: list[JsonObject] = [
        {
            "ref": str(run.ref),
            "files": run.stem,
            "rows": run.rows,
            "trials": run.trials,
            "complete": run.complete,
            "missing": run.why,
        }
        for run in runs
    ]
    told: list[JsonObject] = [
        {"name": file.name, "records": file.records, "bytes": file.size, "sha256": file.sha256}
        for file in files
    ]
    whole: JsonObject = {
        "format": KIND,
        "version": VERSION,
        "evaltop": __version__,
        "exported_at": timestamp(at),
        "runs": [*entries],
        "files": [*told],
    }
    return json.dumps(whole, indent=2).encode() + b"\n"
