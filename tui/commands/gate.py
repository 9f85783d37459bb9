"""`evaltop gate REF`: pass or fail a run by its own figures and beside a baseline."""

import argparse
import asyncio
import json
from dataclasses import replace

from tui.analysis.baselines import baseline_of
from tui.analysis.compared import OVERALL, Comparison, Options
from tui.analysis.gating import (
    GateCheck,
    State,
    at_least,
    errors_at_most,
    exit_code,
    not_ended,
    not_worse,
    rate_of,
    score_of,
    worst,
)
from tui.commands.compare import check_field, compare_runs, options_of, with_rows
from tui.commands.reporting import check_report, write_report
from tui.commands.session import Session
from tui.config.policy import MARKED, PolicyCheck, read_policy
from tui.errors import UsageError
from tui.presentation.gate_records import gate_record, gate_text
from tui.presentation.verdicts import sentence
from tui.store import StoredRun
from tui.text import clean_line

MAX_ERROR_RATE = 0.05


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Judge and print; the code is a provider's failure, else that of the worst critical check."""
    options = options_of(arguments)
    check_report(arguments.report)
    gate = _Gate(session, arguments.ref, options)
    for check in _checks(arguments, options):
        await gate.judge(check)
    checks = tuple(gate.checks)
    if arguments.format == "json":
        record = gate_record(checks, gate.comparisons)
        session.out.write(json.dumps(record, indent=2, allow_nan=False) + "\n")
    else:
        session.out.write(gate_text(checks, markdown=arguments.format == "md"))
    await write_report(session, arguments.report, gate.comparisons, checks)
    return session.exit_code() or exit_code(worst(checks))


def _checks(arguments: argparse.Namespace, options: Options) -> tuple[PolicyCheck, ...]:
    flags = (arguments.min_pass_rate, arguments.baseline, arguments.max_error_rate)
    if arguments.policy is not None:
        if any(flag is not None for flag in flags):
            raise UsageError("--policy and bounds of its own cannot be given together.")
        found = read_policy(arguments.policy).checks
        for check in found:
            check_field(f"checks.{clean_line(check.name)}.key", check.key)
        return found
    if arguments.ref is None:
        raise UsageError("Which run? Give a reference, or a --policy whose checks name runs.")
    rate = arguments.max_error_rate
    return (
        PolicyCheck(
            "",
            min_pass_rate=arguments.min_pass_rate,
            max_error_rate=MAX_ERROR_RATE if rate is None else rate,
            baseline=arguments.baseline,
            margin=options.margin,
            min_rows=options.min_rows,
            key=options.key,
        ),
    )


class _Gate:
    """One gate under way: runs are fetched and compared once, however many checks ask."""

    def __init__(self, session: Session, default: str | None, options: Options) -> None:
        self._session = session
        self._default = default
        self._options = options
        self._runs: dict[str, StoredRun] = {}
        self._compared: dict[tuple[str, str, Options], Comparison] = {}
        self._unended: set[str] = set()
        self.checks: list[GateCheck] = []

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Every comparison that was made, in the order of the checks."""
        return tuple(self._compared.values())

    async def judge(self, check: PolicyCheck) -> None:
        """Judge every bound a check sets."""
        reference = check.run or self._default
        if reference is None:
            raise UsageError(
                f"The check {check.name} names no run.",
                remedy="Give it a run, or name one on the command line.",
            )
        stored = await self._run(reference)
        if stored.run.live and reference not in self._unended:
            self._unended.add(reference)
            self.checks.append(replace(not_ended("critical"), name=_name(check, "ended")))
        columns = await asyncio.to_thread(
            self._session.services.store.joining.columns, stored.run.ref
        )
        least = self._options.min_rows if check.min_rows is None else check.min_rows
        if check.min_pass_rate is not None:
            found = await asyncio.to_thread(rate_of, stored, columns, check.criterion)
            name = _name(check, "pass_rate")
            self.checks.append(at_least(name, check.tier, found, check.min_pass_rate, least))
        if check.min_score is not None:
            found = await asyncio.to_thread(score_of, columns, check.criterion)
            name = _name(check, "score")
            self.checks.append(at_least(name, check.tier, found, check.min_score, least))
        if check.max_error_rate is not None:
            name = _name(check, "error_rate")
            self.checks.append(errors_at_most(name, check.tier, stored, check.max_error_rate))
        if check.baseline is not None:
            self.checks.append(await self._beside(check, stored, check.baseline, least))

    async def _beside(
        self, check: PolicyCheck, stored: StoredRun, baseline: str, least: int
    ) -> GateCheck:
        name = _name(check, "baseline")
        before = await self._baseline(stored, baseline)
        if before is None:
            why = "No baseline is marked, and no comparable run came before."
            return GateCheck(name, check.tier, State.MISSING, None, None, why=why)
        margin = self._options.margin if check.margin is None else check.margin
        options = replace(self._options, key=check.key, margin=margin, min_rows=least)
        asked = str(before.run.ref), str(stored.run.ref), options
        if asked not in self._compared:
            self._compared[asked] = await compare_runs(self._session, [before, stored], options)
            for note in self._compared[asked].pairs[0].unlike:
                self._session.tell(clean_line(note, 300))
        (pair,) = self._compared[asked].pairs
        wanted = check.criterion or OVERALL
        measures = {each.name: each for each in (*pair.criteria, pair.overall)}
        judged = measures.get(wanted) if wanted != OVERALL else pair.overall
        if judged is None:
            why = f"Not both runs have the criterion {wanted}."
            return GateCheck(name, check.tier, State.MISSING, None, None, why=why)
        return not_worse(name, check.tier, judged, sentence(judged))

    async def _baseline(self, stored: StoredRun, wanted: str) -> StoredRun | None:
        if wanted != MARKED:
            return await self._run(wanted)
        found, why = baseline_of(self._session.services.store, stored)
        if found is None:
            return None
        self._session.tell(f"Compared with {found.run.ref}, {why}.")
        return await self._run(str(found.run.ref))

    async def _run(self, reference: str) -> StoredRun:
        if reference not in self._runs:
            self._runs[reference] = await with_rows(self._session, reference)
        return self._runs[reference]


def _name(check: PolicyCheck, bound: str) -> str:
    parts = (check.name, check.criterion or "", bound)
    return ".".join(part for part in parts if part)
