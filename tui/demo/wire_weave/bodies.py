"""Request bodies, read as the server's schemas would: a wrong type is a 422 that names the place.

Keys nobody knows are passed over.
"""

import json
from typing import Any

from tui.demo.wire_weave.refusals import invalid


class Body:
    """One JSON object of a request."""

    def __init__(self, values: dict[str, Any], where: tuple[str, ...] = ("body",)) -> None:
        self.values = values
        self._where = where

    @classmethod
    def parse(cls, data: bytes) -> "Body":
        """Read a request's bytes. Raises Refused when they hold no object."""
        try:
            values = json.loads(data)
        except ValueError:
            raise invalid("json_invalid", ["body"], "JSON decode error") from None
        if not isinstance(values, dict):
            raise invalid("model_attributes_type", ["body"], "Input should be an object", values)
        return cls(values)

    def text(self, name: str) -> str:
        """Return a text that must be there."""
        if name not in self.values:
            raise invalid("missing", [*self._where, name], "Field required", self.values)
        return str(self._typed(name, str, "string_type", "a valid string"))

    def optional_text(self, name: str) -> str | None:
        """Return a text, None without one."""
        value: str | None = self._typed(name, str, "string_type", "a valid string")
        return value

    def number(self, name: str) -> int | None:
        """Return a whole number, None without one."""
        value: int | None = self._typed(name, int, "int_type", "a valid integer")
        if isinstance(value, bool):
            raise invalid(
                "int_type", [*self._where, name], "Input should be a valid integer", value
            )
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a switch."""
        value = self._typed(name, bool, "bool_type", "a valid boolean")
        return default if value is None else bool(value)

    def texts(self, name: str) -> list[str] | None:
        """Return a list of texts, None without one."""
        values: list[Any] | None = self._typed(name, list, "list_type", "a valid list")
        for place, value in enumerate(values or ()):
            if not isinstance(value, str):
                where = [*self._where, name, str(place)]
                raise invalid("string_type", where, "Input should be a valid string", value)
        return values

    def part(self, name: str) -> "Body | None":
        """Return an object inside, None without one."""
        value = self._typed(name, dict, "model_type", "an object")
        return None if value is None else Body(value, (*self._where, name))

    def parts(self, name: str) -> "list[Body] | None":
        """Return a list of objects inside, None without one."""
        values: list[Any] | None = self._typed(name, list, "list_type", "a valid list")
        if values is None:
            return None
        for place, value in enumerate(values):
            if not isinstance(value, dict):
                where = [*self._where, name, str(place)]
                raise invalid("model_type", where, "Input should be an object", value)
        return [Body(value, (*self._where, name, str(n))) for n, value in enumerate(values)]

    def _typed(self, name: str, kind: type, word: str, wish: str) -> Any:
        value = self.values.get(name)
        if value is not None and not isinstance(value, kind):
            raise invalid(word, [*self._where, name], f"Input should be {wish}", value)
        return value
