"""Frozen classes behave as `dataclass(frozen=True, slots=True)` does."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest

from tui.frozen import frozen, maker

T = TypeVar("T")


@frozen
class Point:
    """A class with every kind of default."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class PlainPoint:
    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@frozen(kw_only=True)
class Base:
    name: str
    size: int = 1


@frozen(kw_only=True)
class Derived(Base):
    color: str


@frozen
class Box(Generic[T]):
    inner: T


@frozen
class Nothing:
    pass


@pytest.mark.parametrize(
    ("positional", "named"),
    [
        ((1,), {}),
        ((1, 5), {"tags": ["a"]}),
        ((), {"x": 1, "note": "n"}),
        ((), {}),
        ((1, 2, [], "", 5), {}),
        ((1,), {"z": 3}),
        ((1,), {"x": 1}),
    ],
)
def test_arguments_are_taken_and_refused_as_a_dataclass_does(
    positional: tuple[Any, ...], named: dict[str, Any]
) -> None:
    def made(cls: Any) -> object:
        try:
            point = cls(*positional, **named)
        except TypeError:
            return TypeError
        return [getattr(point, one.name) for one in fields(point)]

    assert made(Point) == made(maker(Point)) == made(PlainPoint)


@pytest.mark.parametrize(
    ("made", "cls"),
    [
        (Point(1), Point),
        (Derived(name="a", color="red"), Derived),
        (Box(inner=1), Box),
        (maker(Derived)(name="a", color="red"), Derived),
        (maker(Box)(inner=1), Box),
        (Nothing(), Nothing),
    ],
)
def test_an_instance_is_of_its_own_class(made: object, cls: type) -> None:
    assert type(made) is cls


def test_each_instance_has_its_own_default() -> None:
    make = maker(Point)
    for one, other in ((Point(1), Point(1)), (make(1), make(1))):
        one.tags.append("mine")
        assert other.tags == []


def test_what_a_maker_made_is_as_what_the_class_makes() -> None:
    assert maker(Point)(1, note="a") == Point(1, note="a")
    assert maker(Derived)(name="a", color="red") == Derived(name="a", color="red")
    nothing: Any = maker(Nothing)()
    with pytest.raises(FrozenInstanceError):
        nothing.new = 5


def test_nothing_can_be_set_deleted_or_added() -> None:
    point: Any = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 5
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.new = 5
    assert not hasattr(point, "__dict__")


def test_equality_is_by_class_and_compared_values() -> None:
    assert Point(1, note="a") == Point(1, note="b")
    assert Point(1) != Point(2)
    assert Nothing() == Nothing()
    assert Base(name="a") != Derived(name="a", color="red")
    assert len({Base(name="a"), Base(name="a"), Base(name="b")}) == 2


def test_a_subclass_has_the_fields_of_both() -> None:
    thing = Derived(name="a", color="red")
    assert (thing.name, thing.size, thing.color) == ("a", 1, "red")
    with pytest.raises(TypeError):
        Derived("a", color="red")  # type: ignore[call-arg] # names only


def test_copies_and_replacements_are_equal_but_for_what_was_replaced() -> None:
    point = Point(1, 3, ["a"])
    assert copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301 - our own bytes
    assert replace(point, y=9) == Point(1, 9, ["a"])


def test_it_shows_and_matches_its_fields() -> None:
    assert repr(Point(1, note="secret")) == "Point(x=1, y=2, tags=[])"
    match Point(7):
        case Point(x, y):
            assert (x, y) == (7, 2)
