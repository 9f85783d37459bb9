"""What commands that look into full texts share: an index that grows with every look."""

from collections.abc import Sequence

from tui.commands.session import Session

FILL_S = 1.0
"""How long the index is filled first: this look then reads less, and the next one still less."""


def fill_index(session: Session) -> None:
    """Fill the index for a while."""
    clock, index = session.services.clock, session.services.store.search
    end = clock.monotonic() + FILL_S
    while clock.monotonic() < end and index.fill():
        pass


def tell_unfetched(session: Session, connections: Sequence[str] | None) -> None:
    """Say on stderr of how many runs not all texts are there to be looked into."""
    lacking, runs = session.services.store.never_whole(connections)
    if lacking:
        session.tell(
            f"Only what is stored was looked through: the rows of {lacking} of {runs} runs have"
            " never been fetched whole; `evaltop rows REF` fetches those of one, `evaltop archive`"
            " those of all."
        )
