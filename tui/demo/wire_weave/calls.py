"""Calls: every run is a tree of them, built on demand.

Tree of a run: root `Evaluation.evaluate`; beneath it a `predict_and_score` per trial, with the
model's call and one per scorer; at the end a `summarize`. What is built here is what was stored;
`shown.py` adds what the server derives.
"""

import json
from collections.abc import Iterator
from threading import Lock
from typing import Any

from tui.demo.dice import uuid7_id
from tui.demo.facts import Grade, Phase, SimError, SimModel, SimRow, SimRun
from tui.demo.wire_weave.refs import Names, eval_meta, is_function, scorer_name, scorer_op
from tui.demo.wire_weave.scores import broken, root_output, scores_of, value_of
from tui.demo.wire_weave.usage import (
    answer_usage,
    judge_usage,
    run_counts,
    run_usage,
    trial_counts,
    trial_usage,
)
from tui.demo.wire_weave.writers import is_from_api, is_inline, is_logged, writes_live
from tui.demo.world import World

Call = dict[str, Any]
EVALUATE, TRIAL, SUMMARIZE = (
    "Evaluation.evaluate",
    "Evaluation.predict_and_score",
    "Evaluation.summarize",
)
_SCORING_S = 0.2
_ROLES = 10
"""Most calls of one trial, itself included; ids leave room for as many."""
_AT_ONCE = 20
"""Trials the SDK runs side by side."""


def instant(world: World, offset: float | None) -> str | None:
    """Return an instant as the server writes it."""
    return None if offset is None else world.moment(offset).isoformat().replace("+00:00", "Z")


def exception_text(error: SimError, function: str) -> str:
    """Return an exception as current SDKs store it: JSON in a text."""
    frame = {
        "filename": "bot.py",
        "line_number": 41,
        "function_name": function,
        "text": "answer = self.client.create(**request)",
    }
    return json.dumps({"type": error.code, "message": error.message, "traceback": [frame]})


