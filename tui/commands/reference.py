"""Find the run a reference means (design section 4.2)."""

from tui.commands.session import Session
from tui.errors import (
    MissingError,
    NotFoundError,
    ProviderError,
    RejectedError,
    RetiredError,
)
from tui.models import RunRef
from tui.store import StoredRun
from tui.text import clean_line


async def resolve(session: Session, text: str) -> StoredRun:
    """Return the run `text` names, asking the provider when it is not stored yet.

    Accepted within one connection, in this order: the exact path, exact id, exact name, an
    unambiguous id prefix of at least four characters. Without a connection in front all chosen
    ones are searched.

    Raises:
        NotFoundError: no such run, or several (its `candidates` then name them).
    """
    every = session.connections()
    links = {link.name: link for link in session.links()}
    connection, slash, path = text.partition("/")
    names = [connection] if slash and connection in every else every
    wanted = path if slash and connection in every else text
    found = _one(session, wanted, names)
    if found is not None or session.offline:
        return found or _nothing(session, text)
    if names == [connection] and connection in links:
        sync = await links[connection].sync()
        try:
            session.detailed.add((await sync.run(RunRef(connection, path))).ref)
        except (MissingError, RejectedError):
            pass  # not an id the provider knows; it may be a name or a prefix
        except RetiredError as error:
            session.retired(connection, error)
        except ProviderError as error:
            session.failed(error)
    if _one(session, wanted, names) is None:
        await session.list_everything([links[name] for name in names if name in links])
    return _one(session, wanted, names) or _nothing(session, text)


def _one(session: Session, wanted: str, names: list[str]) -> StoredRun | None:
    found = session.services.store.find_runs(wanted, names)
    if len(found) <= 1:
        return found[0] if found else None
    raise NotFoundError(
        f"{clean_line(wanted)!r} could mean {len(found)} runs.",
        remedy="Give one of these references:",
        candidates=tuple(str(stored.run.ref) for stored in found),
    )


def _nothing(session: Session, text: str) -> StoredRun:
    if session.failures:  # the provider could not be asked: that is the reason to tell
        raise session.failures[0]
    raise NotFoundError(
        f"There is no run {clean_line(text)!r}.",
        remedy="`evaltop runs` lists them"
        + (" (only stored ones were searched)." if session.offline else "."),
    )
