"""What is read from the bytes of a row's criteria and rest is what decoding all of them tells."""

from typing import Any

import pytest
from hypothesis import example, given, note
from hypothesis import strategies as st

from tests.store.strategies import json_objects
from tui.models import CriterionType
from tui.query import Test, holds, look_up, read_row_filter, same_name
from tui.store.codec import dumps, loads
from tui.store.heads import CellTally
from tui.store.row_figures import criterion_judge, rest_judge

NAMES = (
    *("judge", "Judge", "JUDGE", "judg", "judge2", "straße", "STRASSE", "K", "k", "\u212a", "a.b"),
    *(
        ',null,"',
        ",null,",
        "]",
        "[",
        '["judge",',
        "judge\\",
        'j"q',
        "a\nb",
        "\0",
        "x\ud800",
        "\u017f",
    ),
)
"""Case beyond ASCII, what JSON escapes or looks like, a lone surrogate."""
TEXTS = ("", "x", "X", "a, b", 'say "x"', "a\\", "[", "null", "straße", "x\ud800", "\x1f", "[[")
names = st.sampled_from(NAMES)
texts = st.none() | st.sampled_from(TEXTS) | st.text(max_size=5)
FIGURES = (0.0, -0.0, 0.3, 0.30000000000000004, 1.0, 1e16, 1e-7, -2.5, 5e-324, 1e308, 3)
figures = st.none() | st.sampled_from(FIGURES) | st.floats(allow_nan=False, allow_infinity=False)
cells = st.lists(
    st.builds(
        CellTally,
        name=names,
        type=st.sampled_from([one.value for one in CriterionType]),
        passed=st.none() | st.booleans(),
        value=figures,
        label=texts,
        reason=texts,
        error=texts,
        **dict.fromkeys(("n", "passed_n", "failed_n", "errored_n", "value_n"), st.integers(0, 3)),
        value_sum=st.floats(0, 9),
    ),
    max_size=4,
    unique_by=lambda cell: cell.name,
)
asked_of_cells = st.one_of(
    st.tuples(st.just("passed"), st.sampled_from((":true", ":false", "!=true", ":none"))),
    st.tuples(
        st.just("score"),
        st.sampled_from((":0", "!=0.3", "<0.3", "<=0.3", ">0.3", ">=1e16", ":none", "!=none")),
    ),
    st.tuples(
        st.sampled_from(("label", "error")),
        st.sampled_from((":x", '!="a, b"', "~^x", "~b", ':"null"', ":none", "!=none", ":STRASSE")),
    ),
)


def asked(text: str) -> Test:
    test = read_row_filter(text)
    assert isinstance(test, Test)
    return test


def of_criterion(test: Test, data: bytes) -> object:
    by_name = {cell[0]: CellTally(*cell) for cell in loads(data)}
    (wanted,) = test.keys
    found = same_name(wanted, by_name)
    if found is None:
        return None
    return getattr(by_name[found], "value" if test.leaf.name == "score" else test.leaf.name)


def renamed(test: Test, name: str) -> Test:
    """Return a test of another criterion: not every name can be written in a filter."""
    return Test(test.field, (name,), test.leaf, test.op, test.value)


SIMILAR = [
    CellTally("a", "label", None, None, "[", None, ",", 0, 0, 0, 0, 0, 0.0),
    CellTally(",true,0.1,", "label", None, None, None, None, None, 0, 0, 0, 0, 0, 0.0),
]
"""Their JSON has what looks like a cell of another name, from a bracket within a text on."""


@given(cells, names, asked_of_cells)
@example(SIMILAR, ",null,", ("passed", ":true"))
def test_a_criterion(made: list[CellTally], name: str, ask: tuple[str, str]) -> None:
    test = renamed(asked("criteria.judge." + "".join(ask)), name)
    data = dumps(made)
    note(data)
    assert criterion_judge(test)(data) is holds(test, of_criterion(test, data))


@given(cells, st.sampled_from((":none", "!=none")))
def test_whether_there_are_criteria(made: list[CellTally], ask: str) -> None:
    test = asked(f"criteria{ask}")
    assert criterion_judge(test)(dumps(made)) is holds(test, [cell.name for cell in made])


