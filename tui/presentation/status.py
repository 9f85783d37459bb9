"""How the connections are doing, in a line and in a sentence."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from tui.frozen import frozen
from tui.presentation import format as fmt


@frozen
class StatusItem:
    """One state: `name text`, e.g. `prod` `✓ <1m`; the tone only colours what the text says."""

    name: str
    tone: str
    text: str


class Health(Protocol):
    """What the poller knows of a connection; see `tui.polling.health.ConnectionHealth`."""

    @property
    def connection(self) -> str: ...  # noqa: D102 - the fields are documented where they are made
    @property
    def state(self) -> str: ...  # noqa: D102
    @property
    def ok_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def error(self) -> str | None: ...  # noqa: D102
    @property
    def remedy(self) -> str | None: ...  # noqa: D102
    @property
    def next_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def checked(self) -> int: ...  # noqa: D102
    @property
    def sources(self) -> int: ...  # noqa: D102
    @property
    def oldest_check_at(self) -> datetime | None: ...  # noqa: D102


_SHORT_ERROR = 40
"""Characters of an error in the status line; Connections has the whole sentence."""


def status_items(
    healths: Iterable[Health], now: datetime, waits: Mapping[str, str] | None = None
) -> tuple[StatusItem, ...]:
    """Return one item per connection; those in trouble first, so that they are not cut off.

    Args:
        healths: of the connections.
        now: wall time.
        waits: why connections that answer are asked less than wished, by name.
    """
    why = waits or {}
    items = [
        (health.state in ("ok", "never"), status_item(health, now, why.get(health.connection, "")))
        for health in healths
    ]
    return tuple(item for _well, item in sorted(items, key=lambda pair: pair[0]))


def status_item(health: Health, now: datetime, waits: str = "") -> StatusItem:
    """Return `✓ <1m`, `⚠ rate-limited, next 12:07`, `✗ refused, data 12m old`, `… asking`."""
    state = str(health.state)
    later = f", next {fmt.next_time(health.next_at, now)}" if health.next_at else ""
    if state == "ok":
        text = f"✓ {fmt.age(health.ok_at, now)}"
        if waits:
            text += f", {waits}"
        if health.checked < health.sources:
            text += f", {health.checked}/{health.sources} evals checked"
        return StatusItem(health.connection, "good", text)
    if state == "offline":
        age = _data_age(health, now) or ", nothing stored"
        return StatusItem(health.connection, "muted", f"offline{age}")
    if state == "never":
        return StatusItem(health.connection, "muted", "… asking")
    if state == "waiting":
        return StatusItem(health.connection, "warn", f"⚠ rate-limited{later}")
    if state == "retired":
        return StatusItem(health.connection, "warn", f"⊗ retired{_data_age(health, now)}")
    return StatusItem(
        health.connection,
        "bad",
        f"✗ {_short(_without_name(health) or 'no answer')}{_data_age(health, now)}{later}",
    )


def _without_name(health: Health) -> str:
    """Return the error without the connection's name in front, which stands there already."""
    return (health.error or "").removeprefix(f"{health.connection}: ")


def health_text(health: Health, now: datetime) -> str:
    """Return the whole story of a connection as one sentence or more."""
    if str(health.state) == "never" and not health.error:
        return "It is being asked for the first time."
    if str(health.state) == "offline":
        told = f" Its data is {fmt.age(health.ok_at, now)} old." if health.ok_at else ""
        return f"Offline: nobody is asked, what is stored is shown.{told}"
    parts = []
    if health.error:
        # Words of a provider may lack their full stop.
        stop = "" if health.error.endswith((".", "!", "?", "…")) else "."
        parts.append(f"{health.error}{stop}")
        if health.remedy:
            parts.append(health.remedy)
    if health.ok_at is None:
        parts.append("It has not answered well yet.")
    else:
        parts.append(f"Last good answer: {_ago(fmt.age(health.ok_at, now))}.")
    if health.next_at is not None:
        parts.append(f"Next try at {fmt.next_time(health.next_at, now)}.")
    if health.sources > 1:
        checked = f"{health.checked}/{health.sources} evals checked"
        oldest = (
            f", the oldest {_ago(fmt.age(health.oldest_check_at, now))}"
            if health.oldest_check_at
            else ""
        )
        parts.append(f"{checked}{oldest}.")
    return " ".join(parts)


def offline_text(newest: datetime | None, now: datetime) -> str:
    """Return what a title says of data nobody refreshes."""
    return (
        "offline, nothing stored" if newest is None else f"offline, data {fmt.age(newest, now)} old"
    )


def _ago(age: str) -> str:
    return "less than a minute ago" if age == "<1m" else f"{age} ago"


def _data_age(health: Health, now: datetime) -> str:
    return "" if health.ok_at is None else f", data {fmt.age(health.ok_at, now)} old"


def _short(sentence: str) -> str:
    """Return the first clause, without its full stop."""
    clause = sentence.split(". ", maxsplit=1)[0].rstrip(".")
    return clause if len(clause) <= _SHORT_ERROR else f"{clause[: _SHORT_ERROR - 1]}…"
