"""What comparisons ask of runs and rows, and what they say of a value."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui import query
from tui.errors import QueryError
from tui.query import (
    Condition,
    Test,
    comparison,
    holds,
    look_up,
    read_row_filter,
    read_run_filter,
    searcher,
)


def asked(condition: Condition | None) -> Test:
    assert isinstance(condition, Test)
    return condition


def of_run(text: str, value: object) -> bool | None:
    return holds(asked(read_run_filter(text)), value)


def of_row(text: str, value: object) -> bool | None:
    return holds(asked(read_row_filter(text)), value)


def mistake(text: str, *, rows: bool = False) -> QueryError:
    with pytest.raises(QueryError) as caught:
        (read_row_filter if rows else read_run_filter)(text)
    assert caught.value.text == text
    return caught.value


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = os.environ.get("TZ")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    query._read.cache_clear()  # what was read before was read in another zone
    yield
    query._read.cache_clear()
    if before is None:
        monkeypatch.delenv("TZ")
    else:
        monkeypatch.setenv("TZ", before)
    time.tzset()


@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [
        ("name:nightly", "Nightly", True),
        ("name:nightly", "nightly 2", False),
        ("name:STRASSE", "Straße", True),
        ("name!=nightly", "weekly", True),
        ("name!=nightly", None, None),
        ("name:nightly", "", None),
        ("name:none", None, True),
        ("name:None", "", True),
        ("name:none", "x", False),
        ("name!=none", "x", True),
        ("name!=none", None, False),
        ('name:"none"', "None", True),
        ("name~^NIGHT", "nightly", True),
        ("name~y$", "nightly 2", False),
        ("name~y", None, None),
        ("model:gpt", ("claude", "GPT"), True),
        ("model!=gpt", ("claude", "gpt"), False),
        ("model!=gpt", ("claude",), True),
        ("model!=gpt", (), None),
        ("model:none", (), True),
        ("model~gpt", ["claude", "gpt-5"], True),
        ("status:FAILED", "failed", True),
        ("status!=failed", "running", True),
        ("live:yes", True, True),
        ("live:false", True, False),
        ("live!=true", False, True),
        ("score<3", 2.5, True),
        ("score<3", 3, False),
        ("score<=3", 3, True),
        ("score>-1.5e2", -151, False),
        ("score>=.5", 0.5, True),
        ("score:0", 0.0, True),
        ("score:none", 0.0, False),
        ("score!=0", None, None),
        ("pass_rate<90%", 0.89, True),
        ("pass_rate>=0.9", 0.9, True),
        ("pass_rate:87.5%", 0.875, True),
        ("age<2h", 7199.0, True),
        ("age<2h", 7200.0, False),
        ("age>=1w", 604_800.0, True),
        ("age>1d12h30m", 131_400.0, False),
        ("age>1.5h", 5401.0, True),
        ("duration<500ms", 0.4, True),
        ("duration>90", 91.0, True),
    ],
)
def test_answers_about_runs(text: str, value: object, answer: bool | None) -> None:
    assert of_run(text, value) is answer


@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [
        ("metadata.team:search", "Search", True),
        ("metadata.team!=search", "ads", True),
        ("metadata.team!=search", None, None),
        ("metadata.team:none", None, True),
        ("metadata.n:4", 4, True),
        ("metadata.n:4.0", 4, True),
        ("metadata.n:4", "4", True),
        ("metadata.n>3", "4", True),
        ("metadata.n>3", "four", None),
        ("metadata.n>3", True, None),
        ("metadata.n<50%", 0.4, True),
        ("metadata.flag:true", True, True),
        ("metadata.flag:1", True, False),
        ("metadata.tags:b", ["a", "B"], True),
        ("metadata.tags!=b", ["a", "b"], False),
        ("metadata.tags>3", ["a", 4], True),
        ("metadata.tags>3", ["a"], None),
        ("metadata.tags>3", ["a", 2], False),
        ("metadata.tags:none", [], True),
        ("metadata.team:x", {"x": 1}, None),
        ("metadata.team:none", {"x": 1}, False),
        ("metadata.version~^1[.]", 1.5, True),
        ("metadata.flag~^tr", True, True),
    ],
)
def test_json_is_compared_as_what_it_is(text: str, value: object, answer: bool | None) -> None:
    assert of_run(text, value) is answer


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [
        # Berlin is an hour ahead of UTC in November: its 20th begins at 23:00 on the 19th.
        ("started:2026-11-20", "2026-11-19T23:00Z", True),
        ("started:2026-11-20", "2026-11-20T22:59:59.999999Z", True),
        ("started:2026-11-20", "2026-11-20T23:00Z", False),
        ("started!=2026-11-20", "2026-11-20T23:00Z", True),
        ("started>2026-11-20", "2026-11-20T12:00Z", False),
        ("started>2026-11-20", "2026-11-20T23:00Z", True),
        ("started>=2026-11-20", "2026-11-19T23:00Z", True),
        ("started<2026-11-20", "2026-11-19T23:00Z", False),
        ("started<=2026-11-20", "2026-11-20T22:59Z", True),
        ("started<=2026-11-20", "2026-11-20T23:00Z", False),
        ("started:2026-11-20T12:00", "2026-11-20T11:00:59Z", True),
        ("started:2026-11-20T12:00Z", "2026-11-20T12:00:59Z", True),
        ("started:2026-11-20T12:00+02:00", "2026-11-20T10:00Z", True),
        ("started:2026-11-20T12:00:30Z", "2026-11-20T12:00:30.9Z", True),
        ("started:2026-11-20T12:00:30.5Z", "2026-11-20T12:00:30.500001Z", False),
        # The day the clocks go back has 25 hours.
        ("started:2026-10-25", "2026-10-25T22:59Z", True),
        ("started:2026-10-25", "2026-10-25T23:00Z", False),
    ],
)
def test_a_date_means_all_it_covers_in_local_time(text: str, value: str, answer: bool) -> None:
    assert of_run(text, at(value)) is answer


def test_moments_are_compared_in_any_zone() -> None:
    east = at("2026-11-20T14:00+02:00")
    assert of_run("started:2026-11-20T12:00Z", east) is True
    assert of_run("started:none", east) is False
    assert of_run("started<2026-11-20T12:00Z", None) is None
    assert of_run("started>2020-01-01", datetime.now(UTC) + timedelta(days=1)) is True


@pytest.mark.parametrize(
    ("text", "keys", "leaf"),
    [
        ("criteria.judge.score<3", ("judge",), "score"),
        ('criteria."a.b".score<3', ("a.b",), "score"),
        ("criteria.a.b.score<3", ("a.b",), "score"),
        ("CRITERIA.judge.Passed:true", ("judge",), "passed"),
        ("criteria.score.score<3", ("score",), "score"),
        ("criteria:judge", (), "criteria"),
        ("extra.status_code>=500", ("status_code",), "extra"),
        ('extra."a.b".c:x', ("a.b", "c"), "extra"),
        ("id:x", (), "key"),
        ("usage.input_tokens>3", (), "input_tokens"),
        ("error.message~x", (), "error"),
        ("error.code:429", (), "error.code"),
    ],
)
def test_names_of_fields(text: str, keys: tuple[str, ...], leaf: str) -> None:
    test = asked(read_row_filter(text))
    assert (test.keys, test.leaf.name) == (keys, leaf)


@pytest.mark.parametrize(
    ("text", "position", "length", "told"),
    [
        ("a statsu:x", 2, 6, "There is no field “statsu”; did you mean status?"),
        ("nothing.like:x", 0, 12, "There is no field “nothing.like”. There are: status, "),
        ("outcome:failed", 0, 7, "There is no field “outcome” here: rows have it."),
        ("name.x:y", 0, 6, "There is no field “name.x”"),
        ("metadata:x", 0, 8, "Name what metadata holds, as in metadata.team."),
        ("metadata.:x", 0, 9, "Name what metadata holds"),
        ("criteria.judge:x", 0, 14, "Say what of a criterion is meant"),
        ("criteria.score<3", 0, 14, "Say what of a criterion is meant"),
        ("criteria.judge.skore<3", 0, 20, "Say what of a criterion is meant"),
        ("name<3", 0, 4, "name is compared by : != ~ and not by <."),
        ("score~3", 0, 5, "score is compared by : != < <= > >= and not by ~."),
        ("age:2h", 0, 3, "age is compared by < <= > >= and not by :."),
        ("live>true", 0, 4, "live is compared by : != and not by >."),
        ("status:runing", 7, 6, "status is never “runing”; did you mean running?"),
        ("status:x", 7, 1, "status is never “x”; it is one of: queued, running, "),
        ("score<x", 6, 1, "A number is wanted here"),
        ("score<1e999", 6, 5, "A number is wanted here"),
        ("score<nan", 6, 3, "A number is wanted here"),
        ("metadata.n<x", 11, 1, "A number is wanted here"),
        ("pass_rate<90", 10, 2, "A rate of 0 to 1 is wanted here, such as 0.9 or 90%."),
        ("pass_rate<101%", 10, 4, "A rate of 0 to 1"),
        ("age<2", 4, 1, "A time with a unit is wanted here"),
        ("age<2y", 4, 2, "A time with a unit is wanted here"),
        ("age<-2h", 4, 3, "A time with a unit is wanted here"),
        ("started<yesterday", 8, 9, "A date is wanted here"),
        ("started<2026-02-30", 8, 10, "A date is wanted here"),
        ("started<9999-12-31", 8, 10, "A date is wanted here"),
        ("live:maybe", 5, 5, "It is either true or false."),
        ('name:""', 5, 2, "A value must stand between the quotes."),
        ('name:"', 5, 1, "A value must stand between the quotes."),
        ("name~a[", 7, 1, "This is not a pattern: "),
        ('name~"a[b"', 9, 1, "This is not a pattern: "),
        ("name~*", 5, 1, "This is not a pattern: "),
        ("name~" + "x" * 201, 205, 1, "A pattern has at most 200 characters."),
        ("a status=failed", 8, 1, "Equality is written status:failed"),
    ],
)
def test_mistakes_are_told_with_their_place(
    text: str, position: int, length: int, told: str
) -> None:
    error = mistake(text)
    assert error.message.startswith(told)
    assert (error.position, error.length) == (position, length)


def test_a_body_is_asked_for_words() -> None:
    error = mistake('output:"?!"', rows=True)
    assert (error.message, error.position) == ("A word is wanted here; ~ finds signs.", 7)
    assert mistake("reason<3").message == "reason is compared by : != ~ and not by <."


def test_a_field_of_runs_is_named_among_rows() -> None:
    assert mistake("status:failed", rows=True).message.endswith("runs have it.")
    assert "did you mean outcome?" in mistake("outcom:failed", rows=True).message


def test_text_with_signs_is_searched_in_quotes() -> None:
    for text in ('"status=failed"', "a=b", '"status:failed"'):
        assert not isinstance(read_run_filter(text), Test)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (("a", "b"), 1),
        (("a.b",), 2),
        (("A.B",), 2),
        (("c", "d"), [3, 4]),
        (("c", "e"), None),
        (("missing",), None),
        (("Team",), "upper"),
        (("team",), "lower"),
        (("TEAM",), "lower"),
        (("a", "b", "c"), None),
    ],
)
def test_paths_lead_into_json(keys: tuple[str, ...], found: Any) -> None:
    data: Any = {
        "a": {"b": 1},
        "c": [{"d": 3}, {"d": 4}, 5],
        "team": "lower",
        "Team": "upper",
    }
    if keys in (("a.b",), ("A.B",)):
        data["a.b"] = 2
    assert look_up(data, keys) == found


def test_the_longest_key_goes_first() -> None:
    assert look_up({"a": {"b": 1}, "a.b": 2}, ("a", "b")) == 2


def test_a_pattern_without_end_is_stopped() -> None:
    with pytest.raises(TimeoutError):
        searcher("(x+x+)+y")("x" * 200)


ASKED = (
    *("label:refund", "label!=refund", "label~^re", "label:none", "label!=none", 'label:"none"'),
    *("score:3", "score!=3", "score<3", "score>=0.5", "score:none", "unstable:true"),
    *("extra.a:3", "extra.a!=3", "extra.a<3", "extra.a~3", "extra.a:none", "extra.a:true"),
    *("output:refund", 'output!="a refund"', "output~x$", "output:none", "outcome~ed$"),
    *("criteria.judge.passed:false", "criteria.judge.label!=x", "latency<2s"),
)
some_values = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from((0, 3, 3.0, 0.5, 10**20, "", "3", "Refund", "a refund", "x", "none", "true")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("a"), inner),
    max_leaves=5,
)


def answered(answer: Callable[[object], bool | None], value: object) -> object:
    """Return what is said; texts that are asked for their size have no answer."""
    try:
        return answer(value)
    except (TypeError, AttributeError) as error:
        return type(error)


@given(st.sampled_from(ASKED), some_values | some_values.map(lambda value: (value,)))
def test_a_comparison_of_many_values_says_of_each_what_it_holds(text: str, value: object) -> None:
    test = asked(read_row_filter(text))
    assert answered(comparison(test), value) == answered(lambda each: holds(test, each), value)
