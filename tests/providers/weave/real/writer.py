"""Fills a Weave trace server through the real SDK, the way a team's own scripts do.

Runs inside the writer environment only (`writer-requirements.txt`), as
`python writer.py BASE_URL SCENARIO…`. Each scenario is one function; what it leaves behind is what
`test_real_server.py` expects.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# Nothing here may leave the machine, and the order of trials must not depend on luck.
os.environ.update(
    WANDB_ERROR_REPORTING="false",
    WEAVE_PRINT_CALL_LINK="false",
    WEAVE_IMPLICITLY_PATCH_INTEGRATIONS="false",
    WEAVE_CAPTURE_CODE="false",
    WEAVE_PARALLELISM="1",
    WEAVE_USE_SERVER_CACHE="false",
    WEAVE_RETRY_MAX_ATTEMPTS="1",
)

import weave
from weave.trace.context.weave_client_context import set_weave_client_global
from weave.trace.weave_client import WeaveClient
from weave.trace_server_bindings.remote_http_trace_server import (
    RemoteHTTPTraceServer,
)

ENTITY, PROJECT = "acme", os.environ.get("WEAVE_TEST_PROJECT", "support bot")
KILLED_AFTER = 2
ROWS = [
    {"question": "Can I export invoices?", "expected": "yes"},
    {"question": "Can I delete my account?", "expected": "yes"},
    {"question": "Is there a phone number?", "expected": "no"},
    {"question": "What breaks the model?", "expected": "nothing"},
]


class SupportBot(weave.Model):  # type: ignore[misc]  # the SDK lives in another environment
    """Answers by rote; wrong on one row, unsteady on another, and one row raises."""

    temperature: float = 0.0
    calls: dict[str, int] = {}  # noqa: RUF012  (a pydantic field, copied per instance)

    @weave.op  # type: ignore[untyped-decorator]  # as above
    def predict(self, question: str) -> dict[str, Any]:
        """Return the answer, or fail as a provider would."""
        asked = self.calls.get(question, 0)
        self.calls[question] = asked + 1
        if question.startswith("What breaks"):
            raise RuntimeError("529 overloaded_error")
        if question.startswith("Can I delete"):
            return {"answer": "yes" if asked == 0 else "no"}
        if question.startswith("Is there"):
            return {"answer": "yes"}
        return {"answer": "yes"}


def exact_match(output: dict[str, Any], expected: str) -> bool:
    """Compare the answer with the expected one."""
    return bool(output["answer"] == expected)


def similarity(output: dict[str, Any], expected: str) -> float:
    """Give a number that no threshold judges."""
    return 1.0 if output["answer"] == expected else 0.25


def judge(output: dict[str, Any], expected: str) -> dict[str, Any]:
    """Give a nested result with words."""
    right = output["answer"] == expected
    return {
        "passed": right,
        "score": 5 if right else 2,
        "detail": {"grounded": True, "tone": "polite"},
        "rationale": "Matches." if right else "Leaves out the point.",
    }


def moody(output: dict[str, Any], question: str) -> bool:
    """Break on one row; the trial's other scores are lost with it."""
    if question.startswith("Is there"):
        raise ValueError("judge answered no JSON")
    return bool(output)


def nightly() -> None:
    """Two trials per row; one model failure; three scorers."""
    evaluation = weave.Evaluation(
        name="faq-eval",
        dataset=weave.Dataset(name="faq-golden", rows=ROWS),
        scorers=[weave.op(exact_match), weave.op(similarity), weave.op(judge)],
        trials=2,
        evaluation_name="nightly",
    )
    with weave.attributes({"team": "search"}):
        asyncio.run(evaluation.evaluate(SupportBot(name="SupportBot")))


def broken_scorer() -> None:
    """One scorer raises on one row, and the model fails on another."""
    evaluation = weave.Evaluation(
        name="moody-eval",
        dataset=weave.Dataset(name="faq-golden", rows=ROWS),
        scorers=[weave.op(exact_match), weave.op(moody)],
        evaluation_name="broken scorer",
    )
    asyncio.run(evaluation.evaluate(SupportBot(name="SupportBot")))


def imperative() -> None:
    """Log with the imperative interface: missing, null and empty values."""
    logger = weave.EvaluationLogger(name="logged by hand", model="hand-model", dataset="by-hand")
    one = logger.log_prediction(inputs={"q": "one"}, output="first")
    one.log_score("correct", score=True)
    one.log_score("quality", 0.5)
    one.finish()
    two = logger.log_prediction(inputs={"q": "two"}, output=None)
    two.log_score("correct", score=False)
    two.finish()
    three = logger.log_prediction(inputs={"q": "three"}, output="third")
    three.log_score("correct", None)
    three.finish()
    four = logger.log_prediction(inputs={"q": "four"}, output="fourth")
    four.finish()
    five = logger.log_prediction(inputs={"q": "five"}, output=None)
    five.finish()
    logger.log_summary({"note": "by hand"})


