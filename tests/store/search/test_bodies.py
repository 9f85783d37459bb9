"""What is told of a stored body after a quick look is what decoding it and reading it tells."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given, note
from hypothesis import strategies as st

from tests.store.builders import REF, keys, make_row, make_score, make_trial, open_store, rows_page
from tests.store.strategies import json_values, trials
from tui.models import Trial
from tui.query import Test, holds, read_row_filter
from tui.store import RowQuery
from tui.store.codec import dumps, loads
from tui.store.compression import compress_all
from tui.store.model_encoders import as_json
from tui.store.search import SearchIndex
from tui.store.search import file as index_file
from tui.store.search.judging import BODY_FIELDS, RowBodies
from tui.store.search.texts import field_of

SAID = (
    *("", "x", "Refund", "a REFUND\nof 5", 'say "so"', "back\\slash", "stra\u00dfe", "\u212aiss"),
    *("kiss", "\uff12\uff10", "2", "\x07bell", "x\ud800", "1e16", "caf\u00e9", "cafe", "{}"),
)
said = st.sampled_from(SAID) | st.text(st.sampled_from('kKsi\u017f\u0131 "\\\n\u00e9x1e+'))
numbers = st.sampled_from((1e16, 1e-7, 10**20, 10**20 + 1, 2**63, 2**64, 0.1, 7, -0.0, 1e22, True))
outputs: Any = st.recursive(
    said | numbers | json_values,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries({"role": said, "content": inner})
        | st.dictionaries(said, inner, max_size=2)
    ),
    max_leaves=5,
)
told = st.builds(
    make_trial,
    input=outputs,
    output=outputs,
    expected=outputs,
    scores=st.lists(
        st.builds(make_score, reason=st.none() | said, label=st.none() | said), max_size=2
    ).map(tuple),
)
ASKED = (
    *(":none", "!=none", ":refund", "!=refund", ':"refund of"', ":16", ":1e", ":20", ":07", ":2"),
    *(":kis", ":strasse", ":x", ":so", ":cafe", ':"e 16"', ":\u212aiss", "~refund", "~kiss", "~e"),
    *(
        "~e\\+16",
        '~"1e\\+20"',
        "~^10+1?$",
        "~[0-9]",
        '~"y \\"s"',
        "~\\\\s",
        "~k.ss",
        "~07",
        "~\u00e9",
    ),
    *("~[0-9]", "~inf", "~}", "~bell$", "~a.*of", "~00$", "~1e16"),
)


def model(test: Test, body: bytes) -> bool | None:
    """Return what a body says, plainly: as for `:` where `!=` is asked; None without a text."""
    text = field_of(loads(body), test.field.name)
    if not text:
        return None
    if test.value is None:
        return False
    answer = holds(test, text)
    return answer is (test.op != "!=")


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return open_store().search


@given(told | trials, st.sampled_from(BODY_FIELDS), st.sampled_from(ASKED), st.booleans())
@example(make_trial(output=[1e16]), "output", "~e\\+16", True)
@example(make_trial(output=[1e16]), "output", "~e\\+16", False)
@example(make_trial(output=[10**20 + 1]), "output", "~^10+1?$", False)
@example(make_trial(output=[1e-7]), "output", "~07", False)
@example(make_trial(output=[1e-7]), "output", ":07", False)
@example(make_trial(output="\u212aiss"), "output", "~kiss", False)
@example(make_trial(output="back\\slash"), "output", "~k\\\\s", False)
@example(make_trial(output="caf\u00e9"), "output", ":cafe", False)
def test_a_body(index: SearchIndex, trial: Trial, field: str, ask: str, exact: bool) -> None:
    test = read_row_filter(field + ask)
    assert isinstance(test, Test)
    body = dumps(as_json(trial))
    note(body)
    bodies = RowBodies(index, test, exact=exact)
    (stored,) = compress_all([body])
    found, expected = bodies.in_one(stored), model(test, body)
    if exact or ask in (":none", "!=none") or ask.startswith("!="):
        assert found is expected
    else:
        assert (found is True) is (expected is True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("output:refund", "ac"),
        ("output~refund", "ac"),
        ("not output:refund", "b"),
        ("not output~refund", "b"),
        ("output!=refund", "b"),
        ("output:none", "de"),
        ("output!=none", "abc"),
        ("not output:none", "abc"),
        ("not (output~refund or output:none)", "b"),
        ("not (output~refund key:c)", "abde"),
        ("output~refund or label:d", "acd"),
        ("output~sorry output~refund", "c"),
        ("output~sorry criteria.judge.passed:true", "b"),
    ],
)
@pytest.mark.parametrize("usable", [True, False])
def test_rows_of_no_trial_of_one_and_of_several(
    monkeypatch: pytest.MonkeyPatch, text: str, found: str, *, usable: bool
) -> None:
    monkeypatch.setattr(index_file, "has_fts5", lambda: usable)
    store = open_store()
    assert store.search.usable is usable
    good = (make_score(passed=True),)
    store.apply_rows(
        REF,
        rows_page(
            make_row("a", make_trial(output="A refund."), label="a"),
            make_row("b", make_trial(output=["Sorry", 3], scores=good), label="b"),
            make_row(
                "c",
                make_trial("t1", output=None),
                make_trial("t2", output="sorry"),
                make_trial("t3", output="refunds"),
                label="c",
            ),
            make_row("d", make_trial(output=None), label="d"),
            make_row("e", make_trial("t1", output=""), make_trial("t2", output=[]), label="e"),
        ),
    )
    assert "".join(keys(store, RowQuery(text=text))) == found
    store.close()


@pytest.mark.parametrize("later", [[0, 9], [3, 4], range(10)])
def test_trials_that_came_after_the_index_are_read(later: Sequence[int]) -> None:
    store = open_store()
    before = make_trial("t1", output="sorry")
    store.apply_rows(REF, rows_page(*(make_row(f"{i}", before, index=i) for i in range(10))))
    while store.search.fill():
        pass
    after = make_trial("t2", output="a refund")
    store.apply_rows(REF, rows_page(*(make_row(f"{i}", after, index=i) for i in later)))
    assert keys(store, RowQuery(text="output:refund")) == [f"{i}" for i in later]
    assert keys(store, RowQuery(text="output:sorry")) == [f"{i}" for i in range(10)]
    store.close()
