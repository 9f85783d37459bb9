import pytest

from tui.config import OpenAIConnection
from tui.models import ProviderKind
from tui.presentation.connection_form import TITLES, form_fields, form_values, free_name

FROM_FILES = {ProviderKind.INSPECT, ProviderKind.PROMPTFOO}
CONFIGURED = [kind for kind in ProviderKind if kind not in FROM_FILES]


def test_a_connection_can_be_made_to_every_provider_with_an_api() -> None:
    assert set(TITLES) == set(CONFIGURED)


@pytest.mark.parametrize("kind", CONFIGURED)
def test_every_provider_has_a_title_and_a_form_that_begins_with_the_name(
    kind: ProviderKind,
) -> None:
    assert TITLES[kind]
    fields = form_fields(kind, name="mine", known={"base_url": "https://x.example"})
    assert (fields[0].key, fields[0].value, fields[0].fixed) == ("name", "mine", False)
    assert fields[1].value == "https://x.example"
    assert all(field.hint and field.label for field in fields)
    assert len({field.key for field in fields}) == len(fields)


def test_an_existing_connection_is_filled_in_and_keeps_its_name() -> None:
    connection = OpenAIConnection(
        name="prod",
        base_url="https://api.openai.com/v1",
        poll=OpenAIConnection.default_poll,
        evals=("eval_1", "eval_2"),
        key_env="MY_KEY",
    )
    values = {one.key: one.value for one in form_fields(connection.kind, existing=connection)}
    assert values["evals"] == "eval_1, eval_2"
    assert values["key_env"] == "MY_KEY"
    assert form_fields(connection.kind, existing=connection)[0].fixed


def test_answers_become_the_values_of_a_table() -> None:
    values = form_values(
        ProviderKind.DATALAB,
        {"name": "d", "base_url": " ", "score_max": "10", "pass_score": "7.5", "evals": "a, ,b"},
    )
    assert values == {
        "provider": "datalab",
        "base_url": None,
        "score_max": 10,
        "pass_score": 7.5,
        "evals": ["a", "b"],
    }
    assert form_values(ProviderKind.DATALAB, {"score_max": "ten"})["score_max"] == "ten"


def test_a_free_name_is_one_nobody_has() -> None:
    assert free_name(ProviderKind.WEAVE, {}) == "weave"
    assert free_name(ProviderKind.WEAVE, {"weave": 1, "weave-2": 1}) == "weave-3"
