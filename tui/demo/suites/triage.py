"""Support tickets to be sorted into one word."""

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite
from tui.demo.suites.base import item_dice, item_id, says

LABELS = ("billing", "claim", "bug", "fraud", "other")
_TICKETS = {
    "billing": ("I was charged twice for {month}", "My {month} invoice shows the old price"),
    "claim": ("A tree fell on the garage in {month}", "Hail damage, {month}, photos attached"),
    "bug": ("The app closes on start since {month}", "Upload fails at 99 % 😤 ({month})"),
    "fraud": ("I did not open this policy in {month}!", "Someone claimed in my name, {month}"),
    "other": ("Do you insure boats from {month} on?", "Could you send the {month} newsletter?"),
}
_MONTHS = ("January", "March", "May", "July", "September", "November")


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("ticket-triage", index)
    label = dice.pick(LABELS)
    text = dice.pick(_TICKETS[label]).format(month=dice.pick(_MONTHS))
    return {
        "ticket": f"{text} (#{70_000 + index})",
        "expected": label,
        "id": item_id("ticket-triage", index),
    }


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    if good:
        return says(item["expected"])
    wrong = [label for label in LABELS if label != item["expected"]]
    return says(dice.pick([*wrong, "I think this is probably about several things."]))


TRIAGE = Suite(
    name="ticket-triage",
    template=(
        Message("system", f"Sort the ticket into one of: {', '.join(LABELS)}. Answer in one word."),
        Message("user", "{{item.ticket}}"),
    ),
    fields=_fields,
    expected="expected",
    respond=_respond,
    tokens=(95, 2),
)
