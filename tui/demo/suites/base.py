"""What the datasets share: chance per item, filled templates, one-message answers."""

from tui.demo.dice import Dice, key
from tui.demo.facts import Message


def item_dice(suite: str, index: int) -> Dice:
    """Return the chance that makes item `index`: it belongs to the dataset, not to a run."""
    return Dice(key("item", suite, index))


def item_id(suite: str, index: int) -> str:
    """Return the id an item carries itself; batches use it as `custom_id`."""
    return f"{suite}-{index:05d}"


def fill(template: tuple[Message, ...], item: dict[str, str]) -> tuple[Message, ...]:
    """Return the messages with every `{{item.field}}` replaced."""
    filled = []
    for message in template:
        text = message.content or ""
        for name, value in item.items():
            text = text.replace("{{item." + name + "}}", value)
        filled.append(Message(message.role, text))
    return tuple(filled)


def says(text: str) -> tuple[Message, ...]:
    """Return an answer of one assistant message."""
    return (Message("assistant", text),)