def failed_run() -> None:
    """A run that ends with an exception of its own."""
    logger = weave.EvaluationLogger(name="gave up", model="hand-model", dataset="by-hand")
    logger.log_prediction(inputs={"q": "one"}, output="first").finish()
    logger.fail(RuntimeError("out of budget"))


def op_as_model() -> None:
    """A plain op as the model, and identical rows in one dataset."""

    def answer_all(question: str) -> str:
        return f"yes to {question}"

    def friendly(output: str) -> dict[str, Any]:
        return {"passed": "yes" in output, "words": len(output.split())}

    evaluation = weave.Evaluation(
        name="op-eval",
        dataset=weave.Dataset(name="twins", rows=[ROWS[0], ROWS[0], ROWS[1]]),
        scorers=[weave.op(friendly)],
        evaluation_name="plain op",
    )
    asyncio.run(evaluation.evaluate(weave.op(answer_all)))


def trials_seen(trace_id: str) -> int:
    """Count the finished trials of one trace that the server can show."""
    ended: Any = {
        "$expr": {
            "$not": [{"$eq": [{"$getField": "summary.weave.status"}, {"$literal": "running"}]}]
        }
    }
    operation = f"weave:///{client.entity}/{client.project}/op/Evaluation.predict_and_score:*"
    found = client.server.calls_query_stats(
        {
            "project_id": f"{client.entity}/{client.project}",
            "filter": {"trace_ids": [trace_id], "op_names": [operation]},
            "query": ended,
        }
    )
    return int(found.count)


def begun(trace_id: str) -> bool:
    """Tell whether the server can show the call a trace began with."""
    found = client.server.calls_query_stats(
        {
            "project_id": f"{client.entity}/{client.project}",
            "filter": {"trace_ids": [trace_id], "trace_roots_only": True},
        }
    )
    return bool(found.count)


def killed() -> None:
    """Die in the middle, as an out-of-memory job does: the run stays open for ever."""
    rows_done = 0

    def slow(question: str) -> str:
        nonlocal rows_done
        if rows_done == KILLED_AFTER:
            trace_id = weave.get_current_call().trace_id
            give_up = time.monotonic() + 30
            while time.monotonic() < give_up and not (
                begun(trace_id) and trials_seen(trace_id) >= KILLED_AFTER
            ):
                time.sleep(0.1)  # the SDK sends about once a second, from its own threads
            os._exit(0)
        rows_done += 1
        return question

    def has_text(output: str) -> bool:
        return bool(output)

    evaluation = weave.Evaluation(
        name="killed-eval",
        dataset=weave.Dataset(name="faq-golden", rows=ROWS),
        scorers=[weave.op(has_text)],
        evaluation_name="killed",
    )
    asyncio.run(evaluation.evaluate(weave.op(slow)))


def over_rest() -> None:
    """A run made through the v2 endpoints, which alone the run list of v2 shows."""
    scope = {"project_id": f"{ENTITY}/{PROJECT}"}
    evaluation = weave.publish(
        weave.Evaluation(name="rest-eval", dataset=weave.Dataset(name="r", rows=ROWS[:1]))
    )
    model = weave.publish(SupportBot(name="RestBot"))
    client.flush()
    server = client.server
    made = server.evaluation_run_create({**scope, "evaluation": evaluation.uri, "model": model.uri})
    run = {**scope, "evaluation_run_id": made.evaluation_run_id}
    asked = {**run, "model": model.uri, "inputs": {"q": "scored"}, "output": "rest"}
    first = server.prediction_create(asked).prediction_id
    scorer = server.scorer_create({**scope, "name": "tidy", "op_source_code": "def score(): ..."})
    server.score_create({**run, "prediction_id": first, "scorer": scorer.scorer, "value": 0.75})
    server.prediction_finish({**scope, "prediction_id": first})
    # The second prediction is never finished, as when a script stops half-way.
    server.prediction_create({**asked, "inputs": {"q": "unfinished"}, "output": "half"})
    server.evaluation_run_finish({**run, "summary": None})


SCENARIOS: dict[str, Callable[[], None]] = {
    function.__name__: function
    for function in (
        nightly,
        broken_scorer,
        imperative,
        failed_run,
        op_as_model,
        over_rest,
        killed,
    )
}


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    client = WeaveClient(
        ENTITY,
        PROJECT,
        RemoteHTTPTraceServer(
            sys.argv[1], should_batch=True, username="api", password=os.environ["WEAVE_TEST_KEY"]
        ),
        ensure_project_exists=False,
    )
    set_weave_client_global(client)
    for scenario in sys.argv[2:]:
        SCENARIOS[scenario]()
        client.flush()
    client.finish()
