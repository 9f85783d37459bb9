"""Refs, digests and ids of Weave's objects, all made from the world's own names."""

import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from tui.demo.facts import Grader, SimModel, SimRun, Suite
from tui.demo.wire_weave.writers import is_from_api, is_inline, is_logged

PLACEHOLDER = "dataset_id"
"""The only column of the one-row dataset that EvaluationLogger stores."""


def digest(*parts: object) -> str:
    """Return a 43-character digest, the form of objects and dataset rows."""
    data = sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(data).decode().rstrip("=").replace("-", "A").replace("_", "B")


def object_name(text: str) -> str:
    """Return a name as the SDK stores it: letters, digits, `._-`."""
    return re.sub(r"[^\w._]+", "-", text).strip("-_")


def scorer_name(grader: Grader) -> str:
    """Return the key of a grader's results."""
    return object_name(grader.name)


def is_function(grader: Grader) -> bool:
    """Return whether the scorer is a plain function; judges are classes with a `score` method."""
    return grader.model is None


def scorer_op(grader: Grader) -> str:
    """Return the name of the op that scores."""
    name = scorer_name(grader)
    return name if is_function(grader) else f"{name}.score"


@dataclass(frozen=True, slots=True)
class Names:
    """Refs within one project."""

    entity: str
    project: str

    @property
    def project_id(self) -> str:
        """Return the project as bodies name it."""
        return f"{self.entity}/{self.project}"

    @property
    def root(self) -> str:
        """Return what all refs of the project begin with."""
        return f"weave:///{self.entity}/{self.project}"

    def op(self, name: str) -> str:
        """Return an op version's ref."""
        return f"{self.root}/op/{name}:{digest('op', name)}"

    def evaluation(self, run: SimRun) -> str:
        """Return the ref of the evaluation object: another dataset or trials, another version."""
        if run.group is None:
            raise ValueError(run.id)
        return f"{self.root}/object/{object_name(run.group.name)}:{evaluation_digest(run)}"

    def model(self, model: SimModel) -> str:
        """Return the model object's ref."""
        return f"{self.root}/object/{model.name}:{digest('model', model.snapshot)}"

    def scorer(self, grader: Grader) -> str:
        """Return the scorer's ref: an op for a function, an object for a judge."""
        if is_function(grader):
            return self.op(scorer_name(grader))
        return f"{self.root}/object/{scorer_name(grader)}:{digest('scorer', grader.name)}"

    def dataset(self, run: SimRun) -> str:
        """Return the dataset object's ref; runs of different size use different versions."""
        return f"{self.root}/object/{dataset_name(run)}:{dataset_digest(run)}"

    def table(self, run: SimRun) -> str:
        """Return the ref of the rows of a run's dataset."""
        return f"{self.root}/table/{table_digest(run)}"

    def row(self, run: SimRun, index: int) -> str:
        """Return a dataset row's ref."""
        return f"{self.dataset(run)}/attr/rows/id/{row_digest(run.suite, index)}"


def stored_trials(run: SimRun) -> int:
    """Return how many trials per row the evaluation object states; the logger does not know."""
    return 1 if is_logged(run) else run.trials


def stored_rows(run: SimRun) -> int:
    """Return how many rows the run's stored dataset has."""
    return 1 if is_logged(run) else run.rows


def stored_row(run: SimRun, index: int) -> dict[str, str]:
    """Return one row of the run's stored dataset."""
    return {PLACEHOLDER: dataset_name(run)} if is_logged(run) else run.suite.fields(index)


def evaluation_digest(run: SimRun) -> str:
    """Return the digest of the run's evaluation object."""
    group = run.group.id if run.group is not None else ""
    return digest("evaluation", group, dataset_digest(run), stored_trials(run))


def dataset_name(run: SimRun) -> str:
    """Return the name of a run's dataset object."""
    return run.suite.name


def dataset_digest(run: SimRun) -> str:
    """Return a dataset version's digest."""
    return digest("dataset", run.suite.name, is_logged(run), stored_rows(run))


def table_digest(run: SimRun) -> str:
    """Return a table's digest: 64 hex characters."""
    return sha256(
        f"table {run.suite.name} {is_logged(run)} {stored_rows(run)}".encode()
    ).hexdigest()


@cache
def row_digest(suite: Suite, index: int) -> str:
    """Return a row's digest: it depends on the row's content only."""
    return digest("row", *sorted(suite.fields(index).items()))


@cache
def inline_digest(suite: Suite, index: int) -> str:
    """Return the digest of a row that was sent along: over its JSON text, upper-case hex."""
    return sha256(json.dumps(suite.fields(index)).encode()).hexdigest().upper()


def result_digest(run: SimRun, index: int) -> str:
    """Return what `eval_results` groups a run's trials by."""
    make = inline_digest if is_inline(run) else row_digest
    return make(run.suite, index)


def eval_meta(run: SimRun, *, score: bool = False) -> dict[str, object]:
    """Return `_weave_eval_meta` of the calls below a run; the root has one only when logged."""
    if is_from_api(run):
        return {}
    meta: dict[str, object] = {"imperative": True} if is_logged(run) else {"declarative": True}
    return {"_weave_eval_meta": meta | ({"score": True} if score and is_logged(run) else {})}
