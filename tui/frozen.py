"""Frozen, slotted dataclasses that cost little to define.

`dataclass(frozen=True, slots=True)` writes and compiles six functions for every class, over half a
millisecond in Python 3.11, and the first frame needs sixty classes. Here all classes share five of
them, and `__init__` is compiled when the first instance is made. Instances behave the same.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, ParamSpec, TypeVar, dataclass_transform, overload

P = ParamSpec("P")
T = TypeVar("T")

_set_class: Any = vars(object)["__class__"].__set__

_VALUES = "_frozen_values"
"""Class attribute: a function from an instance to what it is compared by."""


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool = ...) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field, Field))
def frozen(
    cls: type[T] | None = None, /, *, kw_only: bool = False
) -> type[T] | Callable[[type[T]], type[T]]:
    """Make a class a frozen, slotted dataclass; `fields`, `replace` and pickling work on it.

    `__post_init__`, `InitVar` and `field(init=False)` are not supported.
    """

    def make(given: type[T]) -> type[T]:
        own = set(vars(given))
        made: Any = dataclass(slots=True, init=False, repr=False, eq=False, kw_only=kw_only)(given)
        compared = [one.name for one in fields(made) if one.compare]
        setattr(made, _VALUES, staticmethod(attrgetter(*compared) if compared else _nothing))
        made.__init__ = _init_of(made)
        for name, method in _SHARED.items():
            if name not in own:
                setattr(made, name, method)
        return made  # type: ignore[no-any-return] # the same class, with methods added

    return make if cls is None else make(cls)


def _nothing(_instance: object) -> None:
    return None


def _init_of(cls: Any) -> Callable[..., None]:
    def first_init(self: Any, *args: Any, **kwargs: Any) -> None:
        cls.__init__ = _compile_init(cls)
        cls.__init__(self, *args, **kwargs)

    return first_init


def _compile_init(cls: Any) -> Any:
    """Return an `__init__` that takes the fields as a dataclass's does."""
    return _compile(cls, "__init__", ["self"], begin="_set_class(self, _Open)")


def maker(cls: Callable[P, T]) -> Callable[P, T]:
    """Return a function that makes instances of a frozen class as calling the class does.

    Calling it costs half as much, since Python calls a function without packing its arguments:
    for what is made by the million.
    """
    made: Callable[P, T] = _compile(cls, "make", [], begin="self = _new(_Open)", end="return self")
    return made


def _compile(cls: Any, name: str, positional: list[str], *, begin: str, end: str = "") -> Any:
    """Return a function that takes the fields and fills an instance with them.

    While it is filled, the instance is of a twin class whose fields can be set: plain assignments
    cost half of calls past `__setattr__`.

    Args:
        cls: a frozen class.
        name: of the function.
        positional: its parameters before the fields.
        begin: the statement that makes `self` an instance of `_Open`, the twin.
        end: its last statement.
    """
    known: dict[str, Any] = {"_MISSING": MISSING, "_set_class": _set_class, "_new": object.__new__}
    known |= {"_Open": _open_twin(cls), "_Frozen": cls}
    keyword: list[str] = []
    body: list[str] = [begin]
    for one in fields(cls):
        value, parameter = one.name, one.name
        if one.default_factory is not MISSING:
            known[f"_make_{one.name}"] = one.default_factory
            value = f"_make_{one.name}() if {one.name} is _MISSING else {one.name}"
            parameter = f"{one.name}=_MISSING"
        elif one.default is not MISSING:
            known[f"_default_{one.name}"] = one.default
            parameter = f"{one.name}=_default_{one.name}"
        (keyword if one.kw_only else positional).append(parameter)
        body.append(f"self.{one.name} = {value}")
    body += ["self.__class__ = _Frozen", end]
    parameters = ", ".join([*positional, "*", *keyword] if keyword else positional)
    lines = "\n ".join(body)
    exec(f"def {name}({parameters}):\n {lines}", known)  # noqa: S102 - field names
    function = known[name]
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    return function


def _open_twin(cls: Any) -> type:
    """Return a class of the same layout, as which an instance can be filled."""
    names = ("__slots__", "__orig_bases__")  # the second is what a generic class insists on
    same = {name: vars(cls)[name] for name in names if name in vars(cls)}
    return type(cls.__name__, cls.__bases__, {**same, "__setattr__": object.__setattr__})


def _repr(self: Any) -> str:
    shown = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = self._frozen_values
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(self._frozen_values(self))


def _setattr(_self: object, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in fields(self)]


def _setstate(self: object, state: list[Any]) -> None:
    for one, value in zip(fields(self), state, strict=True):  # type: ignore[arg-type] # of a frozen class
        object.__setattr__(self, one.name, value)


_SHARED = {
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
