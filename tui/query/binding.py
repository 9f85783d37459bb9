"""From what a filter says to what it asks of runs or rows: fields found, values read."""

from collections.abc import Callable, Mapping
from dataclasses import field as dataclass_field
from typing import TypeAlias

from tui.errors import QueryError
from tui.frozen import frozen
from tui.query import values
from tui.query.fields import ROW_FIELDS, RUN_FIELDS, Field, Fields, Kind
from tui.query.syntax import And, Compare, Node, Not, Operator, Or, Span, Tree, Word
from tui.query.values import Moments

Value: TypeAlias = str | float | bool | Moments | None

_EQUAL: tuple[Operator, ...] = (":", "!=")
_ORDER: tuple[Operator, ...] = ("<", "<=", ">", ">=")
_OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: (*_EQUAL, "~"),
    Kind.WORD: (*_EQUAL, "~"),
    Kind.TRUTH: _EQUAL,
    Kind.NUMBER: (*_EQUAL, *_ORDER),
    Kind.RATE: (*_EQUAL, *_ORDER),
    Kind.AGE: _ORDER,
    Kind.SPAN: (*_EQUAL, *_ORDER),
    Kind.DATE: (*_EQUAL, *_ORDER),
    Kind.BODY: (*_EQUAL, "~"),
    Kind.JSON: (*_EQUAL, "~", *_ORDER),
}
_READERS: dict[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str.casefold,
    Kind.WORD: str.casefold,
    Kind.TRUTH: values.truth,
    Kind.NUMBER: values.number,
    Kind.RATE: values.rate,
    Kind.AGE: values.seconds,
    Kind.SPAN: values.seconds_or_number,
    Kind.DATE: values.moments,
    Kind.BODY: values.said,
    Kind.JSON: str.casefold,
}


@frozen
class Test:
    """One comparison whose field and value are known."""

    __test__ = False  # not one of pytest's

    field: Field
    keys: tuple[str, ...]
    """What is asked within the field: a path in its JSON, or the name of a criterion."""
    leaf: Field
    """What is compared: the field itself, or one of a criterion's."""
    op: Operator
    value: Value
    """Folded text (a pattern as it was written), the words of a phrase, a number, seconds, truth,
    moments. None: the question is whether anything is known at all; then `op` is `:` or `!=`."""
    at: Span = dataclass_field(default=Span(0, 1), compare=False)


Condition: TypeAlias = Tree[Test]
"""What a filter asks, with every comparison bound to its field."""


def bind(text: str, node: Node, fields: Fields) -> Condition:
    """Return the tree with every comparison bound to its field. Raises QueryError.

    Args:
        text: the filter, for the error.
        node: its syntax tree.
        fields: what may be asked.
    """
    if isinstance(node, Compare):
        return _Binder(text, node, fields).test()
    if isinstance(node, Word):
        _check_assignment(text, node, fields)
        return node
    if isinstance(node, Not):
        return Not(bind(text, node.node, fields))
    bound = tuple(bind(text, each, fields) for each in node.nodes)
    return And(bound) if isinstance(node, And) else Or(bound)


def asks_bodies(condition: Condition | None) -> bool:
    """Return whether a filter asks what a trial says in full."""
    if condition is None or isinstance(condition, Word):
        return False
    if isinstance(condition, Test):
        return condition.leaf.kind is Kind.BODY
    nodes = (condition.node,) if isinstance(condition, Not) else condition.nodes
    return any(map(asks_bodies, nodes))


