"""Invoices as text; the answer is a JSON object."""

import json

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite
from tui.demo.suites.base import item_dice, item_id, says

_VENDORS = (
    "Kwik Glass Ltd",
    "Autohaus Schöller GmbH",
    "Carrosserie Léman SA",
    "Zażółć Serwis sp. z o.o.",
    "Reparación Mateo S.L.",
    "山田板金工業",
    "Bolt & Daughters",
    "O'Neill Recovery",
)
_WORK = ("windscreen", "bumper", "towing", "paint", "labour", "rental car", "wheel", "battery")


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("invoice-extraction", index)
    vendor = dice.pick(_VENDORS)
    number = f"{2024 + dice.below(3)}-{1000 + index}"
    lines = [(dice.pick(_WORK), 40 + dice.below(900)) for _ in range(1 + dice.below(4))]
    net = sum(amount for _, amount in lines)
    total = net * 1.2
    body = "\n".join(f"{what:<14}{amount:>9.2f}" for what, amount in lines)
    expected = {
        "vendor": vendor,
        "number": number,
        "currency": "EUR",
        "lines": [{"text": what, "net": amount} for what, amount in lines],
        "total": round(total, 2),
    }
    return {
        "filename": f"invoice-{number}.pdf",
        "document": f"{vendor}\nInvoice {number}\n\n{body}\nVAT 20%  {net * 0.2:>14.2f}\n"
        f"TOTAL EUR{total:>14.2f}",
        "expected": json.dumps(expected, ensure_ascii=False),
        "id": item_id("invoice-extraction", index),
    }


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    answer = json.loads(item["expected"])
    if good:
        return says(json.dumps(answer, ensure_ascii=False, indent=2))
    match dice.below(4):
        case 0:
            answer["total"] = round(answer["total"] / 1.2, 2)
        case 1:
            answer["lines"] = answer["lines"][:-1]
        case 2:
            answer["number"] = None
        case _:
            return says("```json\n" + json.dumps(answer, ensure_ascii=False)[:-9])
    return says(json.dumps(answer, ensure_ascii=False, indent=2))


INVOICES = Suite(
    name="invoice-extraction",
    template=(
        Message("system", "Extract vendor, number, currency, lines and total as one JSON object."),
        Message("user", "{{item.document}}"),
    ),
    fields=_fields,
    expected="expected",
    respond=_respond,
    tokens=(620, 140),
    label="filename",
)
