"""Customers' questions and the answers the help centre would give."""

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite
from tui.demo.suites.base import item_dice, item_id, says

_TOPICS = (
    (
        "How do I report a claim for {thing}?",
        "Report it in the app under Claims within {days} days.",
    ),
    (
        "Is {thing} covered abroad?",
        "Yes, {thing} is covered in the EU for up to {days} days a trip.",
    ),
    (
        "Can I cancel my policy for {thing} early?",
        "Yes, with {days} days' notice; the rest is refunded.",
    ),
    ("When is the premium for {thing} due?", "It is due {days} days after the renewal notice."),
    ("What is my excess for {thing}?", "The excess is {money} per claim."),
    ("Who can drive with my cover for {thing}?", "Anyone over 25 whom you named in the app."),
    (
        "My {thing} was stolen. What now?",
        "Tell the police, then report it to us within {days} days.",
    ),
    ("Do you pay for a loss of use of {thing}?", "Yes, up to {money} a week, for {days} days."),
    ("¿Está cubierto mi {thing} fuera de España?", "Sí, en la UE, hasta {days} días por viaje."),
    ("{thing}の保険金はいつ支払われますか。", "書類の受領後{days}日以内にお支払いします。"),
    ("هل يشمل التأمين {thing}؟", "نعم، حتى {money} لكل مطالبة."),
    ("Wie kündige ich die Versicherung für {thing}?", "Schriftlich, mit {days} Tagen Frist."),
)
_THINGS = (
    "my car",
    "a rental car",
    "my bicycle",
    "a cargo bike",
    "the boiler",
    "my phone 📱",
    "a laptop",
    "our flat",
    "the garden shed",
    "my dog 🐕",
    "travel luggage",
    "a wedding ring",
    "the van",
)
_WRONG = (
    "Unfortunately {thing} is never covered.",
    "Please contact your broker; I cannot say anything about {thing}.",
    "The excess is always £50, whatever you insured.",
    "You have 365 days to report it, no documents needed.",
)


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("support-faq", index)
    question, answer = dice.pick(_TOPICS)
    marks = {
        "thing": dice.pick(_THINGS),
        "days": str(dice.pick((3, 7, 14, 28, 30, 60))),
        "money": f"£{dice.pick((75, 150, 250, 400))}",
    }
    return {
        "question": f"{question.format(**marks)} (policy MG-{10_000 + index})",
        "reference": answer.format(**marks),
        "thing": marks["thing"],
        "language": "en" if question.isascii() else "other",
        "id": item_id("support-faq", index),
    }


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    if good:
        opening = dice.pick(("", "Good question! ", "Thanks for asking. ", "Of course. "))
        close = dice.pick(("", " Anything else?", "\n\n— Marigold support", " 🌼"))
        return says(f"{opening}{item['reference']}{close}")
    return says(dice.pick(_WRONG).format(thing=item["thing"]))


FAQ = Suite(
    name="support-faq",
    template=(
        Message(
            "system", "You are the support assistant of Marigold Insurance. Be brief and exact."
        ),
        Message("user", "{{item.question}}"),
    ),
    fields=_fields,
    expected="reference",
    respond=_respond,
    tokens=(210, 55),
)
