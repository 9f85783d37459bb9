"""Names of files. A dataset's file is shared by the runs that read it."""

from typing import Literal

from tui.demo.dice import hex_id
from tui.demo.facts import SimRun

BatchFile = Literal["input", "output", "error"]


def dataset_file_id(run: SimRun) -> str:
    """Return the file an eval run reads its items from."""
    return f"file-{hex_id(22, run.account, 'dataset', run.suite.name, run.rows)}"


def batch_file_id(run: SimRun, part: BatchFile) -> str:
    """Return the file with a batch's requests, answers or errors."""
    return f"file-{hex_id(22, run.id, part)}"
