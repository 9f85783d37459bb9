"""Forum comments to be rated; long batch jobs."""

import json

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite
from tui.demo.suites.base import item_dice, says

_COMMENTS = (
    ("Great service, thank you {name}!", "ok"),
    ("{name} took three weeks to call back. Disappointing.", "ok"),
    ("You are all thieves, {name} first of all", "insult"),
    ("I know where {name} parks. Just saying.", "threat"),
    ("BUY cheap gold >>> {name}.example <<<", "spam"),
    ("最悪のサービスでした、{name}さん。", "ok"),
    ("{name} عمل ممتاز، شكرا", "ok"),
)
_NAMES = ("Ada", "Björn", "Chidi", "Дарья", "Eun-ji", "Fatima", "Zoë")


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("toxicity", index)
    text, label = dice.pick(_COMMENTS)
    return {"comment": f"{text.format(name=dice.pick(_NAMES))} /{index}", "label": label}


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    label = item["label"] if good else dice.pick(("ok", "insult", "threat", "spam"))
    return says(json.dumps({"label": label, "confidence": round(0.5 + dice.unit() / 2, 3)}))


TOXICITY = Suite(
    name="toxicity",
    template=(
        Message("system", "Rate the comment: ok, insult, threat or spam, as JSON."),
        Message("user", "{{item.comment}}"),
    ),
    fields=_fields,
    expected="label",
    respond=_respond,
    tokens=(74, 14),
)
