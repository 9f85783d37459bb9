"""Questions over policy documents with the passages that were retrieved."""

from tui.demo.dice import Dice
from tui.demo.facts import Message, Suite
from tui.demo.suites.base import item_dice, says

_RULES = (
    ("water damage", "burst pipes inside the building", "slow leaks older than {days} days"),
    ("storm", "wind of force 8 and above", "fences and hedges"),
    ("theft", "locked bicycles up to {money}", "items left in an open car"),
    ("liability", "damage done by children under seven", "damage among family members"),
    ("travel delay", "delays of more than {days} hours", "strikes announced before booking"),
    ("dental", "check-ups twice a year", "cosmetic whitening above {money}"),
    ("legal aid", "disputes with a landlord", "disputes older than the policy"),
)
_PLANS = ("Basic", "Comfort", "Complete", "Student", "Fleet")


def _fields(index: int) -> dict[str, str]:
    dice = item_dice("rag-qa", index)
    plan = dice.pick(_PLANS)
    topic, covered, excluded = dice.pick(_RULES)
    days, money = dice.pick((8, 12, 14, 30)), f"€{dice.pick((300, 750, 1500))}"
    covered, excluded = (t.format(days=days, money=money) for t in (covered, excluded))
    asks_cover = dice.pick((True, False))
    section = f"§{2 + dice.below(19)}.{1 + dice.below(6)}"
    passages = [
        f"[{section}] {plan} plan, {topic}: we cover {covered}; we do not cover {excluded}.",
        f"[§1.{index % 9}] Cover begins on the day named in the schedule.",
        f"[§{30 + dice.below(9)}.1] Complaints are answered within {days} working days.",
    ]
    answer = covered if asks_cover else excluded
    verb = "cover" if asks_cover else "leave out"
    return {
        "question": f"What does the {plan} plan {verb} under {topic}? (case {index})",
        "context": "\n\n".join(passages),
        "answer": f"It {'covers' if asks_cover else 'does not cover'} {answer} ({section}).",
        "section": section,
        "topic": topic,
    }


def _respond(item: dict[str, str], good: bool, dice: Dice) -> tuple[Message, ...]:
    if good:
        lead = dice.pick(("According to the passages: ", "", "**Answer.** "))
        return says(f"{lead}{item['answer']}\n\nSource: {item['section']}")
    wrong = dice.pick(
        (
            f"The documents do not say anything about {item['topic']}.",
            f"{item['topic'].capitalize()} is always covered without any limit (§99.9).",
            "It depends. Many insurers cover this, but I would ask a lawyer.",
        )
    )
    return says(wrong)


RAG = Suite(
    name="rag-qa",
    template=(
        Message(
            "system", "Answer from the passages only and name the section.\n\n{{item.context}}"
        ),
        Message("user", "{{item.question}}"),
    ),
    fields=_fields,
    expected="answer",
    respond=_respond,
    tokens=(1450, 95),
)
