"""A Weave client for tests: bodies with the project in them, lines read whole."""

import re
from datetime import datetime
from typing import Any

from tests.demo.callers import Answer, Caller, read
from tui.demo.facts import SimRun
from tui.demo.wire import Request
from tui.demo.world import World

PROJECT = "marigold/support-bot"
V2 = f"/v2/{PROJECT}"
ROOT = f"weave:///{PROJECT}"
EVALUATE = f"{ROOT}/op/Evaluation.evaluate:*"
TRIAL = f"{ROOT}/op/Evaluation.predict_and_score:*"
CALL = {"id", "project_id", "op_name", "trace_id", "started_at", "attributes", "inputs"}
NULLABLE = {
    "display_name", "parent_id", "thread_id", "turn_id", "exception", "wb_user_id", "wb_run_id",
    "ended_at", "deleted_at", "expire_at", "output", "summary", "wb_run_step", "wb_run_step_end",
    "storage_size_bytes", "total_storage_size_bytes",
}  # fmt: skip
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
NOT_RUNNING = {
    "$expr": {"$not": [{"$eq": [{"$getField": "summary.weave.status"}, {"$literal": "running"}]}]}
}


class WeaveCaller(Caller):
    """A client of the demo's project."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "weave")

    def v1(self, path: str, **body: Any) -> Any:
        return self.post(path, {"project_id": PROJECT, **body})

    def refuse(self, path: str, **body: Any) -> Answer:
        """Return an answer that is no success."""
        answer = self.send(path, {"project_id": PROJECT, **body})
        assert answer.status >= 400, answer
        return answer

    def calls(self, **body: Any) -> list[Any]:
        answer = self.send("/calls/stream_query", {"project_id": PROJECT, **body})
        assert answer.status == 200, answer
        assert answer.headers["content-type"] == "application/jsonl"
        return answer.lines

    def run_calls(self, **body: Any) -> list[Any]:
        return self.calls(filter={"op_names": [EVALUATE]}, **body)

    def call(self, call_id: str, **body: Any) -> Any:
        return self.v1("/call/read", id=call_id, **body)["call"]

    def lines(self, path: str, *pairs: tuple[str, str]) -> list[Any]:
        """Return the lines of a v2 list; a key may repeat."""
        answer = read(self.api.handle(Request("GET", V2 + path, [*pairs], self.auth)))
        assert answer.status == 200, answer
        return answer.lines

    def count(self, **body: Any) -> int:
        counted: int = self.v1("/calls/query_stats", **body)["count"]
        return counted

    def results(self, *ids: str, **body: Any) -> Any:
        return self.post(f"{V2}/eval_results/query", {"evaluation_call_ids": [*ids], **body})

    def rows(self, run_id: str) -> list[Any]:
        """Return all rows of a run, with their content."""
        answer = self.results(run_id, include_raw_data_rows=True, resolve_row_refs=True)
        rows: list[Any] = answer["rows"]
        return rows

    def statistics(self, *ids: str, **body: Any) -> Any:
        asked = {"include_rows": False, "include_summary": True, **body}
        return self.results(*ids, **asked)["summary"]


def run_named(world: World, name: str) -> SimRun:
    return next(run for run in world.runs("weave") if run.name == name)


def trials_of(row: Any) -> list[Any]:
    """Return the trials of a row of a one-run answer."""
    trials: list[Any] = row["evaluations"][0]["trials"]
    return trials


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def status_of(call: Any) -> str:
    word: str = call["summary"]["weave"]["status"]
    return word
