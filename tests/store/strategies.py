"""Hypothesis strategies for models, as wild as a provider may make them."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tui.models import (
    Counts,
    CriterionStats,
    CriterionType,
    ErrorInfo,
    Group,
    ModelUsage,
    Outcome,
    ProviderKind,
    Row,
    Run,
    RunKind,
    RunRef,
    Score,
    ScoreStats,
    Status,
    Trial,
    Usage,
)

# Lone surrogates are in: bodies keep even them.
anything = st.text(st.characters(), max_size=12)
text = st.text(max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(anything, inner, max_size=3),
    max_leaves=8,
)
json_objects = st.dictionaries(anything, json_values, max_size=3)
times = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


sizes = st.integers(min_value=0, max_value=10**20)
errors = st.builds(ErrorInfo, code=maybe(text), message=text)
scores = st.builds(
    Score,
    name=anything,
    type=st.sampled_from(CriterionType),
    passed=maybe(st.booleans()),
    value=maybe(numbers),
    label=maybe(anything),
    reason=maybe(anything),
    error=maybe(errors),
    skipped=st.booleans(),
    counts=st.booleans(),
    detail=json_values,
)
usages = st.builds(
    Usage,
    input_tokens=maybe(sizes),
    output_tokens=maybe(sizes),
    cached_tokens=maybe(sizes),
    total_tokens=maybe(sizes),
    cost_usd=maybe(numbers),
)
trials = st.builds(
    Trial,
    id=text,
    outcome=st.sampled_from(Outcome),
    input=json_values,
    output=json_values,
    expected=json_values,
    scores=st.lists(scores, max_size=3).map(tuple),
    latency_s=maybe(numbers),
    usage=maybe(usages),
    model=maybe(anything),
    error=maybe(errors),
    created_at=maybe(times),
    extra=json_objects,
    raw=json_values,
)
rows = st.builds(
    Row,
    key=text.filter(bool),
    label=text.filter(bool),
    trials=st.lists(trials, max_size=3, unique_by=lambda trial: trial.id).map(tuple),
    index=maybe(st.integers(min_value=0, max_value=2**63 - 1)),
    extra=json_objects,
)
criteria = st.builds(
    CriterionStats,
    name=anything,
    type=st.sampled_from(CriterionType),
    n=maybe(sizes),
    passed=maybe(sizes),
    failed=maybe(sizes),
    errored=maybe(sizes),
    mean=maybe(numbers),
    trial_count=maybe(sizes),
)
runs = st.builds(
    Run,
    ref=st.builds(RunRef, connection=st.just("prod"), path=text.filter(bool)),
    provider=st.sampled_from(ProviderKind),
    kind=st.sampled_from(RunKind),
    id=anything,
    status=st.sampled_from(Status),
    raw_status=anything,
    name=maybe(anything),
    group=maybe(st.builds(Group, id=anything, name=maybe(anything))),
    models=st.lists(anything, max_size=3).map(tuple),
    created_at=maybe(times),
    started_at=maybe(times),
    ended_at=maybe(times),
    deadline_at=maybe(times),
    last_activity_at=maybe(times),
    counts=st.builds(
        Counts,
        **dict.fromkeys(
            ("total", "done", "passed", "failed", "errored", "skipped", "ungraded"),
            maybe(sizes),
        ),
    ),
    score=maybe(
        st.builds(
            ScoreStats,
            mean=numbers,
            min=maybe(numbers),
            max=maybe(numbers),
            scale_max=maybe(st.floats(min_value=0, max_value=1e6)),
        )
    ),
    criteria=st.lists(criteria, max_size=3).map(tuple),
    usage=st.lists(
        st.builds(
            ModelUsage,
            model=anything,
            requests=maybe(sizes),
            input_tokens=maybe(sizes),
            output_tokens=maybe(sizes),
            cached_tokens=maybe(sizes),
            total_tokens=maybe(sizes),
            cost_usd=maybe(numbers),
        ),
        max_size=3,
    ).map(tuple),
    error=maybe(errors),
    url=maybe(anything),
    metadata=json_objects,
    config=json_objects,
    warnings=st.lists(anything, max_size=3).map(tuple),
    raw=maybe(json_objects),
)
