"""The `$expr` query language over JSON objects."""

from datetime import datetime
from typing import Any

from tui.demo.wire_weave.refusals import Refused, refused

_NUMBER, _TEXT = 0, 1


def bad_query(message: str) -> Refused:
    """Return the refusal of a query the server cannot run."""
    return refused(400, message)


def look_up(value: Any, path: str) -> Any:
    """Return what stands at a dotted path; None when something on the way is missing."""
    for part in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def sortable(value: Any) -> tuple[int, float | str] | None:
    """Return a key that orders numbers and instants before texts; None for null."""
    if value is None:
        return None
    comparable = _seconds(value)
    if isinstance(comparable, int | float):
        return (_NUMBER, float(comparable))
    return (_TEXT, str(comparable))


def holds(query: dict[str, Any], item: dict[str, Any]) -> bool:
    """Return whether an object satisfies `{"$expr": …}`. Raises Refused for a bad query."""
    if set(query) != {"$expr"}:
        raise bad_query("a query is an object with $expr")
    try:
        return bool(_value(query["$expr"], item))
    except (TypeError, KeyError, IndexError) as error:
        raise bad_query(f"bad operands: {error}") from error


def _value(expression: Any, item: dict[str, Any]) -> Any:
    if not isinstance(expression, dict) or len(expression) != 1:
        raise bad_query("an operation is an object with one key")
    ((operator, operands),) = expression.items()
    match operator:
        case "$and":
            return all(_value(operand, item) for operand in operands)
        case "$or":
            return any(_value(operand, item) for operand in operands)
        case "$not":
            return not _value(operands[0], item)
        case "$literal":
            return operands
        case "$getField":
            return look_up(item, str(operands))
        case "$convert":
            return _convert(_value(operands["input"], item), operands["to"])
        case "$eq":
            return _value(operands[0], item) == _value(operands[1], item)
        case "$gt" | "$gte" | "$lt" | "$lte":
            return _compare(operator, _value(operands[0], item), _value(operands[1], item))
        case "$in":
            return _value(operands[0], item) in [_value(one, item) for one in operands[1]]
        case "$contains":
            text, part = _value(operands["input"], item), _value(operands["substr"], item)
            if operands.get("case_insensitive"):
                return str(part).lower() in str(text).lower()
            return str(part) in str(text)
        case _:
            raise bad_query(f"unknown operator {operator}")


def _convert(value: Any, to: Any) -> Any:
    match to:
        case "exists":
            return value is not None
        case "string":
            return "" if value is None else str(value)
        case "bool":
            return bool(value)
        case "int" | "double":
            try:
                return float(value)
            except (TypeError, ValueError):
                return None
        case _:
            raise bad_query(f"cannot convert to {to}")


def _seconds(value: Any) -> Any:
    """Instants compare with Unix seconds or ISO text."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            return value
    return value


def _compare(operator: str, left: Any, right: Any) -> bool:
    left, right = _seconds(left), _seconds(right)
    if left is None or right is None:
        return False
    if isinstance(left, str) != isinstance(right, str):
        raise bad_query("There is no common type for the operands")
    match operator:
        case "$gt":
            return bool(left > right)
        case "$gte":
            return bool(left >= right)
        case "$lt":
            return bool(left < right)
        case _:
            return bool(left <= right)
