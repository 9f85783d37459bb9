"""From the tables of a file to settings and a list of what is wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tui.config import checks
from tui.config.addresses import WrongValueError, base_address
from tui.config.checks import Check
from tui.config.exposure import chosen_by_others, exposed
from tui.config.positions import line_of
from tui.config.settings import (
    TERMINAL_NOTICES,
    THEMES,
    AzureOpenAIConnection,
    ConnectionConfig,
    DatalabConnection,
    GoModelConnection,
    NotifySettings,
    OpenAIConnection,
    PollSettings,
    StoreSettings,
    UiSettings,
    WeaveConnection,
    key_variable_of,
)
from tui.errors import ConfigProblem

Table = Mapping[str, object]

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_SECONDS = checks.number(1, 86_400)

POLL: dict[str, Check] = {
    "focused_s": _SECONDS,
    "live_s": _SECONDS,
    "idle_s": _SECONDS,
    "max_requests_per_min": checks.whole(1, 6000),
}
_COMMON: dict[str, Check] = {
    "provider": checks.text,
    "base_url": checks.text,
    "key_env": checks.variable,
    "key_command": checks.command,
    "allow_http": checks.flag,
    "verify_tls": checks.flag,
    "enabled": checks.flag,
    **POLL,
}
_OWN: dict[type[ConnectionConfig], dict[str, Check]] = {
    OpenAIConnection: {
        "organization": checks.text,
        "project": checks.text,
        "evals": checks.texts,
        "batches": checks.flag,
    },
    AzureOpenAIConnection: {
        "api_version": checks.text,
        "evals": checks.texts,
        "batches": checks.flag,
    },
    WeaveConnection: {
        "entity": checks.text,
        "project": checks.text,
        "pass_criteria": checks.texts,
    },
    DatalabConnection: {
        "score_max": checks.number(0.001, 1e9),
        "pass_score": checks.number(0, 1e9),
    },
    GoModelConnection: {},
}
_NEEDED: dict[type[ConnectionConfig], tuple[str, ...]] = {
    AzureOpenAIConnection: ("base_url",),
    WeaveConnection: ("entity", "project"),
}
KINDS: dict[str, type[ConnectionConfig]] = {kind.kind.value: kind for kind in _OWN}
_NOT_HERE = frozenset({"api_key", "key", "token", "password", "secret"})
"""What people write when they mean the key itself."""


class _BrokenError(Exception):
    """A mistake after which the rest of a connection cannot be read."""

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(slots=True)
class Reader:
    """Reads one parsed file; `problems` fills up on the way."""

    file: Path
    lines: dict[tuple[str, ...], int]
    problems: list[ConfigProblem] = field(default_factory=list)

    def connections(self, root: Table) -> tuple[ConnectionConfig, ...]:
        """Return the usable connections in file order."""
        poll = self._values(self._table(root, ("poll",)), ("poll",), POLL)
        tables = self._table(root, ("connections",))
        usable: list[ConnectionConfig] = []
        variables: dict[str, str] = {}
        for name, table in tables.items():
            try:
                connection = self._connection(name, table, poll, variables)
            except _BrokenError as error:
                self._problem(error.path, str(error))
            else:
                usable += [connection] if connection else []
        return tuple(usable)

    def private(self, connections: tuple[ConnectionConfig, ...]) -> tuple[ConnectionConfig, ...]:
        """Return those whose settings nobody else can misuse; the others become problems."""
        kept = []
        for connection in connections:
            wrong = exposed(connection, self.file)
            if wrong is None:
                kept.append(connection)
            else:
                self._problem(("connections", connection.name, "key_command"), f"{wrong}.")
        return tuple(kept)

    def ui(self, root: Table) -> UiSettings:
        """Return the `[ui]` table."""
        rules: dict[str, Check] = {"theme": checks.one_of(THEMES), "read_only": checks.flag}
        values = self._values(self._table(root, ("ui",)), ("ui",), rules)
        return replace(UiSettings(), **values)  # type: ignore[arg-type] # checked by the rules

    def notify(self, root: Table) -> NotifySettings:
        """Return the `[notify]` table."""
        rules: dict[str, Check] = {
            "terminal": checks.one_of(TERMINAL_NOTICES),
            "bell": checks.flag,
            "command": checks.program,
            "quiet": checks.hours,
        }
        values = self._values(self._table(root, ("notify",)), ("notify",), rules)
        wrong = chosen_by_others(self.file) if "command" in values else None
        if wrong is not None:
            del values["command"]
            self._problem(("notify", "command"), f"{wrong}.")
        return replace(NotifySettings(), **values)  # type: ignore[arg-type] # checked by the rules

    def store(self, root: Table) -> StoreSettings:
        """Return the `[store]` table."""
        rules = {"max_gib": checks.number(0.01, 1e6)}
        values = self._values(self._table(root, ("store",)), ("store",), rules)
        return replace(StoreSettings(), **values)  # type: ignore[arg-type] # checked by the rules

    def keys(self, root: Table) -> dict[str, tuple[str, ...]]:
        """Return the `[keys]` table; which actions exist is known elsewhere."""
        table = self._table(root, ("keys",))
        values = self._values(table, ("keys",), dict.fromkeys(table, checks.text_or_texts))
        return {key: value for key, value in values.items() if isinstance(value, tuple)}

    def top(self, root: Table) -> None:
        """Name the tables that mean nothing."""
        allowed = ("connections", "poll", "ui", "notify", "store", "keys")
        for key in root:
            if key not in allowed:
                self._problem((key,), f"is not known; {checks.meant(key, allowed)}.")

    def _connection(
        self, name: str, table: object, poll: Table, variables: dict[str, str]
    ) -> ConnectionConfig | None:
        path, before = ("connections", name), len(self.problems)
        variable = key_variable_of(name)
        if not _NAME.fullmatch(name):
            self._problem(path, "is no name: only letters, digits, - and _ are allowed.")
        elif (other := variables.setdefault(variable, name)) != name:
            self._problem(
                path, f"has the same key variable {variable} as {other}; choose another name."
            )
        if not isinstance(table, Mapping):
            raise _BrokenError(path, f"must be a table, [connections.{name}].")
        try:
            kind = _kind(table, path)
        except _BrokenError:
            common = _COMMON.keys() & table.keys() - {"provider"}
            self._values({key: table[key] for key in common}, path, _COMMON)
            raise
        values = self._values(table, path, _COMMON | _OWN[kind])
        values.pop("provider", None)
        missing = [key for key in _NEEDED.get(kind, ()) if key not in table]
        for key in missing:
            self._problem(path, f"{key} is missing; {kind.kind.value} needs it.")
        own_poll = {key: values.pop(key) for key in POLL if key in values}
        if "base_url" in values or ("base_url" not in table and "base_url" not in missing):
            values["base_url"] = _address(kind, values, path)
        if len(self.problems) > before:
            return None
        return make_connection(kind, name, values, {**poll, **own_poll})

    def _values(
        self, table: Table, path: tuple[str, ...], rules: Mapping[str, Check]
    ) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in table.items():
            if key not in rules:
                self._unknown((*path, key), rules)
                continue
            try:
                values[key] = rules[key](value)
            except WrongValueError as error:
                self._problem((*path, key), f"{error}.")
        return values

    def _unknown(self, path: tuple[str, ...], rules: Mapping[str, Check]) -> None:
        if path[0] == "connections" and path[-1].lower() in _NOT_HERE:
            self._problem(
                path, "is not known: keys are not kept in this file; use key_env or key_command."
            )
            return
        self._problem(path, f"is not known; {checks.meant(path[-1], rules)}.")

    def _table(self, root: Table, path: tuple[str, ...]) -> Table:
        value = root.get(path[-1], {})
        if isinstance(value, Mapping):
            return value
        self._problem(path, f"must be a table, [{path[-1]}].")
        return {}

    def _problem(self, path: tuple[str, ...], message: str) -> None:
        self.problems.append(
            ConfigProblem(
                message=message,
                key=".".join(path),
                line=line_of(self.lines, path),
                file=self.file,
                connection=path[1] if path[0] == "connections" and len(path) > 1 else None,
            )
        )


def _kind(table: Table, path: tuple[str, ...]) -> type[ConnectionConfig]:
    word = table.get("provider")
    if word is None:
        if near := checks.nearest("provider", table):
            raise _BrokenError((*path, near), "is not known; did you mean provider?")
        raise _BrokenError(path, f"provider is missing. Allowed: {', '.join(KINDS)}.")
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        wish = checks.meant(word if isinstance(word, str) else "", KINDS)
        raise _BrokenError((*path, "provider"), f"is not a provider; {wish}.")
    return kind


def _address(
    kind: type[ConnectionConfig], values: Mapping[str, object], path: tuple[str, ...]
) -> str:
    text = str(values.get("base_url", kind.default_base_url or ""))
    try:
        return base_address(kind.kind, text, allow_http=values.get("allow_http") is True)
    except WrongValueError as error:
        raise _BrokenError((*path, "base_url"), f"{error}.") from None


def make_connection(
    kind: type[ConnectionConfig],
    name: str,
    values: Mapping[str, object],
    poll: Mapping[str, object],
) -> ConnectionConfig:
    """Return a connection from values that were checked.

    Args:
        kind: its class.
        name: what the user called it.
        values: fields of the class, without `poll`; absent ones keep their default.
        poll: those of the four poll settings that are not the provider's default.
    """
    settings: PollSettings = replace(kind.default_poll, **poll)  # type: ignore[arg-type] # checked by POLL
    return kind(name=name, poll=settings, **values)  # type: ignore[arg-type] # checked by the rules