class _Binder:
    """One comparison on its way."""

    def __init__(self, text: str, node: Compare, fields: Fields) -> None:
        self._text = text
        self._node = node
        self._fields = fields

    def test(self) -> Test:
        field, keys, leaf = self._found()
        node = self._node
        if not node.value:
            raise self._wrong_value("A value must stand between the quotes.")
        value: Value = None
        if not self._asks_for_none():
            self._check_operator(leaf.kind)
            value = self._value(leaf)
        return Test(field, keys, leaf, node.op, value, node.value_at)

    def _found(self) -> tuple[Field, tuple[str, ...], Field]:
        path = self._node.path
        known = self._fields.by_name
        whole = known.get(".".join(path).casefold())
        if whole is not None and (whole.kind is not Kind.JSON or self._asks_for_none()):
            return whole, (), whole
        field, keys = known.get(path[0].casefold()), path[1:]
        if field is None or (keys and field.inner is None and field.kind is not Kind.JSON):
            raise self._unknown()
        if field.kind is Kind.JSON:
            if not all(keys) or not keys:
                raise self._wrong_name(f"Name what {field.name} holds, as in {field.name}.team.")
            return field, keys, field
        inner = field.inner or {}
        leaf = inner.get(keys[-1].casefold())
        name = ".".join(keys[:-1])
        if leaf is None or not name:
            raise self._wrong_name(
                f"Say what of a criterion is meant, as in {field.name}.NAME.score. "
                f"There are: {_names(inner)}."
            )
        return field, (name,), leaf

    def _asks_for_none(self) -> bool:
        node = self._node
        return not node.quoted and node.op in _EQUAL and node.value.casefold() == "none"

    def _unknown(self) -> QueryError:
        name = ".".join(self._node.path).casefold()
        first = self._node.path[0].casefold()
        told = f"There is no field “{'.'.join(self._node.path)}”"
        other = RUN_FIELDS if self._fields is ROW_FIELDS else ROW_FIELDS
        if name in other.by_name or first in other.by_name:
            return self._wrong_name(f"{told} here: {other.target} have it.")
        import difflib

        near = difflib.get_close_matches(name, self._fields.by_name, n=1)
        if near:
            return self._wrong_name(f"{told}; did you mean {near[0]}?")
        return self._wrong_name(f"{told}. There are: {_names(self._fields.by_name)}.")

    def _check_operator(self, kind: Kind) -> None:
        allowed = _OPERATORS[kind]
        if self._node.op not in allowed:
            name = ".".join(self._node.path)
            raise self._wrong_name(
                f"{name} is compared by {' '.join(allowed)} and not by {self._node.op}."
            )

    def _value(self, leaf: Field) -> Value:
        node = self._node
        if node.op == "~":
            try:
                values.searcher(node.value)
            except values.PatternError as error:
                raise self._wrong_value(str(error), error.position) from None
            return node.value
        try:
            if leaf.kind is Kind.JSON and node.op in _ORDER:
                return values.number_or_rate(node.value)
            value = _READERS[leaf.kind](node.value)
        except ValueError as error:
            raise self._wrong_value(str(error)) from None
        if leaf.kind is Kind.WORD and value not in leaf.words:
            raise self._no_such_word(leaf)
        return value

    def _no_such_word(self, leaf: Field) -> QueryError:
        import difflib

        near = difflib.get_close_matches(self._node.value.casefold(), leaf.words, n=1)
        hint = f"did you mean {near[0]}?" if near else f"it is one of: {', '.join(leaf.words)}."
        return self._wrong_value(f"{leaf.name} is never “{self._node.value}”; {hint}")

    def _wrong_name(self, message: str) -> QueryError:
        at = self._node.path_at
        return QueryError(message, text=self._text, position=at.position, length=at.length)

    def _wrong_value(self, message: str, offset: int | None = None) -> QueryError:
        at = self._node.value_at
        if offset is None:
            return QueryError(message, text=self._text, position=at.position, length=at.length)
        inside = min(offset + self._node.quoted, at.length)
        return QueryError(message, text=self._text, position=at.position + inside)


def _check_assignment(text: str, word: Word, fields: Fields) -> None:
    """Refuse `status=failed`, which would silently look for that text."""
    name, sign, value = word.text.partition("=")
    quoted = text[word.at.position : word.at.position + 1] == '"'
    if sign and not quoted and name.partition(".")[0].casefold() in fields.by_name:
        told = value.removeprefix("=") or "…"
        raise QueryError(
            f"Equality is written {name}:{told}; quotes search for text with a =.",
            text=text,
            position=word.at.position + len(name),
        )


def _names(fields: Mapping[str, Field]) -> str:
    """Return the fields' own names, without their aliases."""
    return ", ".join(dict.fromkeys(field.name for field in fields.values()))
