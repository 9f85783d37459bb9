"""What Weave says of several runs at once: the rows all of them have, and the scorers over them."""

from collections.abc import Sequence

from pydantic import ValidationError

from tui.models import JointResults, JointRun, JsonObject, Run
from tui.providers.weave.api import strange
from tui.providers.weave.criteria import measured_criteria
from tui.providers.weave.numbers import count, mapping
from tui.providers.weave.wire import EvaluationSummaryWire


def joint_results(answer: JsonObject, runs: Sequence[Run]) -> JointResults:
    """Read the summary of an `eval_results` answer over several runs.

    An evaluation that cannot be read, or has no trial among the common rows, is missing.

    Raises:
        BadAnswerError: there is no summary in the answer.
    """
    summary = answer.get("summary")
    if not isinstance(summary, dict):
        raise strange("a summary of several runs")
    told: dict[str, EvaluationSummaryWire] = {}
    entries = mapping(summary).get("evaluations")
    for entry in entries if isinstance(entries, list) else ():
        try:
            one = EvaluationSummaryWire.model_validate(entry)
        except ValidationError:
            continue
        told[one.evaluation_call_id] = one
    return JointResults(
        count(summary.get("row_count")),
        tuple(
            JointRun(run.ref, told[run.id].trial_count, measured_criteria(told[run.id]))
            for run in runs
            if run.id in told
        ),
    )