def answer_of(row: SimRow) -> Any:
    """Return the model's output: an object with the answer, and its tool calls if any."""
    if row.error is not None or not row.output:
        return None
    answer: dict[str, Any] = {"answer": row.output[-1].content}
    calls = [call for message in row.output for call in message.tool_calls]
    if calls:
        answer["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ]
    return answer


class Calls:
    """All calls of one project."""

    def __init__(self, world: World, names: Names) -> None:
        self.world = world
        self.names = names
        self._rows: dict[str, list[SimRow]] = {}
        self._outputs: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    # What there is.

    def rows(self, run: SimRun) -> list[SimRow]:
        """Return a run's finished attempts, each made once."""
        with self._lock:
            known = self._rows.setdefault(run.id, [])
            done = self.world.state(run).done
            known.extend(self.world.rows(run, len(known)))
            return known[:done]

    def visible(self, run: SimRun) -> list[SimRow]:
        """Return the attempts whose trial is visible: the finished ones, for some also others."""
        rows = self.rows(run)
        state = self.world.state(run)
        if writes_live(run) and state.phase is Phase.RUNNING:
            stop = min(run.attempts, state.done + _AT_ONCE)
            waiting = (
                self.world.row(run, *divmod(attempt, run.trials))
                for attempt in range(state.done, stop)
            )
            now = self.world.now()
            rows += [row for row in waiting if self._span(run, row)[0] <= now]
        return rows

    def ended(self, run: SimRun, row: SimRow) -> bool:
        """Return whether an attempt is over."""
        return row.attempt < self.world.state(run).done

    def models(self) -> dict[str, SimModel]:
        """Return every model of the project by the name its usage stands under."""
        found: dict[str, SimModel] = {}
        for run in self.world.runs("weave"):
            judges = [grader.model for grader in run.graders if grader.model is not None]
            found |= {model.snapshot: model for model in (run.model, *judges)}
        return found

    # Ids.

    def call_id(self, run: SimRun, attempt: int, role: int = 0) -> str:
        """Return the id of a call beneath a run: 0 is the trial, 1 the model, then the scorers.

        The summarize call is role 0 of the attempt after the last.
        """
        moment = self.world.unix(run.created) * 1000 + attempt * _ROLES + role
        return uuid7_id(moment, run.id, attempt, role)

    def find(self, call_id: str) -> Call | None:
        """Return any visible call by its id."""
        run = self.world.run("weave", call_id)
        if run is not None:
            return self.root(run)
        place = self._place(call_id)
        if place is None:
            return None
        run, attempt, role = place
        if attempt == run.attempts:
            return next(self._summarize(run), None)
        row = self._visible_row(run, attempt)
        if row is None:
            return None
        if role == 0:
            return self.trial(run, row)
        return next((call for call in self.children(run, row) if call["id"] == call_id), None)

    def below(self, call_id: str) -> Iterator[Call]:
        """Yield the visible direct children of a call."""
        run = self.world.run("weave", call_id)
        if run is not None:
            yield from self.trials(run)
            return
        place = self._place(call_id)
        if place is None or place[2] != 0:
            return
        run, attempt, _ = place
        row = self._visible_row(run, attempt)
        if row is not None:
            yield from self.children(run, row)

    def _place(self, call_id: str) -> tuple[SimRun, int, int] | None:
        """Read run, attempt and role back out of an id's time."""
        digits = call_id.replace("-", "")[:12]
        try:
            moment = int(digits, 16)
        except ValueError:
            return None
        for run in self.world.runs("weave"):
            attempt, role = divmod(moment - self.world.unix(run.created) * 1000, _ROLES)
            if 0 <= attempt <= run.attempts and self.call_id(run, attempt, role) == call_id:
                return run, attempt, role
        return None

    def _visible_row(self, run: SimRun, attempt: int) -> SimRow | None:
        return next((row for row in self.visible(run)[attempt:] if row.attempt == attempt), None)

    # The calls themselves.

    def root(self, run: SimRun) -> Call:
        """Return a run's own call."""
        state, tally = self.world.state(run), self.world.tally(run)
        failed = state.phase is Phase.FAILED and run.error is not None
        call = self._call(run, call_id=run.id, op=EVALUATE, parent=None, start=run.created)
        call["attributes"] = {**run.metadata, "team": "research"}
        call["inputs"] = {
            "self": self.names.evaluation(run),
            "model": self.names.model(run.model),
        }
        if is_logged(run):
            call["attributes"] |= eval_meta(run)
        if is_from_api(run):
            call["attributes"]["weave"] = {
                "evaluation_run": "true",
                "evaluation": call["inputs"]["self"],
                "model": call["inputs"]["model"],
            }
        call["display_name"] = run.name
        if state.ended is None:
            return call
        if failed and run.error is not None:
            call["exception"] = exception_text(run.error, "evaluate")
        else:
            call["output"] = self._output(run)
        call["ended_at"] = instant(self.world, state.ended)
        call["summary"] = {
            "usage": run_usage(run, tally),
            "status_counts": run_counts(run, tally, failed=failed),
        }
        return call

    def trials(self, run: SimRun) -> Iterator[Call]:
        """Yield the visible direct children of a run."""
        for row in self.visible(run):
            yield self.trial(run, row)
        yield from self._summarize(run)

    def trial(self, run: SimRun, row: SimRow) -> Call:
        """Return a trial's call."""
        start, _ = self._span(run, row)
        call = self._call(
            run,
            call_id=self.call_id(run, row.attempt),
            op=TRIAL,
            parent=run.id,
            start=start,
        )
        call["inputs"] = {
            "self": self.names.evaluation(run),
            "model": self.names.model(run.model),
            "example": row.item if is_inline(run) else self.names.row(run, row.index),
        }
        if not self.ended(run, row):
            return call
        call["ended_at"] = instant(self.world, row.finished)
        raised = broken(row)
        if raised is not None and raised.error is not None:
            call["exception"] = exception_text(raised.error, "score")
        else:
            call["output"] = {
                "output": answer_of(row),
                "scores": scores_of(row),
                "model_latency": self.latency(run, row),
            }
            if is_logged(run):
                call["output"]["model_latency"] = {"mean": self.latency(run, row)}
        call["summary"] = {
            "usage": trial_usage(run, row),
            "status_counts": trial_counts(run, row),
        }
        return call

    def children(self, run: SimRun, row: SimRow) -> Iterator[Call]:
        """Yield the visible calls of a trial: the model's, then the scorers'."""
        trial_id = self.call_id(run, row.attempt)
        start, answered = self._span(run, row)
        predict = self._call(
            run,
            call_id=self.call_id(run, row.attempt, 1),
            op=f"{run.model.name}.predict",
            parent=trial_id,
            start=start,
        )
        ref = self.names.row(run, row.index)
        cells = {key: f"{ref}/key/{key}" for key in row.item}
        predict["inputs"] = {
            "self": self.names.model(run.model),
            **(row.item if is_inline(run) else cells),
        }
        if answered <= self.world.now():
            predict["ended_at"] = instant(self.world, answered)
            if row.error is not None:
                predict["exception"] = exception_text(row.error, "predict")
            else:
                predict["output"] = answer_of(row)
            predict["summary"] = _ended_summary(answer_usage(run, row), raised=bool(row.error))
        yield predict
        if self.ended(run, row):
            for place, grade in enumerate(row.grades):
                yield self._score(run, row, grade, place, answered)

    def latency(self, run: SimRun, row: SimRow) -> float:
        """Return how many seconds the model's call took."""
        start, answered = self._span(run, row)
        return round(answered - start, 6)

    def _score(self, run: SimRun, row: SimRow, grade: Grade, place: int, answered: float) -> Call:
        step = (row.finished - answered) / len(row.grades)
        grader = grade.grader
        call = self._call(
            run,
            call_id=self.call_id(run, row.attempt, 2 + place),
            op=scorer_op(grader),
            parent=self.call_id(run, row.attempt),
            start=answered + step * place,
            score=True,
        )
        call["inputs"] = {"output": answer_of(row)}
        if not is_function(grader):
            call["inputs"]["self"] = self.names.scorer(grader)
        call["ended_at"] = instant(self.world, answered + step * (place + 1))
        if grade.error is not None:
            call["exception"] = exception_text(grade.error, scorer_name(grader))
        else:
            call["output"] = value_of(grade)
        usage = {} if grader.model is None else judge_usage(grader.model, row)
        call["summary"] = _ended_summary(usage, raised=grade.error is not None)
        return call

    def _summarize(self, run: SimRun) -> Iterator[Call]:
        state = self.world.state(run)
        if state.phase is not Phase.COMPLETED or state.ended is None:
            return
        call = self._call(
            run,
            call_id=self.call_id(run, run.attempts),
            op=SUMMARIZE,
            parent=run.id,
            start=max(run.created, state.ended - _SCORING_S),
        )
        yield call | {
            "inputs": {"self": self.names.evaluation(run)},
            "ended_at": instant(self.world, state.ended),
            "output": self._output(run),
            "summary": _ended_summary({}, raised=False),
        }

    def _span(self, run: SimRun, row: SimRow) -> tuple[float, float]:
        """Return when a trial began, and when its model had answered."""
        answered = row.finished - (_SCORING_S if row.grades else 0.0)
        return max(run.created + run.queue_s, answered - row.latency_s), answered

    def _call(
        self,
        run: SimRun,
        *,
        call_id: str,
        op: str,
        parent: str | None,
        start: float,
        score: bool = False,
    ) -> Call:
        return {
            "id": call_id,
            "project_id": self.names.project_id,
            "op_name": self.names.op(op),
            "display_name": None,
            "trace_id": uuid7_id(self.world.unix(run.created) * 1000, run.id, "trace"),
            "parent_id": parent,
            "thread_id": None,
            "turn_id": None,
            "started_at": instant(self.world, start),
            "ended_at": None,
            "attributes": {} if parent is None else eval_meta(run, score=score),
            "inputs": {},
            "output": None,
            "exception": None,
            "summary": None,
            "wb_user_id": "VXNlcjoxODI3",
            "wb_run_id": None,
            "wb_run_step": None,
            "wb_run_step_end": None,
            "deleted_at": None,
            "expire_at": None,
            "storage_size_bytes": None,
            "total_storage_size_bytes": None,
        }

    def _output(self, run: SimRun) -> dict[str, Any]:
        """Return an ended run's summary, computed once."""
        if run.id not in self._outputs:
            rows = self.rows(run)
            self._outputs[run.id] = root_output(
                [scores_of(row) for row in rows], [self.latency(run, row) for row in rows]
            )
        return self._outputs[run.id]


def _ended_summary(usage: dict[str, Any], *, raised: bool) -> dict[str, Any]:
    counts = {"success": int(not raised), "error": int(raised)}
    return ({"usage": usage} if usage else {}) | {"status_counts": counts}
