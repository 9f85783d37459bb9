"""`evaltop show REF`: one run in full."""

import argparse
import json

from tui.commands.output import check_fields, write
from tui.commands.reference import resolve
from tui.commands.session import Session
from tui.errors import ProviderError, RetiredError
from tui.models import JsonObject
from tui.presentation.records import RUN_FIELDS, pick, run_record
from tui.presentation.spreadsheet import plain


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Fetch and print one run; on failure print what is stored, stale, with the failure's code."""
    form, fields = arguments.format, arguments.fields
    check_fields(fields, RUN_FIELDS)
    stored = await resolve(session, arguments.ref)
    run_ref = stored.run.ref
    if not session.offline and run_ref not in session.detailed:
        link = session.services.links.get(run_ref.connection)
        try:
            if link is not None:
                with session.told_when_slow([link.name]):
                    await (await link.sync()).run(run_ref)
        except RetiredError as error:
            session.retired(run_ref.connection, error)
        except ProviderError as error:
            session.failed(error)
    stored = session.services.store.run(run_ref) or stored
    record = run_record(stored, stale=session.stale(stored.fetched_at))
    if form == "table":
        _write_facts(session, pick(record, fields or RUN_FIELDS))
    else:
        chosen = fields or RUN_FIELDS
        write([record], form=form, fields=chosen, every_field=RUN_FIELDS, out=session.out)
    session.tell_age([*session.unconfirmed([stored])])
    return session.exit_code()


def _write_facts(session: Session, record: JsonObject) -> None:
    """Write one fact a line, nested ones beneath; unknown ones as a dash."""
    width = max(map(len, record))
    for name, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            session.out.write(f"{name}\n")
            for item in value:
                session.out.write(f"{'':{width}}  {_facts(item)}\n")
        elif isinstance(value, dict) and value:
            session.out.write(f"{name:{width}}  {_facts(value)}\n")
        else:
            known = None if value in ({}, []) else value
            session.out.write(f"{name:{width}}  {plain(known) or '—'}\n")


def _facts(value: object) -> str:
    if not isinstance(value, dict):
        return plain(json.dumps(value))
    return " · ".join(
        f"{plain(key)} {plain(item)}" for key, item in value.items() if item is not None
    )
