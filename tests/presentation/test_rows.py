from tests.presentation.samples import head
from tui.models import CriterionType, ErrorInfo, Outcome, Usage
from tui.presentation.rows import (
    MAX_CRITERIA,
    RowsShape,
    row_cells,
    row_columns,
    shape_of,
    tokens,
)
from tui.store import CriterionCell, RowHead

FULL = RowsShape(("exact", "judge"), index=True, score=True, latency=True, tokens=True)


def texts(one: RowHead, *, strips: bool = False) -> dict[str, str]:
    shape = FULL | RowsShape(strips=strips)
    columns = row_columns(shape)
    cells = row_cells(one, shape).cells
    assert len(cells) == len(columns)
    return {column.id: cell.text for column, cell in zip(columns, cells, strict=True)}


def test_columns_nobody_could_fill_are_left_out() -> None:
    bare = head(index=None)
    shape = shape_of([bare])
    ids = [column.id for column in row_columns(shape)]
    assert ids == ["outcome", "row", "said"]
    assert len(row_cells(bare, shape).cells) == 3
    richer = shape_of(
        [head(index=3, latency_s=1.0, usage=Usage(total_tokens=1), score=0.5, trials_n=2)]
    )
    ids = [column.id for column in row_columns(shape | richer)]
    assert ids == ["index", "outcome", "trials", "score", "row", "said", "latency", "tokens"]


def test_shapes_only_grow() -> None:
    assert (FULL | RowsShape()) == FULL
    assert (RowsShape(("a",)) | RowsShape(("b", "a"))).criteria == ("a", "b")


def test_a_plain_row() -> None:
    found = texts(head())
    assert found["index"] == "0"
    assert found["outcome"] == "✓ passed"
    assert found["row"] == "What is the capital of France?"
    assert found["said"] == "Paris"
    assert found["score"] == found["latency"] == found["tokens"] == "—"
    assert "trials" not in found


def test_a_row_of_several_trials_has_a_strip_and_a_mark_when_they_disagree() -> None:
    trials = (Outcome.PASSED, Outcome.FAILED, Outcome.PASSED)
    one = head(outcome=Outcome.FAILED, unstable=True, trials_n=3, outcomes=trials)
    found = texts(one, strips=True)
    assert found["outcome"] == "✗ failed ~"
    assert found["trials"] == "✓✗✓"


def test_a_long_strip_is_cut_with_a_sign() -> None:
    one = head(trials_n=20, outcomes=(Outcome.PASSED,) * 20)
    assert texts(one, strips=True)["trials"] == "✓✓✓✓✓✓✓✓…"


def test_an_error_takes_the_place_of_the_answer() -> None:
    one = head(outcome=Outcome.ERRORED, error=ErrorInfo("500", "The model broke."))
    assert texts(one)["said"] == "The model broke."
    assert texts(head(error=ErrorInfo("content_filter", "")))["said"] == "content_filter"


def test_a_row_without_a_text_shows_its_key() -> None:
    assert texts(head(label=""))["row"] == "item-1"


def test_criteria_show_verdict_and_value() -> None:
    cells = {
        "exact": CriterionCell(CriterionType.BINARY, passed=True, value=1.0),
        "judge": CriterionCell(CriterionType.NUMERIC, passed=False, value=0.31),
    }
    found = texts(head(criteria=cells))
    assert found["criterion-0"] == "✓"
    assert found["criterion-1"] == "✗ 0.31"
    label = {"exact": CriterionCell(CriterionType.LABEL, label="rude")}
    assert texts(head(criteria=label))["criterion-0"] == "rude"
    assert texts(head(criteria=label))["criterion-1"] == "—"


def test_criteria_columns_are_bounded() -> None:
    many = [f"c{n}" for n in range(30)]
    shape = RowsShape(tuple(many))
    columns = row_columns(shape)
    assert sum(column.id.startswith("criterion-") for column in columns) == MAX_CRITERIA
    assert len(row_cells(head(), shape).cells) == len(columns)


def test_tokens_are_the_providers_sum_or_ours() -> None:
    assert tokens(None) is None
    assert tokens(Usage(input_tokens=10, output_tokens=5)) == 15
    assert tokens(Usage(input_tokens=10, output_tokens=5, total_tokens=99)) == 99
    assert tokens(Usage(output_tokens=5)) == 5
    assert tokens(Usage()) is None
