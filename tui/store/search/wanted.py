"""What is looked for, as words to compare and as the index is asked for it."""

from collections.abc import Callable, Collection, Mapping, Sequence

from tui.frozen import frozen
from tui.query import phrases, says
from tui.store.search.texts import TEXT_FIELDS

ABSENT = "\ue000"
"""Stands in the index where a trial has no such text; no word contains it."""


@frozen
class Wanted:
    """Phrases that must all stand in one text of a trial."""

    phrases: tuple[str, ...]
    """As `tui.query.phrase` makes them; at least one."""
    fields: tuple[str, ...] = TEXT_FIELDS
    """The texts that are looked through."""

    @classmethod
    def read(cls, text: str, fields: Collection[str] = TEXT_FIELDS) -> "Wanted | None":
        """Return what a person typed; None while there is no word in it."""
        found = phrases(text)
        return cls(found, tuple(name for name in TEXT_FIELDS if name in fields)) if found else None

    def expression(self, spelled: Callable[[str], Sequence[str]]) -> str:
        """Return it in the language of SQLite's FTS5.

        `spelled` returns the phrases of that language any of which a phrase is.
        """
        parts = [" OR ".join(spelled(phrase)) for phrase in self.phrases]
        if len(parts) == 1:
            if self.fields == TEXT_FIELDS:  # as quick as without a look at each place's field
                return parts[0]
            return f"{{{' '.join(self.fields)}}} : ({parts[0]})"
        return " OR ".join(
            "(" + " AND ".join(f"{{{field}}} : ({part})" for part in parts) + ")"
            for field in self.fields
        )

    def found_in(self, texts: Mapping[str, str]) -> list[str]:
        """Return the fields whose text says it all, the most telling first."""
        return [
            field
            for field in self.fields
            if texts[field] and all(says(texts[field], phrase) for phrase in self.phrases)
        ]

    def may_be_in(self, data: bytes, label: str) -> bool:
        """Return False when a trial's JSON cannot hold it: a quick look before a thorough one."""
        if not data.isascii() or not label.isascii():
            return True
        lower, name = data.lower(), label.lower()
        return all(
            word.encode() in lower or word in name
            for phrase in self.phrases
            for word in phrase.split(" ")
        )
