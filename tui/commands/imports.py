"""`evaltop import FILE…`: files of evals and batches into the store."""

import argparse
import re

from tui.commands.fetching import STORY_EVERY_S
from tui.commands.session import Session
from tui.errors import DataError, UsageError
from tui.exchange.files import SourceFile
from tui.exchange.importing import FileReport, Importer
from tui.exchange.reading import Target
from tui.presentation.format import plural
from tui.text import clean_line

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Import the files, tell what became of each, and return the exit code.

    It is that of the worst: 66 for a file that is not there, 65 for one that cannot be read or
    has broken items; everything else is imported all the same.
    """
    name = arguments.name
    _check_name(name, session)
    if session.nothing_is_kept():
        return session.exit_code()
    clock = session.services.clock
    told_at = clock.monotonic()

    def progress(file: str, rows: int) -> None:
        nonlocal told_at
        if clock.monotonic() - told_at >= STORY_EVERY_S:
            told_at = clock.monotonic()
            session.tell(f"{file}: {plural(rows, 'result')} …")

    importer = Importer(
        session.services.store,
        Target(name, arguments.run),
        publish=session.services.poller.publish,
        progress=progress,
    )
    files = [SourceFile(path) for path in arguments.file]
    reports = importer.read(files, arguments.kind)
    for report in reports:
        _tell(session, report, name)
    if not session.nothing_is_kept() and any(report.runs for report in reports):
        session.tell(f"They are listed by `evaltop runs --connection {name}`, and in the app.")
    return session.exit_code()


def _check_name(name: str, session: Session) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{clean_line(name)!r} cannot be a connection's name.",
            remedy="Use at most 64 letters, digits, - and _.",
        )
    if name in session.services.links:
        raise UsageError(
            f"{name} is a configured connection.",
            remedy="Give imported runs a name of their own: --name NAME.",
        )


def _tell(session: Session, report: FileReport, name: str) -> None:
    for item in report.broken:
        session.tell(f"{item.what} was left out: {item.why}")
    if report.broken_n:
        more = report.broken_n - len(report.broken)
        session.failed(
            DataError(
                f"{report.file}: {plural(report.broken_n, 'item')} could not be read"
                f"{f', {more} more than are named' if more else ''}."
            )
        )
    if report.error is not None:
        session.failed(report.error)
    if report.runs:
        brought = f"{plural(report.runs, 'run')} and {plural(report.rows, 'result')}"
        news = "" if report.changed else "; nothing new in it"
        session.tell(f"{report.file} ({report.format}): {brought} under {name}{news}.")