def test_a_criterion_as_it_is_written_goes_before_others() -> None:
    def tally(name: str, value: float) -> CellTally:
        return CellTally(name, "numeric", None, value, None, None, None, 1, 0, 0, 0, 1, value)

    data = dumps([tally("JUDGE", 1.0), tally("judge", 2.0), tally("Judge2", 3.0)])
    for name, value in {"judge": 2, "JUDGE": 1, "Judge": 1, "judge2": 3}.items():
        assert criterion_judge(asked(f"criteria.{name}.score:{value}"))(data) is True
        assert criterion_judge(asked(f"criteria.{name}.score!={value}"))(data) is False
    assert criterion_judge(asked("criteria.judge3.score!=1"))(data) is None


counts = st.none() | st.sampled_from((0, 3, 2**53 + 1, 2**63 - 1, 10**15, 10**16, 10**20))
usages = st.none() | st.tuples(counts, counts, counts, counts, figures).map(list)
values: Any = st.one_of(
    st.sampled_from((None, "", "x", 3, "3", 0.25, 2**53 + 1, 10**20, 10**20 + 1, 1e20, True, [])),
    st.lists(st.sampled_from((1, "x", 10**20, 1e20, {}, None)), max_size=3),
)
extras = json_objects | st.dictionaries(
    st.sampled_from(("a", "A", "a.b", "b", "é", "É", "k", "\u212a", 'q"', "x\ud800")),
    values | st.dictionaries(st.sampled_from(("b", "B", "c", "é")), values, max_size=2),
    max_size=3,
)
asked_of_rest = st.one_of(
    st.tuples(
        st.sampled_from(("input_tokens", "output_tokens", "cached_tokens", "cost")),
        st.sampled_from(
            (":3", "!=3", "<0.3", ">=9007199254740993", ":9007199254740992", ":none", "!=none")
        ),
    ),
    st.tuples(
        st.just("error.code"), st.sampled_from((":x", "!=x", "~^a", ":none", '!="null"', "~b$"))
    ),
    st.tuples(
        st.sampled_from(("extra.a", "extra.A.b", "extra.é", "extra.k", "extra.x.y", "extra.b")),
        st.sampled_from(
            (
                *(":3", "!=3", "<0.3", ":x", "~^x", ":none", "!=none", ":100000000000000000001"),
                *('~"^1e"', '~"^10+$"', ">=1e20", ":1e20", ":true"),
            )
        ),
    ),
)


def of_rest(test: Test, data: bytes) -> object:
    code, usage, extra = loads(data)
    if test.field.name == "error.code":
        return code
    if test.field.name == "extra":
        return look_up(extra, test.keys)
    place = {"input_tokens": 0, "output_tokens": 1, "cached_tokens": 2, "cost": 4}[test.field.name]
    return None if usage is None else usage[place]


@given(texts, usages, extras, asked_of_rest)
@example(None, [2**53 + 1] * 5, {}, ("input_tokens", ":9007199254740992"))
@example(None, None, {"a": 10**20 + 1}, ("extra.a", ":100000000000000000001"))
@example(None, None, {"a": [10**20]}, ("extra.a", '~"^10+$"'))
@example("[[", [1, None, None, None, None], {"x": [1, {}]}, ("extra.x.y", ":none"))
def test_the_rest(
    code: str | None, usage: list[Any] | None, extra: dict[str, Any], ask: tuple[str, str]
) -> None:
    test = asked("".join(ask))
    data = dumps([code, usage, extra])
    note(data)
    assert rest_judge(test)(data) is holds(test, of_rest(test, data))


@pytest.mark.parametrize("name", ["judge", "x y", "a.b"])
def test_what_a_criterion_says_is_not_taken_for_another(name: str) -> None:
    said = f'["{name}","numeric",true,0.1,'
    cell = CellTally("other", "label", None, 5.0, said, said, said, 1, 0, 0, 1, 1, 5.0)
    test = renamed(asked("criteria.judge.score<1"), name)
    assert criterion_judge(test)(dumps([cell])) is None
    mine = cell._replace(name=name, value=2.0)
    assert criterion_judge(test)(dumps([cell, mine])) is False
