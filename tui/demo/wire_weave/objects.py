"""Stored objects, their versions, and the tables of datasets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tui.demo.facts import Grader, SimRun
from tui.demo.wire_weave.bodies import Body
from tui.demo.wire_weave.calls import EVALUATE, SUMMARIZE, TRIAL, instant
from tui.demo.wire_weave.expressions import look_up, sortable
from tui.demo.wire_weave.refs import (
    Names,
    dataset_digest,
    dataset_name,
    digest,
    evaluation_digest,
    is_function,
    object_name,
    row_digest,
    scorer_name,
    scorer_op,
    stored_row,
    stored_rows,
    stored_trials,
    table_digest,
)
from tui.demo.wire_weave.refusals import refused
from tui.demo.wire_weave.selection import MOST_ENTRIES
from tui.demo.wire_weave.writers import is_logged
from tui.demo.world import World

_REF = re.compile(
    r"weave:///(?P<project>[^/]+/[^/]+)/(?P<kind>[^/]+)/(?P<name>[^/:]+)"
    r"(?::(?P<digest>[^/:]+))?(?P<path>(?:/[^/]+)*)"
)
_UNREADABLE = ("table", "call")
_VERSION = re.compile(r"v(\d+)")


@dataclass(frozen=True, slots=True)
class Stored:
    """One version of an object or op."""

    object_id: str
    digest: str
    kind: str
    """`object` or `op`."""
    of: str | None
    """Base class; None for ops."""
    val: Any
    created: float


class Objects:
    """What a project has stored, as of now."""

    def __init__(self, world: World, names: Names) -> None:
        self.world = world
        self.names = names

    # Objects.

    def read(self, object_id: str, wanted: str) -> dict[str, Any]:
        """Return an ObjSchema; `wanted` is a digest, `latest` or `vN`. Raises Refused (404)."""
        versions = self._versions(object_id)
        place = self._place(versions, wanted)
        if place is None:
            raise refused(404, f"Object {object_id}:{wanted} not found")
        found = versions[place]
        return {
            "project_id": self.names.project_id,
            "object_id": found.object_id,
            "created_at": instant(self.world, found.created),
            "deleted_at": None,
            "digest": found.digest,
            "version_index": place,
            "is_latest": int(place == len(versions) - 1),
            "kind": found.kind,
            "base_object_class": found.of,
            "leaf_object_class": found.of,
            "val": found.val,
            "wb_user_id": "VXNlcjoxODI3",
            "size_bytes": None,
            "tags": None,
            "aliases": None,
        }

    def values(self, refs: list[str]) -> list[Any]:
        """Return what refs stand for; one that is missing fails them all.

        Raises:
            Refused: 400 for too many or for kinds that cannot be read so, 404 for missing ones,
                500 for what is no ref at all.
        """
        if len(refs) > MOST_ENTRIES:
            raise refused(400, "Too many refs")
        parsed = [_REF.fullmatch(ref) for ref in refs]
        values, missing = [], []
        for found in parsed:
            if found is None:
                raise refused(500, "Internal server error")
            if found["kind"] in _UNREADABLE:
                raise refused(400, f"{found['kind'].title()} refs not supported")
            if found["project"] != self.names.project_id:
                raise refused(403, "Forbidden")
            if found["digest"] is None:
                raise refused(500, "Internal server error")
            versions = self._versions(unquote(found["name"]))
            place = self._place(versions, found["digest"])
            if place is None:
                missing.append(found["digest"])
            else:
                values.append(self._inside(versions[place].val, found["path"].split("/")[1:]))
        if missing:
            text = f"Obj not found for digests: {', '.join(missing)}"
            raise refused(404, text, missing_object_digests=missing)
        return values

    def evaluations(self) -> list[dict[str, Any]]:
        """Return every version of every evaluation as EvaluationReadRes, oldest first."""
        runs: dict[str, SimRun] = {}
        for run in self._runs():
            runs.setdefault(evaluation_digest(run), run)
        return [self.evaluation(run) for run in runs.values()]

    def evaluation(self, run: SimRun) -> dict[str, Any]:
        """Return the evaluation object a run belongs to, as EvaluationReadRes."""
        own = self._evaluation(run)
        versions = self._versions(own.object_id)
        return {
            "object_id": own.object_id,
            "digest": own.digest,
            "version_index": self._place(versions, own.digest),
            "created_at": instant(self.world, own.created),
            "name": own.val["name"],
            "description": None,
            "dataset": own.val["dataset"],
            "scorers": own.val["scorers"],
            "trials": own.val["trials"],
            "evaluation_name": None,
            "evaluate_op": self.names.op(EVALUATE),
            "predict_and_score_op": self.names.op(TRIAL),
            "summarize_op": self.names.op(SUMMARIZE),
        }

    # Tables.

    def table_count(self, wanted: str) -> int:
        """Return how many rows a table has; nought when nobody knows it."""
        run = self._table_run(wanted)
        return 0 if run is None else stored_rows(run)

    def table_page(self, body: Body) -> list[dict[str, Any]]:
        """Return the rows of a table a request asks for, in insertion order."""
        run = self._table_run(body.text("digest"))
        if run is None:
            return []
        rows = [
            {
                "digest": _stored_digest(run, index),
                "val": stored_row(run, index),
                "original_index": index,
            }
            for index in range(stored_rows(run))
        ]
        wanted = body.part("filter")
        digests = wanted.texts("row_digests") if wanted is not None else None
        if digests is not None:
            rows = [row for row in rows if row["digest"] in digests]
        for sort in reversed(body.parts("sort_by") or []):
            field = sort.text("field")
            rows.sort(
                key=lambda row: sortable(look_up(row["val"], field)) or (2, ""),
                reverse=sort.optional_text("direction") == "desc",
            )
        offset, limit = body.number("offset") or 0, body.number("limit")
        return rows[offset:] if limit is None else rows[offset : offset + limit]

    # What there is.

    def _runs(self) -> list[SimRun]:
        return self.world.runs("weave")

    def _versions(self, object_id: str) -> list[Stored]:
        """Return an object's versions, oldest first."""
        found: dict[str, Stored] = {}
        for one in self._all():
            if one.object_id == object_id:
                found.setdefault(one.digest, one)
        return list(found.values())

    @staticmethod
    def _place(versions: list[Stored], wanted: str) -> int | None:
        if wanted == "latest":
            return len(versions) - 1 if versions else None
        numbered = _VERSION.fullmatch(wanted)
        if numbered is not None:
            place = int(numbered[1])
            return place if place < len(versions) else None
        return next((n for n, one in enumerate(versions) if one.digest == wanted), None)

    def _all(self) -> Iterator[Stored]:
        """Yield every stored object, oldest first; the same one may come again."""
        ops = {EVALUATE: 0, TRIAL: 0, SUMMARIZE: 0}
        for run in self._runs():
            yield self._dataset(run)
            yield self._evaluation(run)
            yield self._model(run)
            for grader in run.graders:
                ops[scorer_op(grader)] = 0
                if not is_function(grader):
                    yield self._scorer(run, grader)
            ops[f"{run.model.name}.predict"] = 0
            for name in ops:
                code = {"obj.py": digest("code", name)}
                val = {"_type": "CustomWeaveType", "weave_type": {"type": "Op"}, "files": code}
                yield Stored(name, digest("op", name), "op", None, val, run.created)

    def _dataset(self, run: SimRun) -> Stored:
        val = _object("Dataset", dataset_name(run), rows=self.names.table(run))
        return Stored(dataset_name(run), dataset_digest(run), "object", "Dataset", val, run.created)

    def _evaluation(self, run: SimRun) -> Stored:
        name = "" if run.group is None else run.group.name
        val = _object(
            "Evaluation",
            name,
            dataset=self.names.dataset(run),
            scorers=[] if is_logged(run) else [self.names.scorer(one) for one in run.graders],
            preprocess_model_input=None,
            trials=stored_trials(run),
            metadata=None,
            evaluation_name=None,
            evaluate=self.names.op(EVALUATE),
            predict_and_score=self.names.op(TRIAL),
            summarize=self.names.op(SUMMARIZE),
        )
        own = evaluation_digest(run)
        return Stored(object_name(name), own, "object", "Evaluation", val, run.created)

    def _model(self, run: SimRun) -> Stored:
        model = run.model
        val = _object("Model", model.name, model_name=model.snapshot, temperature=0.2)
        own = digest("model", model.snapshot)
        return Stored(model.name, own, "object", "Model", val, run.created)

    def _scorer(self, run: SimRun, grader: Grader) -> Stored:
        judge = "" if grader.model is None else grader.model.snapshot
        val = _object("Scorer", grader.name, column_map=None, model_id=judge)
        name, own = scorer_name(grader), digest("scorer", grader.name)
        return Stored(name, own, "object", "Scorer", val, run.created)

    def _table_run(self, wanted: str) -> SimRun | None:
        return next((run for run in self._runs() if table_digest(run) == wanted), None)

    def _inside(self, value: Any, path: list[str]) -> Any:
        """Return what a ref's further path leads to, None when it leads nowhere."""
        for kind, step in zip(path[::2], map(unquote, path[1::2]), strict=False):
            if kind == "id" and isinstance(value, str):
                run = self._table_run(value.rpartition("/")[2])
                value = None if run is None else _row_of(run, step)
            elif kind == "index" and isinstance(value, list) and step.isdecimal():
                value = value[int(step)] if int(step) < len(value) else None
            else:
                value = value.get(step) if isinstance(value, dict) else None
        return value


def _object(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    bases = ["Object", "BaseModel"]
    return {
        "_type": kind,
        "name": name,
        "description": None,
        **fields,
        "_class_name": kind,
        "_bases": bases,
    }


def _stored_digest(run: SimRun, index: int) -> str:
    if is_logged(run):
        return digest("row", *stored_row(run, index).items())
    return row_digest(run.suite, index)


def _row_of(run: SimRun, wanted: str) -> dict[str, str] | None:
    for index in range(stored_rows(run)):
        if _stored_digest(run, index) == wanted:
            return stored_row(run, index)
    return None
