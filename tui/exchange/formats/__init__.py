"""One module for each kind of file that is read, and which reader a file wants.

The readers' modules are imported when a file wants them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tui.exchange import detecting as kinds
from tui.exchange.detecting import Shape
from tui.exchange.reading import Reader

if TYPE_CHECKING:
    from tui.exchange.formats.batch import BatchFiles

_HERE = "tui.exchange.formats"
_READERS = {
    Shape(kinds.EVALTOP, lines=False): ("evaltop", "read_export"),
    Shape(kinds.ITEMS, lines=True): ("openai_items", "read_item_lines"),
    Shape(kinds.ITEMS, lines=False): ("openai_items", "read_item_list"),
    Shape(kinds.INSPECT, lines=False): ("inspect_log", "read_json_log"),
    Shape(kinds.INSPECT, lines=False, packed=True): ("inspect_log", "read_eval_log"),
    Shape(kinds.PROMPTFOO, lines=True): ("promptfoo", "read_result_lines"),
    Shape(kinds.PROMPTFOO, lines=False): ("promptfoo", "read_document"),
}


class Readers:
    """The readers of one import; files of one batch share what they know of each other."""

    def __init__(self) -> None:
        self._batches: BatchFiles | None = None

    def of(self, shape: Shape) -> Reader:
        """Return what reads files of a shape."""
        if shape in _READERS:
            module, name = _READERS[shape]
            reader: Reader = getattr(import_module(f"{_HERE}.{module}"), name)
            return reader
        if self._batches is None:
            from tui.exchange.formats.batch import BatchFiles

            self._batches = BatchFiles()
        if shape.format == kinds.BATCH_INPUT:
            return self._batches.read_input
        return self._batches.read_gateway if not shape.lines else self._batches.read_lines

    def close(self) -> None:
        """Remove temporary files."""
        if self._batches is not None:
            self._batches.close()
