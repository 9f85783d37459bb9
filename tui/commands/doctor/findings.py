"""What doctor says: one line per thing it looked at."""

from enum import StrEnum

from tui.frozen import frozen


class Health(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARN = "warn"
    """It works, but not all of it; exit code 0."""
    BAD = "bad"


@frozen
class Finding:
    """One thing, how it is, and what to type."""

    check: str
    state: Health
    message: str
    """What is there or what is wrong, one sentence without its full stop."""
    remedy: str = ""
    """What to type or do; empty when all is well."""
    exit_code: int = 0
    """What the command ends with for a bad one."""


def ok(check: str, message: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(check, Health.OK, message)


def warn(check: str, message: str, remedy: str) -> Finding:
    """Return a finding that something could be better."""
    return Finding(check, Health.WARN, message, remedy)


def bad(check: str, message: str, remedy: str, exit_code: int) -> Finding:
    """Return a finding that something does not work."""
    return Finding(check, Health.BAD, message, remedy, exit_code)
