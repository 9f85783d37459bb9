from typing import Any

import pytest

from tests.providers.weave.samples import OVERLOADED, forbidden_key
from tui.errors import RejectedError
from tui.models import ErrorInfo
from tui.providers.weave.faults import cause_of, read_error, refused_keys, traceback_of


@pytest.mark.parametrize(
    ("data", "message", "code"),
    [
        ({"reason": "Forbidden"}, "Forbidden", None),
        ({"detail": "Not authenticated"}, "Not authenticated", None),
        ({"error": {"message": "inner"}}, "inner", None),
        ({"reason": "wrong mode", "error_code": "CALLS_COMPLETE"}, "wrong mode", "CALLS_COMPLETE"),
        (
            {"detail": [{"type": "missing", "loc": ["body", "id"], "msg": "Field required"}]},
            "body.id: Field required",
            "validation_error",
        ),
        ({"detail": [{"msg": "Value error, no ids"}]}, "Value error, no ids", "validation_error"),
        (
            {"detail": [forbidden_key("a"), forbidden_key("b")]},
            "body.a: Extra inputs are not permitted; body.b: Extra inputs are not permitted",
            "extra_forbidden:a,b",
        ),
    ],
)
def test_error_bodies_are_read(data: Any, message: str, code: str | None) -> None:
    told = read_error(400, data)
    assert told is not None
    assert (told.message, told.code) == (message, code)


@pytest.mark.parametrize("data", [None, [], "text", {}, {"detail": [1, {}]}, {"reason": 4}])
def test_other_bodies_say_nothing(data: Any) -> None:
    assert read_error(500, data) is None


def test_the_refused_input_stays_out_of_the_text() -> None:
    entry: dict[str, Any] = {
        "type": "string_type",
        "loc": ["body", "x"],
        "msg": "bad",
        "input": "SECRET",
    }
    told = read_error(422, {"detail": [entry]})
    assert told is not None
    assert "SECRET" not in told.message


def test_keys_are_dropped_only_when_nothing_else_was_wrong() -> None:
    other: dict[str, Any] = {"loc": ["b"], "msg": "bad"}
    both = read_error(422, {"detail": [forbidden_key("a"), other]})
    assert both is not None
    assert refused_keys(RejectedError("", code=both.code)) == frozenset()
    assert refused_keys(RejectedError("", code="extra_forbidden:a,b")) == {"a", "b"}
    assert refused_keys(RejectedError("")) == frozenset()


def test_causes_keep_their_traceback_apart() -> None:
    assert cause_of(OVERLOADED) == ErrorInfo("APIStatusError", "529 overloaded_error")
    assert isinstance(traceback_of(OVERLOADED), list)
    assert traceback_of("plain") is None
    assert cause_of({"message": "an object"}) == ErrorInfo(None, "an object")
    assert cause_of("") is cause_of(None) is None


def test_deep_nesting_in_an_exception_is_text() -> None:
    text = '{"type": ' + "[" * 100_000
    cause = cause_of(text)
    assert cause is not None
    assert cause.message == text
