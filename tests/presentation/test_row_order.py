import pytest

from tui.presentation.row_order import order_choices, order_chosen, order_column, reordered
from tui.store import RowQuery

CRITERIA = ("judge", "exact", "cost")


def test_every_choice_is_an_order_and_turns_round_when_chosen_again() -> None:
    choices = [choice for choice, _text in order_choices(CRITERIA)]
    assert len(set(choices)) == len(choices)
    for choice in choices:
        query = reordered(RowQuery(text="kept", sort="key"), choice)
        assert order_chosen(query) == choice
        assert query.text == "kept"
        again = reordered(query, choice)
        assert (order_chosen(again), again.descending) == (choice, not query.descending)


def test_a_criterion_named_like_a_field_is_not_the_field() -> None:
    assert reordered(RowQuery(), "criterion:cost").criterion == "cost"
    assert reordered(RowQuery(criterion="cost"), "cost") == RowQuery(sort="cost", descending=True)
    assert reordered(RowQuery(), "nonsense") == RowQuery()


@pytest.mark.parametrize(
    ("query", "column"),
    [
        (RowQuery(), "index"),
        (RowQuery(sort="error"), "said"),
        (RowQuery(sort="key"), ""),
        (RowQuery(criterion="exact"), "criterion-1"),
        (RowQuery(criterion="gone"), ""),
    ],
)
def test_the_column_that_carries_the_arrow(query: RowQuery, column: str) -> None:
    assert order_column(query, CRITERIA) == column
