import io
import json
from dataclasses import replace

import pytest

from tests.clock import FakeClock
from tests.polling.fakes import make_run
from tui.commands.output import check_fields, write
from tui.errors import UsageError
from tui.models import CriterionType, ErrorInfo, JsonObject, Outcome, Row, Score, Trial
from tui.presentation.records import is_cut, pick, row_record, uncut
from tui.providers.base import RowPage
from tui.store import RowQuery, Store


def written(records: list[JsonObject], form: str, fields: tuple[str, ...]) -> str:
    out = io.StringIO()
    write(records, form=form, fields=fields, every_field=("name", "n", "deep"), out=out)
    return out.getvalue()


@pytest.mark.parametrize(
    "start",
    ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x"],  # noqa: RUF001 - full-width forms run too
)
def test_no_csv_cell_is_a_formula(start: str) -> None:
    line = written([{"name": start}], "csv", ("name",)).splitlines()[1]
    assert line.strip('"').startswith("'")


def test_numbers_stay_numbers_in_csv() -> None:
    assert written([{"n": -1.5}], "csv", ("n",)).splitlines()[1] == "-1.5"


def test_a_markdown_cell_cannot_end_its_row() -> None:
    text = written([{"name": "a|b\nc"}], "md", ("name",))
    assert len(text.splitlines()) == 3
    assert "a\\|b" in text


def test_json_escapes_and_keeps_everything() -> None:
    hostile = "\x1b]52;c;x\x07\u202e\ud7ff"
    text = written([{"name": hostile, "n": 1, "deep": None}], "json", ("name", "n", "deep"))
    assert text.isascii()
    assert json.loads(text)[0]["name"] == hostile


def test_an_empty_json_answer_is_an_empty_array() -> None:
    assert json.loads(written([], "json", ("name",))) == []
    assert written([], "jsonl", ("name",)) == ""


def test_only_a_table_cuts_and_it_says_so() -> None:
    long: list[JsonObject] = [{"name": "x" * 5_000}]
    for form in ("csv", "md", "json", "jsonl"):
        assert "x" * 5_000 in written(long, form, ("name",))
    fields = ("name", "n")
    short: list[JsonObject] = [{"name": "x" * 60, "n": None}]
    for records, cut in ((long, True), (short, False)):
        told = [{**record, "n": 1} for record in records]
        out = io.StringIO()
        assert write(told, form="table", fields=fields, every_field=fields, out=out) is cut
    assert not write(long, form="csv", fields=("name",), every_field=fields, out=io.StringIO())


def test_figures_are_whole_in_csv() -> None:
    assert written([{"n": 1 / 3}], "csv", ("n",)).splitlines()[1] == repr(1 / 3)


def test_wide_characters_keep_the_columns_straight() -> None:
    text = written([{"name": "東京", "n": 1}, {"name": "abcd", "n": 2}], "table", ("name", "n"))
    assert text.splitlines() == ["NAME  N", "東京  1", "abcd  2"]


def test_a_dotted_field_is_looked_up_inside_and_names_may_hold_dots() -> None:
    record: JsonObject = {"deep": {"a.b": {"c": 1}, "x": {"y": 2}}}
    assert pick(record, ["deep.a.b.c", "deep.x.y", "deep.none.y", "missing"]) == {
        "deep.a.b.c": 1,
        "deep.x.y": 2,
        "deep.none.y": None,
        "missing": None,
    }


def test_a_field_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'nmae'") as caught:
        check_fields(("name", "deep.x", "nmae"), ("name", "n", "deep"))
    assert "name" in caught.value.remedy


def test_a_record_has_the_whole_of_what_a_head_only_begins() -> None:
    reason, message = "because " * 100, "it broke " * 500
    score = Score("judge", CriterionType.BINARY, passed=False, reason=reason)
    trial = Trial("t", Outcome.ERRORED, scores=(score,), error=ErrorInfo("E", message))
    store = Store.open(None, clock=FakeClock())
    run = make_run("r")
    store.apply_run(run)
    store.apply_rows(run.ref, RowPage((Row("1", "row", (trial,)),)))
    (head,) = store.rows(run.ref, RowQuery()).fetch(0, 1)
    assert is_cut(head)
    record = row_record(run.ref, uncut(head, [trial]))
    assert pick(record, ["criteria.judge.reason", "error.message"]) == {
        "criteria.judge.reason": reason,
        "error.message": message,
    }
    assert not is_cut(replace(head, criteria={}, error=None))
