"""What graders say about an answer."""

from tui.demo.dice import Dice
from tui.demo.facts import Grader

_GOOD = (
    "The {topic} is right and complete.",
    "Nothing to object to in the {topic}.",
    "The answer agrees with the reference on the {topic}.",
    "Small differences in wording, the {topic} is the same.",
)
_BAD = (
    "The {topic} contradicts the reference.",
    "The {topic} is missing.",
    "The answer invents part of the {topic}.",
    "Only half of the {topic} is there; the rest is evasive.",
)


def reason(grader: Grader, passed: bool, dice: Dice) -> str:
    """Return one sentence for a passing or failing answer."""
    return dice.pick(_GOOD if passed else _BAD).format(topic=grader.topic)
