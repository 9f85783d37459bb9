from tests.clock import START
from tests.presentation.test_status import Health
from tui.config import Config, OpenAIConnection
from tui.credentials import KeyPlace
from tui.errors import ConfigProblem
from tui.presentation.connections import Known, general_problems, paragraph, rows
from tui.store import Imported

PROD = OpenAIConnection(
    name="prod", base_url="https://api.openai.com/v1", poll=OpenAIConnection.default_poll
)
BROKEN = ConfigProblem("no such provider.", "connections.x.provider", 7, None, "x")
CONFIG = Config(
    connections=(PROD,),
    problems=(BROKEN, ConfigProblem("no such theme.", "ui.theme", 2, None)),
)
IMPORTS = (Imported("notes", 2, START, 5),)


def test_broken_connections_are_listed_after_the_good_ones() -> None:
    found = rows(CONFIG, [Health()], {"prod": "variable OPENAI_API_KEY"}, IMPORTS, START)
    assert [row.key for row in found] == ["prod", "notes", "x"]
    texts = [cell.text for cell in found[0].cells]
    assert texts == ["prod", "openai", "✓ 12m", "variable OPENAI_API_KEY", PROD.base_url]
    assert found[1].cells[2].text.startswith("◇ imported 2 files")
    assert "configuration is wrong" in found[2].cells[2].text


def test_the_paragraph_tells_key_address_and_budget_and_no_secret() -> None:
    text = paragraph(
        CONFIG, "prod", Health(), Known(KeyPlace(True, "variable OPENAI_API_KEY")), START
    )
    for part in ("Last good answer: 12m ago.", PROD.base_url, "OPENAI_API_KEY", "60 requests"):
        assert part in text


def test_a_broken_one_shows_its_mistake_with_its_place() -> None:
    text = paragraph(CONFIG, "x", None, Known(), START)
    assert "connections.x.provider: no such provider." in text
    assert "the others go on" in text


def test_general_problems_are_those_of_no_connection() -> None:
    (problem,) = general_problems(CONFIG)
    assert "no such theme" in problem
