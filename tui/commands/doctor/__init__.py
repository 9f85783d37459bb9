"""`evaltop doctor`: what works here, what does not, and what to type."""

import argparse
import asyncio
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import TextIO

from tui.commands.doctor import connections, machine, places
from tui.commands.doctor.findings import Finding, Health
from tui.commands.output import write
from tui.commands.surroundings import Surroundings
from tui.config import Config, data_dir
from tui.errors import ConfigError
from tui.models import JsonObject
from tui.services import open_services

FIELDS = ("check", "state", "message", "remedy")
_SIGNS = {Health.OK: "✓", Health.WARN: "⚠", Health.BAD: "✗"}
_WORST_FIRST = (78, 77, 69, 66)


def run(arguments: argparse.Namespace, around: Surroundings) -> int:
    """Look at everything and tell it. Returns 0, or the code of the worst that does not work."""
    findings = [
        machine.python(),
        *machine.terminal(around.environ, around.out),
        machine.clipboard(around.environ),
        *machine.network(around.environ),
        places.keyring(around.environ),
        *_settings(arguments, around),
    ]
    if arguments.format == "table":
        _tell(findings, around.out)
    else:
        write(
            map(_record, findings),
            form=arguments.format,
            fields=FIELDS,
            every_field=FIELDS,
            out=around.out,
        )
    codes = {finding.exit_code for finding in findings if finding.state is Health.BAD}
    return next((code for code in _WORST_FIRST if code in codes), max(codes, default=0))


def _settings(arguments: argparse.Namespace, around: Surroundings) -> list[Finding]:
    config, error = None, None
    try:
        config = around.load()
    except ConfigError as wrong:
        error = wrong
    findings = list(places.configuration(config, error, around.environ))
    config = config or Config(data_dir=data_dir(around.environ))
    chosen = arguments.connection
    if chosen:
        kept = tuple(one for one in config.connections if one.name in chosen)
        config = replace(config, connections=kept)
    services = open_services(config, environ=around.environ)
    findings.extend(places.store(services.store, config.data_dir, services.store_limit))

    async def ask() -> list[Finding]:
        try:
            return await connections.look_at(services, around.environ)
        finally:
            await services.aclose()

    findings.extend(asyncio.run(ask()))
    return findings


def _tell(findings: Sequence[Finding], out: TextIO) -> None:
    width = max(len(finding.check) for finding in findings)
    columns = shutil.get_terminal_size().columns if out.isatty() else None
    for finding in findings:
        lines = [f"{_SIGNS[finding.state]} {finding.check:<{width}}  {finding.message}"]
        if finding.remedy:
            lines.append(f"  {'':<{width}}  → {finding.remedy}")
        out.writelines(f"{_wrapped(line, width + 4, columns)}\n" for line in lines)
    wrong = sum(finding.state is Health.BAD for finding in findings)
    told = f"{wrong} to mend" if wrong else "All of it works. Start the app: evaltop"
    out.write(f"{told}\n")


def _wrapped(line: str, indent: int, columns: int | None) -> str:
    """Break a line between words to fit a terminal; what is to be typed or opened stays whole."""
    if columns is None or columns < indent + 20 or len(line) <= columns:
        return line
    deeper = indent + (2 if line[indent : indent + 1] == "→" else 0)
    words = textwrap.wrap(
        line[deeper:], columns - deeper, break_long_words=False, break_on_hyphens=False
    )
    return line[:deeper] + f"\n{'':<{deeper}}".join(words)


def _record(finding: Finding) -> JsonObject:
    return {
        "check": finding.check,
        "state": finding.state.value,
        "message": finding.message,
        "remedy": finding.remedy or None,
    }
