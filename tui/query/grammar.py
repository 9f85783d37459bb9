r"""The grammar of filters (design section 4.4), and the parser made from it.

`not` binds before `and` (or a mere space), `and` before `or`. Words keep whatever they hold: only
parentheses and the signs of a comparison end them. A value runs to the next space; parentheses that
are balanced belong to it, so that patterns need no quotes for them. In quotes `\"` is a quote, and
every other backslash stays.
"""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from tui.query.syntax import And, Compare, Node, Not, Or, Span, Word

if TYPE_CHECKING:
    from lark import Lark, Token

_LETTER = r'(?:[^\s()":~<>!]|!(?!=))'
_QUOTED = r'"(?:[^"\\]|\\(?:[\s\S]|\Z))*"'
_IN_VALUE = r"[^\s()\\]|\\(?:\S|(?=\s|\Z))"
_PARENTHESES = rf"\((?:{_IN_VALUE})*\)"
for _depth in range(3):
    _PARENTHESES = rf"\((?:{_IN_VALUE}|{_PARENTHESES})*\)"
_ENDS = r'(?![^\s()"])'

GRAMMAR = rf"""
start: either
?either: both (_OR both)*
?both: single (_AND? single)*
?single: (_NOT | _MINUS) single -> negation
    | "(" either ")"
    | FIELD OPERATOR (VALUE | QUOTED) -> comparison
    | (WORD | QUOTED) -> word

_MINUS.5: /(?<![^\s(])-(?=[^\s)])/
_AND.4: /(?i:and){_ENDS}/
_OR.4: /(?i:or){_ENDS}/
_NOT.4: /(?i:not){_ENDS}/
FIELD.3: /(?:{_LETTER}|{_QUOTED})+(?=\s*(?:[:~<>]|!=))/
OPERATOR.2: /!=|[<>]=?|[:~]/
QUOTED.2: /{_QUOTED}?/
WORD: /(?!-(?:[\s)]|\Z))(?!(?i:and|or|not){_ENDS}){_LETTER}(?:{_LETTER}|")*/
VALUE: /(?!")(?:{_IN_VALUE}|{_PARENTHESES})+/

%ignore /\s+/
"""


@cache
def parser() -> "Lark":
    """Return the parser; its `parse` gives the `Node` of a text that is not blank."""
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", transformer=_Builder(), maybe_placeholders=False)


class _Builder:
    """Makes nodes while the text is parsed; the methods are named after the grammar's rules."""

    def start(self, children: list[Node]) -> Node:
        return children[0]

    def either(self, children: list[Node]) -> Node:
        return Or(_spliced(Or, children))

    def both(self, children: list[Node]) -> Node:
        return And(_spliced(And, children))

    def negation(self, children: list[Node]) -> Node:
        (node,) = children
        return node.node if isinstance(node, Not) else Not(node)

    def word(self, children: "list[Token]") -> Node:
        (token,) = children
        return Word(_text(token)[0], _span(token))

    def comparison(self, children: "list[Token]") -> Node:
        name, sign, value = children
        op: Any = str(sign)  # one of `Operator`, by the grammar
        text, quoted = _text(value)
        return Compare(_path(name), op, text, quoted, _span(name), _span(value))


def _spliced(kind: type[And[Compare] | Or[Compare]], children: list[Node]) -> tuple[Node, ...]:
    """Return the nodes with those of the same kind, which only parentheses kept apart, resolved."""
    return tuple(
        node
        for child in children
        for node in (child.nodes if isinstance(child, kind) else (child,))
    )


def _span(token: "Token") -> Span:
    return Span(token.start_pos or 0, len(token))


def _text(token: "Token") -> tuple[str, bool]:
    """Return the text a token means, and whether it was quoted."""
    if token.type == "QUOTED":
        return _unquoted(str(token)), True
    return str(token), False


def _unquoted(text: str) -> str:
    """Return what stands in quotes, the closing one of which may be missing."""
    body = re.fullmatch(r'"((?:[^"\\]|\\(?:[\s\S]|\Z))*)"?', text)
    return re.sub(r'(\\\\)|\\"', lambda found: found[1] or '"', body[1] if body else text)


def _path(text: str) -> tuple[str, ...]:
    """Return a field's name split at the dots outside of quotes."""
    parts = [""]
    for quoted, plain in re.findall(rf'({_QUOTED})|([^"])', text):
        if plain == ".":
            parts.append("")
        else:
            parts[-1] += _unquoted(quoted) if quoted else plain
    return tuple(parts)
