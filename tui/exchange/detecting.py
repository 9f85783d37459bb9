"""What kind of file it is, by its content; its name does not matter."""

import io
from collections.abc import Mapping
from typing import Any

from tui.errors import DataError
from tui.exchange import manifest
from tui.exchange.documents import TooDeepError, parsed
from tui.exchange.files import SourceFile
from tui.frozen import frozen

EVALTOP = "evaltop"
ITEMS = "openai-items"
BATCH = "batch"
BATCH_INPUT = "batch-input"
GATEWAY = "gomodel-results"
INSPECT = "inspect"
PROMPTFOO = "promptfoo"
FORMATS: Mapping[str, str] = {
    EVALTOP: "what `evaltop export` wrote: its manifest.json",
    ITEMS: "output items of OpenAI evals, as answered by the API or one a line",
    BATCH: "a batch's output or error file",
    BATCH_INPUT: "a batch's input file, beside its output",
    GATEWAY: "a GoModel gateway's batch results",
    INSPECT: "an Inspect AI log, .eval or .json",
    PROMPTFOO: "a promptfoo result file, .json or .jsonl",
}
"""By the word for it; the text says what it is."""


@frozen
class Shape:
    """A format, and how the file holds it."""

    format: str
    lines: bool
    """Whether it has one JSON value a line; else it is one document, or a zip."""
    packed: bool = False


@frozen
class _First:
    """How a JSON file begins."""

    root: str
    """`{`, `[`, or anything else."""
    keys: frozenset[str]
    """Of the root object as far as the head of the file shows it; of a list, its first item's."""
    inner: frozenset[str]
    """Keys of the first item of the root's `data` or `results`, or of its `results` object."""
    kind: str
    """The root's `object` or `format`, where it is a text."""


def detect(file: SourceFile, forced: str | None) -> Shape:
    """Return what a file is.

    Args:
        file: the file.
        forced: the format the person says it has; only how the file holds it is then looked for.

    Raises:
        DataError: it is empty, compressed, or nothing that is known.
        NotFoundError: it is not there.
    """
    head = file.head()
    if head.startswith(b"PK"):
        return Shape(INSPECT, lines=False, packed=True)
    first = _first(head)
    shape = _shape(first)
    if shape is not None and forced in (None, shape.format):
        return shape
    if forced is None:
        raise DataError(
            f"{file.name} is nothing that can be imported.", remedy=_remedy(first.root, head)
        )
    lines = first.root == "{" and forced in (ITEMS, BATCH, BATCH_INPUT, PROMPTFOO)
    return Shape(forced, lines=lines and "results" not in first.keys and "data" not in first.keys)


def _shape(first: _First) -> Shape | None:
    keys = first.keys
    listed = first.root == "["
    if first.kind == manifest.KIND:
        return Shape(EVALTOP, lines=False)
    if "data" in keys and first.kind == "list":
        found = _item_format(first.inner, "")
        gateway = "batch_id" in keys or {"custom_id", "status_code"} <= first.inner
        return Shape(GATEWAY if gateway else found or ITEMS, lines=False)
    if "eval" in keys and "status" in keys and not listed:
        return Shape(INSPECT, lines=False)
    if "results" in keys and not listed and ("config" in keys or "evalId" in keys):
        return Shape(PROMPTFOO, lines=False)
    found = _item_format(keys, first.kind)
    return None if found is None else Shape(found, lines=not listed)


def _item_format(keys: frozenset[str], kind: str) -> str | None:
    """Return the format whose items have these keys."""
    if kind == "eval.run.output_item" or {"datasource_item_id", "results"} <= keys:
        return ITEMS
    if "custom_id" in keys and keys & {"response", "error"}:
        return BATCH
    if {"custom_id", "body"} <= keys or {"custom_id", "method", "url"} <= keys:
        return BATCH_INPUT
    if keys & {"promptIdx", "testIdx", "gradingResult"}:
        return PROMPTFOO
    return None


def _first(head: bytes) -> _First:
    """Return how a JSON file begins, as far as its head can be read."""
    import ijson

    keys: set[str] = set()
    inner: set[str] = set()
    kind = ""
    root = head.lstrip()[:1].decode("latin-1")
    item = "item" if root == "[" else ""
    nested = {"data.item", "results", "results.item"}
    depth = 0
    try:
        for prefix, event, value in parsed(io.BytesIO(head)):
            depth += event.startswith("start_") - event.startswith("end_")
            if event == "map_key" and prefix == item:
                keys.add(str(value))
            elif event == "map_key" and prefix in nested:
                inner.add(str(value))
            elif prefix in _KIND_PLACES and event == "string":
                kind = kind or str(value)
            if depth == 0 or (event == "end_map" and prefix == item):
                break
    except (ijson.JSONError, UnicodeDecodeError, TooDeepError):
        pass  # the head ends in the middle of it, or is no JSON at all
    return _First(root, frozenset(keys), frozenset(inner), kind)


_KIND_PLACES: Any = frozenset({"object", "format", "item.object"})


def _remedy(root: str, head: bytes) -> str:
    if root not in ("{", "["):
        what = "It is no JSON" + (" but a table" if b"," in head.split(b"\n", 1)[0] else "") + "."
    else:
        what = "It is JSON of another kind."
    kinds = "; ".join(FORMATS.values())
    return f"{what} Read are: {kinds}."
