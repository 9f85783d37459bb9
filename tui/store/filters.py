"""Filters as SQL: what columns tell is compared by SQLite, the rest by tests in Python."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from tui.query import (
    And,
    Condition,
    Moments,
    Not,
    Or,
    Span,
    Test,
    Word,
    comparison,
    holds,
    literal_of,
)
from tui.store.codec import column_text, micros
from tui.store.selecting import Judge, Selection

_SIGNS = {":": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CALL = "matches("


class Conditions(ABC):
    """The conditions of one statement, with the values and the Python tests they name.

    Each is true, false or, where something is unknown, NULL; SQLite negates and joins the three
    as the filter language wants it.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.judges: list[Judge] = []
        self.spans: list[Span] = []
        self._reading: list[str] = []
        self.within_not = False
        """Whether what is joined now stands within a `not`: only then no differs from unknown."""

    def selection(self, text: str, node: Condition | None) -> Selection:
        """Return a filter as a condition with all that belongs to it."""
        sql = "1" if node is None else self.sql(node)
        return Selection(sql, self.values, tuple(self.judges), tuple(self.spans), text)

    def sql(self, node: Condition) -> str:
        """Return a filter as one expression."""
        if isinstance(node, Word):
            return self.word(node)
        if isinstance(node, Not):
            before, self.within_not = self.within_not, True
            inner = self.sql(node.node)
            self.within_not = before
            return f"NOT ({inner})"
        if isinstance(node, And | Or):
            joint = " AND " if isinstance(node, And) else " OR "
            parts = [self.sql(each) for each in node.nodes]
            # What SQLite does by itself goes first: then Python is asked less often.
            return f"({joint.join(sorted(parts, key=self._cost))})"
        return self.test(node)

    @abstractmethod
    def word(self, word: Word) -> str:
        """Return where a bare word is looked for; never NULL."""

    @abstractmethod
    def test(self, test: Test) -> str:
        """Return one comparison."""

    def value(self, value: Any) -> str:
        """Return the name under which a value is given to the statement."""
        name = f"filter{len(self.values)}"
        self.values[name] = column_text(value) if isinstance(value, str) else value
        return f":{name}"

    def call(self, judge: Judge, columns: str, at: Span, *, reads: bool = False) -> str:
        """Return the call of a test on some columns; `reads`: it looks at bodies, for long."""
        if reads:
            self._reading.append(f"{_CALL}{len(self.judges)},")
        self.judges.append(judge)
        self.spans.append(at)
        return f"{_CALL}{len(self.judges) - 1}, {columns})"

    def asked(self, test: Test, read: Callable[..., object], columns: str) -> str:
        """Return a comparison with what `read` makes of some columns."""
        says = comparison(test)
        return self.call(lambda *values: says(read(*values)), columns, test.at)

    def compared(self, test: Test, expression: str) -> str:
        """Return a comparison of a column, which has seconds for spans and ages."""
        if test.value is None:
            there = "NOT NULL" if test.op == "!=" else "NULL"
            return f"({expression}) IS {there}"
        if isinstance(test.value, Moments):
            return self._in_time(test.op, test.value, expression)
        return f"({expression}) {_SIGNS[test.op]} {self.value(test.value)}"

    def text(self, test: Test, expression: str) -> str:
        """Return a comparison of a column of text, in which empty is unknown.

        Python is asked where SQLite cannot tell: mostly of what is more than ASCII.
        """
        if test.value is None:
            return self.compared(test, f"nullif({expression}, '')")
        called = self.call(comparison(test), expression, test.at)
        told = self._told_of_ascii(test, expression, called)
        if told is None:
            return called
        return f"CASE WHEN {odd(expression)} THEN {called} WHEN {expression} <> '' THEN {told} END"

    def one_of(self, test: Test, expression: str, stored: dict[str, Any]) -> str:
        """Return a comparison of a column that always holds one of a few words.

        Args:
            test: the comparison.
            expression: the column.
            stored: what the column has for each word.
        """
        names = [self.value(value) for word, value in stored.items() if holds(test, word)]
        return f"({expression}) IN ({', '.join(names)})"

    def within(self, text: str, *expressions: str) -> str:
        """Return whether an ASCII text is in some column; LIKE folds the case of ASCII only."""
        pattern = self.value(f"%{_escaped(text)}%")
        return " OR ".join(f"{each} LIKE {pattern} ESCAPE '\\'" for each in expressions)

    def _told_of_ascii(self, test: Test, expression: str, called: str) -> str | None:
        """Return a comparison of text that is not odd and not empty; None: Python has to do it."""
        wanted = str(test.value)
        if test.op == "~":
            literal = literal_of(wanted)
            if literal is None:
                return None
            within = self.within(literal.text, expression)
            return within if literal.whole else f"({within} AND {called})"
        equal = "0"
        if wanted.isascii():
            equal = f"{expression} = {self.value(wanted)} COLLATE NOCASE"
        return f"NOT ({equal})" if test.op == "!=" else f"({equal})"

    def _cost(self, part: str) -> int:
        if any(call in part for call in self._reading):
            return 2
        return 1 if _CALL in part else 0

    def _in_time(self, op: str, value: Moments, expression: str) -> str:
        first, end = self.value(micros(value.first)), self.value(micros(value.end))
        if op in (":", "!="):
            within = f"(({expression}) >= {first} AND ({expression}) < {end})"
            return within if op == ":" else f"NOT {within}"
        sign, bound = {
            "<": ("<", first),
            "<=": ("<", end),
            ">": (">=", end),
            ">=": (">=", first),
        }[op]
        return f"({expression}) {sign} {bound}"


def odd(*expressions: str) -> str:
    """Return whether some text is more than ASCII, or holds a NUL, where SQLite's functions end it.

    NULL where there is no text.
    """
    return " OR ".join(f"length({each}) <> length(CAST({each} AS BLOB))" for each in expressions)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
