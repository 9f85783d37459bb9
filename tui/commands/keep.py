"""`evaltop keep REF…`: rows that are never evicted."""

import argparse

from tui.commands.reference import resolve
from tui.commands.session import Session
from tui.presentation.spreadsheet import plain


async def run(arguments: argparse.Namespace, session: Session) -> int:
    """Keep every run that is named, or none of them when one cannot be found."""
    refs = [(await resolve(session, text)).run.ref for text in arguments.refs]
    session.services.store.keep(refs, on=not arguments.no)
    if session.nothing_is_kept():
        return session.exit_code()
    for ref in refs:
        session.out.write(f"{plain(str(ref))}  {'may be evicted' if arguments.no else 'kept'}\n")
    return session.exit_code()
