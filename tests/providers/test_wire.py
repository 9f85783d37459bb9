"""What models and shapes make of the values that come."""

from typing import Annotated, Any, Required

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError
from typing_extensions import TypedDict

from tui.providers.wire import Count, Id, Loose, LooseCount, Shape, Soft, Wire, tolerant


class ThingModel(Wire):
    """One of each kind of field."""

    id: Id
    text: Soft[str] = None
    number: Soft[float] = None
    whole: Soft[int] = None
    verdict: Soft[bool] = None
    count: Count = None
    texts: Soft[list[str]] = None
    named: Soft[dict[str, Any]] = None
    other: Soft[str] = Field(None, alias="_other")


@tolerant
class ThingShape(TypedDict, total=False):
    """The same."""

    id: Required[Id]
    text: Loose[str]
    number: Loose[float]
    whole: Loose[int]
    verdict: Loose[bool]
    count: LooseCount
    texts: Loose[list[str]]
    named: Loose[dict[str, Any]]
    other: Annotated[Loose[str], Field(alias="_other")]


THING = Shape(ThingShape)
NAMES = ("text", "number", "whole", "verdict", "count", "texts", "named", "_other", "surprise")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=4) | st.sampled_from(("1", "1.5", "yes", "off", "nan", "")),
    st.lists(st.text(max_size=2) | st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_a_shape_reads_what_a_model_does(fields: dict[str, Any]) -> None:
    item = {"id": 5, **fields}
    read = THING.read(item)
    model = ThingModel.model_validate(item)
    assert read["id"] == model.id == "5"
    assert {name: read.get(name) for name in ThingModel.model_fields} == model.model_dump()


@pytest.mark.parametrize("item", [{}, {"id": ""}, {"id": None}, {"id": []}, [], "x", None])
def test_identity_is_strict(item: object) -> None:
    with pytest.raises(ValidationError):
        THING.read(item)
