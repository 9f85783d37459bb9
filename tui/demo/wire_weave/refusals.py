"""Answers that are no success, raised wherever they are found out."""

from collections.abc import Sequence
from typing import Any


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def refused(status: int, reason: str, **more: Any) -> Refused:
    """Return the server's own form: a `reason`, now and then with more beside it."""
    return Refused(status, {"reason": reason, **more})


def invalid(kind: str, where: Sequence[str], message: str, value: Any = None) -> Refused:
    """Return the framework's form for a request that does not fit the schema (422)."""
    detail = {"type": kind, "loc": list(where), "msg": message, "input": value}
    return Refused(422, {"detail": [detail]})
