"""Texts that SQLite compares by itself, and those that Python has to: both say the same."""

from collections.abc import Iterator

import pytest

from tests.store.builders import REF, make_row, make_run, make_trial, open_store, rows_page
from tui.models import ErrorInfo, Outcome
from tui.query import Test, holds, read_row_filter, read_run_filter
from tui.store import RowQuery, RunQuery, Store

TEXTS = (
    *("", "Refund", "refund", "REFUNDED", "a refund", "ref", "100%_", "100xy", "a_b", "aXb", "k"),
    *("\u212aelvin", "kelvin", "stra\u00dfe", "STRASSE", "\u0130x", "i", "\u0131", "\u017fo", "so"),
    *("a\0refund", "\0", "a\0", "back\\slash", 'x"y', "x y", "caf\u00e9 refund", "none", "[a]"),
)
ASKED = (
    *(":refund", "!=refund", ":k", ":strasse", '!="stra\u00dfe"', ':"100%_"', ":a_b", ":a", ":i"),
    *('!="x y"', ':"back\\slash"', ":none", "!=none", ':"none"', ":\u212aelvin", "!=caf\u00e9"),
    *("~refund", "~REF", "~^refund$", "~f.*d", "~k", "~ss", "~so", "~100%_", "~a_b", "~i", "~^i"),
    *("~x\\Wy", "~x?", "~n+d", "~k\\\\s", "~e$", "~ref|kel", "~[fk]", "~(a|b)_", "~\u00e9", "~a.r"),
)


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    store = open_store()
    store.apply_rows(
        REF,
        rows_page(
            *(
                make_row(
                    f"{number:02}{text}",
                    make_trial(outcome=Outcome.ERRORED, error=ErrorInfo("code", text)),
                    label=text,
                    index=number,
                )
                for number, text in enumerate(TEXTS)
            ),
            make_row("zz", make_trial(error=None), label="", index=len(TEXTS)),
        ),
    )
    for number, text in enumerate(TEXTS):
        store.apply_run(make_run(f"eval_b/run_{number}", name=text, connection="names"))
    yield store
    store.close()


def asked(test: object) -> Test:
    assert isinstance(test, Test)
    return test


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize("field", ["label", "error", "key"])
@pytest.mark.parametrize("negated", [False, True])
def test_of_rows(store: Store, field: str, ask: str, *, negated: bool) -> None:
    test = asked(read_row_filter(f"{field}{ask}"))
    view = store.rows(REF, RowQuery())
    expected = []
    for head in view.fetch(0, view.count()):
        message = None if head.error is None else head.error.message
        value = {"label": head.label, "error": message, "key": head.key}[field]
        if holds(test, value) is not negated and holds(test, value) is not None:
            expected.append(head.key)
    found = store.rows(REF, RowQuery(text=f"not {field}{ask}" if negated else f"{field}{ask}"))
    assert [head.key for head in found.fetch(0, found.count())] == expected


@pytest.mark.parametrize("ask", ASKED)
def test_of_runs(store: Store, ask: str) -> None:
    test = asked(read_run_filter(f"name{ask}"))
    query = RunQuery(text=f"name{ask}", connections=("names",), sort="name", descending=False)
    view = store.runs(query)
    found = {stored.run.name for stored in view.fetch(0, view.count())}
    assert found == {text for text in TEXTS if holds(test, text)}
