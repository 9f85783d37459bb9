"""JSON that comes inside a text is read no more leniently than an answer."""

from collections.abc import Callable

import pytest

from tests.providers.datalab.samples import document
from tui.models import JsonValue, Outcome, Trial
from tui.providers.datalab.document import detail_of
from tui.providers.gomodel.replies import read_reply
from tui.providers.weave.faults import cause_of

DEEP = '{"a":' * 300 + "1" + "}" * 300


def of_datalab(text: str) -> JsonValue:
    answer = document(extraction_schema_json=text)
    return detail_of(Trial("1", Outcome.UNGRADED), answer, "extract").trial.output


def of_gomodel(text: str) -> JsonValue:
    return read_reply(text).output


def of_weave(text: str) -> JsonValue:
    cause = cause_of(text)
    return None if cause is None else cause.message


@pytest.mark.parametrize("read", [of_datalab, of_gomodel, of_weave])
@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', '{"a"', DEEP])
def test_what_no_store_takes_stays_a_text(read: Callable[[str], JsonValue], text: str) -> None:
    assert read(text) == text
