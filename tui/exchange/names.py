"""File names of runs: whatever a run is called, its files stay in their folder.

A name keeps ASCII letters, digits, `.`, `_` and `-`; all else becomes `_`. One that lost something
else than slashes, was cut, or differs from another's only in case gets eight hexadecimal digits of
its reference's digest, so that a run's files are called the same in every export of the same runs.
"""

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from tui.models import RunRef

NAME_LIMIT = 100
"""Characters, before the ending: file systems take 255 bytes."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""Windows opens devices under these names, whatever their ending."""
_DIGEST = 8


def file_stems(refs: Iterable[RunRef]) -> dict[RunRef, str]:
    """Return a file name without its ending for each run, no two alike in any case."""
    plain = {ref: _stem(str(ref).replace("/", "_")) for ref in refs}
    often = Counter(stem.casefold() for stem in plain.values())
    stems: dict[RunRef, str] = {}
    taken: set[str] = set()
    for ref, stem in plain.items():
        exact = stem == str(ref).replace("/", "_")
        name = stem if exact and often[stem.casefold()] == 1 else _marked(stem, ref, _DIGEST)
        if name.casefold() in taken:  # someone named a run like another one's digest
            name = _marked(stem, ref, 64)
        taken.add(name.casefold())
        stems[ref] = name
    return stems


def _stem(text: str) -> str:
    """Return the longest safe name a text gives."""
    stem = _UNSAFE.sub("_", text[:NAME_LIMIT]).lstrip(".-").rstrip(".")
    return f"_{stem}" if not stem or _RESERVED.match(stem) else stem


def _marked(stem: str, ref: RunRef, digits: int) -> str:
    digest = sha256(str(ref).encode("utf-8", "surrogatepass")).hexdigest()[:digits]
    return f"{stem}-{digest}"
