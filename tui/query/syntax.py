"""What a filter says, before anybody asks what its fields are."""

from dataclasses import field
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar

from tui.frozen import frozen

LeafT = TypeVar("LeafT")
"""What compares: `Compare` as it was written, `tui.query.binding.Test` once it is understood."""

Operator = Literal[":", "!=", "~", "<", "<=", ">", ">="]


class Span(NamedTuple):
    """A place in the filter's text, in characters."""

    position: int
    length: int


@frozen
class Word:
    """Text that must occur in what names a run or a row."""

    text: str
    at: Span = field(default=Span(0, 1), compare=False)


@frozen
class Compare:
    """A field compared with a value."""

    path: tuple[str, ...]
    """The field's name, split at its dots; quotes hold a part together. A part may be empty."""
    op: Operator
    value: str
    quoted: bool = False
    """Whether the value stood in quotes: then `none` is a text like any other."""
    path_at: Span = field(default=Span(0, 1), compare=False)
    value_at: Span = field(default=Span(0, 1), compare=False)


@frozen
class Not(Generic[LeafT]):
    """What must not match; what is unknown stays unknown."""

    node: "Tree[LeafT]"


@frozen
class And(Generic[LeafT]):
    """What must all match; at least two."""

    nodes: tuple["Tree[LeafT]", ...]


@frozen
class Or(Generic[LeafT]):
    """Of what one must match; at least two."""

    nodes: tuple["Tree[LeafT]", ...]


Tree: TypeAlias = Word | LeafT | Not[LeafT] | And[LeafT] | Or[LeafT]
Node: TypeAlias = Tree[Compare]
