"""The policy of `evaltop gate`: named checks in a TOML file, every mistake told with its line.

min_rows = 30                # for all checks; a check may set its own
[checks.quality]
min_pass_rate = 0.9
[checks.judge]
criterion = "judge"
baseline = "marked"
tier = "advisory"
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeAlias

from tui.config import checks
from tui.config.addresses import WrongValueError
from tui.config.load import read_toml
from tui.config.positions import line_of
from tui.errors import ConfigError, ConfigProblem
from tui.frozen import frozen

Tier = Literal["critical", "advisory"]
"""An advisory check is told and never changes the exit code."""
MARKED = "marked"
"""As a baseline: the one marked for the run's group, else the comparable run before it."""


@frozen
class PolicyCheck:
    """One check: every bound it sets is judged. None = not asked."""

    name: str
    tier: Tier = "critical"
    run: str | None = None
    """A reference; None = the run the gate was called for."""
    criterion: str | None = None
    """None = the outcome of rows."""
    min_pass_rate: float | None = None
    min_score: float | None = None
    """Least mean of a numeric criterion, on its own scale."""
    max_error_rate: float | None = None
    baseline: str | None = None
    """A reference or `marked`: it must not be worse than that."""
    margin: float | None = None
    min_rows: int | None = None
    key: str | None = None


@frozen
class Policy:
    """All checks of a file, in its order; never empty."""

    checks: tuple[PolicyCheck, ...]


def _tier(value: object) -> Tier:
    if value not in ("critical", "advisory"):
        raise WrongValueError('must be "critical" or "advisory"')
    return value


_Allowed: TypeAlias = Mapping[str, Callable[[object], object]]
_RATE = checks.number(0, 1)
_COMMON: _Allowed = {
    "margin": _RATE,
    "min_rows": checks.whole(1, 10_000_000),
    "max_error_rate": _RATE,
    "baseline": checks.text,
    "key": checks.text,
}
_OWN: _Allowed = {
    **_COMMON,
    "tier": _tier,
    "run": checks.text,
    "criterion": checks.text,
    "min_pass_rate": _RATE,
    "min_score": checks.number(-1e12, 1e12),
}
_REMEDY = "Mend the policy and run the gate again."
_BOUNDS = ("min_pass_rate", "min_score", "max_error_rate", "baseline")


def read_policy(path: Path) -> Policy:
    """Return the policy of a file.

    Raises:
        ConfigError: with every mistake, each with file, line and key.
    """
    try:
        root, lines = read_toml(path)
    except ConfigError as error:
        raise ConfigError(error.problems, remedy=_REMEDY) from None
    reader = _Reader(path, lines)
    common = reader.table({key: each for key, each in root.items() if key != "checks"}, _COMMON)
    named = root.get("checks")
    if not isinstance(named, dict) or not named:
        reader.wrong("a policy needs at least one table [checks.NAME].", "checks")
        named = {}
    found = [reader.check(name, table, common) for name, table in named.items()]
    if reader.problems:
        raise ConfigError(tuple(reader.problems), remedy=_REMEDY)
    return Policy(tuple(check for check in found if check is not None))


class _Reader:
    def __init__(self, path: Path, lines: dict[tuple[str, ...], int]) -> None:
        self._path = path
        self._lines = lines
        self.problems: list[ConfigProblem] = []

    def wrong(self, message: str, *key: str) -> None:
        line = line_of(self._lines, key)
        self.problems.append(ConfigProblem(message, ".".join(key), line, self._path))

    def table(self, found: Mapping[str, object], allowed: _Allowed, *at: str) -> dict[str, object]:
        values: dict[str, object] = {}
        for name, value in found.items():
            if name not in allowed:
                self.wrong(f"there is no such key; {checks.meant(name, allowed)}.", *at, name)
                continue
            try:
                values[name] = allowed[name](value)
            except WrongValueError as mistake:
                self.wrong(f"{mistake}.", *at, name)
        return values

    def check(self, name: str, found: object, common: Mapping[str, object]) -> PolicyCheck | None:
        if not isinstance(found, dict):
            self.wrong("must be a table of bounds.", "checks", name)
            return None
        values = {**common, **self.table(found, _OWN, "checks", name)}
        if not any(bound in values or bound in found for bound in _BOUNDS):
            self.wrong(f"it checks nothing; give one of {', '.join(_BOUNDS)}.", "checks", name)
        return PolicyCheck(name, **values)  # type: ignore[arg-type] # each was checked
