"""How runs and groups come into the cast: ids in each provider's form, chance per run."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from tui.demo.dice import hex_id, key, uuid4_id, uuid7_id
from tui.demo.facts import Account, Grader, Group, SimModel, SimRun, Suite

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0


class Casting:
    """Collects the groups and runs of one world."""

    def __init__(self, seed: int, epoch: datetime) -> None:
        self._seed = seed
        self._epoch_ms = int(epoch.timestamp() * 1000)
        self.groups: list[Group] = []
        self.runs: list[SimRun] = []

    def group(
        self,
        account: Account,
        name: str,
        suite: Suite,
        graders: Sequence[Grader],
        *,
        created: float,
        source: Literal["custom", "logs"] = "custom",
        **metadata: str,
    ) -> Group:
        """Add a group; its id is `eval_…`, a Weave object name or a Datalab number."""
        match account:
            case "weave":
                group_id = name
            case "datalab":
                group_id = str(31 + sum(g.account == "datalab" for g in self.groups))
            case _:
                group_id = f"eval_{hex_id(32, self._seed, account, 'group', name)}"
        made = Group(
            account, group_id, name, suite, tuple(graders), created, source, dict(metadata)
        )
        self.groups.append(made)
        return made

    def run(
        self, group: Group, name: str, model: SimModel, rows: int, *, created: float, **more: Any
    ) -> SimRun:
        """Add an evaluation run of `group`; `more` are fields of `SimRun`."""
        return self._add(
            account=group.account,
            kind="eval",
            name=name,
            group=group,
            suite=group.suite,
            graders=group.graders,
            model=model,
            rows=rows,
            created=created,
            **more,
        )

    def batch(
        self,
        account: Account,
        name: str,
        suite: Suite,
        model: SimModel,
        rows: int,
        *,
        created: float,
        **more: Any,
    ) -> SimRun:
        """Add a batch job; `name` becomes its `job` metadata."""
        defaults: dict[str, Any] = {
            "queue_s": 45.0,
            "finalize_s": 40.0,
            "settle_s": 45.0,
            "metadata": {"job": name},
        }
        return self._add(
            account=account,
            kind="batch",
            name=name,
            group=None,
            suite=suite,
            graders=(),
            model=model,
            rows=rows,
            created=created,
            **(defaults | more),
        )

    def _add(self, *, account: Account, kind: str, created: float, **facts: Any) -> SimRun:
        ordinal = sum(run.account == account for run in self.runs)
        stem = (self._seed, account, kind, ordinal)
        match account:
            case "weave":
                run_id = uuid7_id(self._epoch_ms + round(created * 1000), *stem)
            case "datalab":
                run_id = str(4701 + ordinal)
            case "gomodel":
                run_id = f"batch_{uuid4_id(*stem)}"
            case _:
                run_id = ("batch_" if kind == "batch" else "evalrun_") + hex_id(32, *stem)
        run = SimRun(
            account=account,
            id=run_id,
            key=key(*stem),
            kind="batch" if kind == "batch" else "eval",
            created=created,
            **facts,
        )
        self.runs.append(run)
        return run
