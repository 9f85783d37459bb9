"""Scanned documents to be converted: the rows are files."""

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite
from tui.demo.suites.base import item_dice, says

_KINDS = ("claim form", "police report", "repair estimate", "policy schedule", "medical bill")
_OFFICES = ("Lyon", "Gdańsk", "València", "東京", "Leeds", "Zürich")


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("documents", index)
    kind, office = dice.pick(_KINDS), dice.pick(_OFFICES)
    name = kind.replace(" ", "-")
    return {
        "filename": f"{name}_{office}_{index:03d}.pdf",
        "kind": kind,
        "office": office,
        "pages": str(1 + dice.below(14)),
        "reference": f"{kind.title()} no. {4000 + index}, office {office}",
    }


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    rows = "\n".join(
        f"| {place} | {dice.pick(('paid', 'open', 'refused'))} | {dice.below(90_000) / 100:.2f} |"
        for place in range(1, 3 + dice.below(5))
    )
    text = (
        f"# {item['reference']}\n\n| line | state | EUR |\n|---|---|---|\n{rows}\n"
        if good
        else f"# {item['kind']}\n\n{rows.replace('|', ' ')}\n[illegible]\n"
    )
    return says(text)


DOCUMENTS = Suite(
    name="documents",
    template=(Message("user", "Convert {{item.filename}} ({{item.pages}} pages)."),),
    fields=_fields,
    expected="reference",
    respond=_respond,
    tokens=(2400, 700),
    label="filename",
)
