"""A home directory with a filled store and a configuration, for measuring the whole program."""

import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.bench.bench_store import page
from tui.clock import SystemClock
from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    Group,
    ModelUsage,
    ProviderKind,
    Run,
    RunKind,
    RunRef,
    Status,
)
from tui.store import Store

NEWEST = "nightly-0000"
"""Name of the run at the top of the list; it is the one with rows."""


def closed_url() -> str:
    """Return an address on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


def make_home(
    home: Path,
    base_url: str,
    *,
    runs: int = 500,
    rows: int = 0,
    live_s: float = 15,
    idle_s: float = 3600,
    connections: Sequence[str] = ("prod",),
    own_pace: bool = True,
) -> dict[str, str]:
    """Fill `home`; return the environment that makes evaltop live there.

    The keys are the connections' names. Without `own_pace` they have the pace they begin with.
    """
    home.mkdir(parents=True, exist_ok=True)
    config = home / "config.toml"
    accounts = "".join(
        f'[connections.{name}]\nprovider = "openai"\nbase_url = "{base_url}"\n\n'
        for name in connections
    )
    pace = (
        f"[poll]\nfocused_s = {live_s}\nlive_s = {live_s}\nidle_s = {idle_s}\n"
        "max_requests_per_min = 600\n"
    )
    config.write_text(accounts + (pace if own_pace else ""))
    store = Store.open(home / "data", clock=SystemClock())
    if runs:
        now = datetime.now(UTC) - timedelta(hours=2)
        made = [finished_run(number, now) for number in range(runs)]
        store.apply_runs("prod", "eval_nightly", made, complete=True)
        if rows:
            ref = made[0].ref
            store.begin_walk(ref)
            for first in range(0, rows, 500):
                store.apply_rows(ref, page(first, min(500, rows - first)))
            store.end_walk(ref, complete=True)
    store.close()
    return {
        "HOME": str(home),
        "EVALTOP_CONFIG": str(config),
        "EVALTOP_DATA_DIR": str(home / "data"),
        **{f"EVALTOP_{name.upper()}_API_KEY": name for name in connections},
    }


def finished_run(number: int, now: datetime) -> Run:
    """Return a run with all a list shows of it; the higher the number, the older."""
    begun = now - timedelta(minutes=7 * number)
    passed = 700 + number % 200
    return Run(
        ref=RunRef("prod", f"eval_nightly/evalrun_{number:06}"),
        provider=ProviderKind.OPENAI,
        kind=RunKind.EVAL,
        id=f"evalrun_{number:06}",
        status=Status.COMPLETED if number % 9 else Status.FAILED,
        raw_status="completed" if number % 9 else "failed",
        group=Group("eval_nightly", "support questions"),
        name=f"nightly-{number:04}",
        models=("gpt-5-mini",),
        created_at=begun,
        started_at=begun,
        ended_at=begun + timedelta(minutes=4),
        counts=Counts(
            total=1000, done=1000, passed=passed, failed=980 - passed, errored=20, skipped=0
        ),
        criteria=(
            CriterionStats("judge", CriterionType.NUMERIC, 980, passed, 980 - passed, 20, 0.71),
            CriterionStats("format", CriterionType.BINARY, 980, 975, 5, 0, None),
        ),
        usage=(ModelUsage("gpt-5-mini", 1000, 500_000, 90_000, 20_000, 590_000),),
        metadata={"team": "search", "commit": f"{number:040x}"},
    )
