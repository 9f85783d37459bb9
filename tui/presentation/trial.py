"""One trial in full: its facts, its story, its criteria."""

import json
from collections.abc import Iterator, Sequence

from tui.models import JsonValue, Row, Score, Trial
from tui.presentation import format as fmt
from tui.presentation.blocks import Block, blocks_of
from tui.presentation.rows import tokens
from tui.presentation.words import OUTCOME_GLYPHS, OUTCOME_TONES, outcome_text

QUIET_EXTRA = frozenset({"lookup_key"})
"""Provider fields that say nothing to a person reading a trial; the JSON has them."""


def title(row: Row) -> str:
    """Return the row's label, with its place in the dataset where that is known."""
    name = row.label or row.key
    return name if row.index is None else f"#{row.index} {name}"


def outcome_line(trial: Trial) -> tuple[str, str]:
    """Return the trial's outcome as `(text, tone)`."""
    return outcome_text(trial.outcome), OUTCOME_TONES[trial.outcome]


def facts(trial: Trial, *, number: int, of: int) -> str:
    """Return model, latency, tokens, cost and the provider's own fields, one line."""
    parts = [f"trial {number} of {of}"] if of > 1 else []
    if trial.model:
        parts.append(trial.model)
    if trial.latency_s is not None:
        parts.append(fmt.duration(trial.latency_s))
    if trial.usage is not None:
        parts.append(_usage_text(trial))
    parts.extend(
        f"{key} {value}"
        for key, value in trial.extra.items()
        if key not in QUIET_EXTRA and isinstance(value, str | int | float) and value != ""
    )
    return " · ".join(part for part in parts if part)


def _usage_text(trial: Trial) -> str:
    usage = trial.usage
    if usage is None:
        return ""
    total = tokens(usage)
    parts = []
    if usage.input_tokens is not None and usage.output_tokens is not None:
        parts.append(
            f"{fmt.short_number(usage.input_tokens)} in "
            f"{fmt.short_number(usage.output_tokens)} out tokens"
        )
    elif total is not None:
        parts.append(f"{fmt.short_number(total)} tokens")
    if usage.cost_usd is not None:
        parts.append(fmt.money(usage.cost_usd))
    return " · ".join(parts)


def criteria_line(trial: Trial) -> str:
    """Return every criterion in a few characters: `✓ exact   ✗ judge 0.31`."""
    return "   ".join(verdict(score) for score in trial.scores)


def verdict(score: Score) -> str:
    """Return a criterion's glyph, name and value."""
    parts = [score_glyph(score), score.name]
    if score.value is not None and not (score.passed is not None and score.value in (0, 1)):
        parts.append(fmt.decimal(score.value))
    if score.label:
        parts.append(score.label)
    return " ".join(part for part in parts if part)


def score_glyph(score: Score) -> str:
    """Return `✓`, `✗`, `!` when the grader broke, `-` when skipped, `·` without a verdict."""
    if score.error is not None:
        return "!"
    if score.skipped:
        return "-"
    return "·" if score.passed is None else "✓" if score.passed else "✗"


def story(trial: Trial, notes: Sequence[str] = ()) -> list[Block]:
    """Return the whole trial: what went wrong, input, expected, output, each criterion."""
    return [block for _field, blocks in _chapters(trial, notes) for block in blocks]


def first_block(trial: Trial, notes: Sequence[str], field: str) -> int:
    """Return which block of the story a text of `tui.store.TEXT_FIELDS` begins with."""
    place = 0
    for name, blocks in _chapters(trial, notes):
        if name == field:
            return place
        place += len(blocks)
    return 0


def _chapters(trial: Trial, notes: Sequence[str]) -> Iterator[tuple[str, list[Block]]]:
    blocks = []
    if trial.error is not None:
        code = trial.error.code or ""
        blocks.append(Block("error", trial.error.message or code, kind="note", title=code))
    blocks.extend(Block("note", note, kind="note") for note in notes)
    yield "error", blocks
    yield "input", blocks_of(trial.input, "input")
    yield "expected", [] if trial.expected is None else _expected(trial.expected)
    output = blocks_of(trial.output, "output")
    yield "output", output or [Block("output", _no_output(trial), kind="note")]
    yield "reason", criterion_blocks(trial)


def _expected(value: JsonValue) -> list[Block]:
    found = blocks_of(value, "expected")
    # A reference answer given as a message must not be mistaken for something that was said.
    return [
        block
        if block.role == "expected"
        else Block("expected", block.text, kind=block.kind, title=block.role)
        for block in found
    ]


def _no_output(trial: Trial) -> str:
    if trial.error is not None:
        return "No output: the trial errored."
    return "Not answered yet." if trial.outcome == "pending" else "No output was recorded."


def criterion_blocks(trial: Trial) -> list[Block]:
    """Return the criteria: bare verdicts together, each that says more in a block of its own."""
    if not trial.scores:
        return [Block("criteria", "No criterion has graded this trial.", kind="note")]
    words = [(score, _words_of(score)) for score in trial.scores]
    blocks = []
    bare = [verdict(score) for score, said in words if not said]
    if bare:
        blocks.append(Block("criteria", "\n".join(bare), kind="note"))
    blocks.extend(
        Block("criterion", said, kind="note", title=verdict(score)) for score, said in words if said
    )
    return blocks


def _words_of(score: Score) -> str:
    """Return reason, error and what else the provider sent for a criterion; mostly empty."""
    parts = []
    if score.error is not None:
        code = f" ({score.error.code})" if score.error.code else ""
        parts.append(f"The grader broke: {score.error.message}{code}")
    if score.reason:
        parts.append(score.reason)
    if not score.counts:
        parts.append("It does not decide the outcome.")
    if score.detail not in (None, {}, []):
        parts.append(_detail_text(score.detail))
    return "\n\n".join(parts)


def _detail_text(detail: JsonValue) -> str:
    """Return flat details as lines `threshold: 0.5`, anything deeper as JSON."""
    if isinstance(detail, dict) and not any(
        isinstance(one, dict | list) for one in detail.values()
    ):
        return "\n".join(f"{key}: {value}" for key, value in detail.items())
    return json.dumps(detail, indent=2, ensure_ascii=False)


def raw(row: Row, trial: Trial) -> JsonValue:
    """Return the provider's item; what we know of the trial when the item was not kept."""
    if trial.raw is not None:
        return trial.raw
    return {
        "key": row.key,
        "label": row.label,
        "trial": trial.id,
        "outcome": trial.outcome.value,
        "input": trial.input,
        "expected": trial.expected,
        "output": trial.output,
        "scores": [
            {
                "name": score.name,
                "passed": score.passed,
                "value": score.value,
                "label": score.label,
                "reason": score.reason,
                "detail": score.detail,
            }
            for score in trial.scores
        ],
        "extra": dict(trial.extra),
    }


def strip_sentence(row: Row) -> str:
    """Return how a row's trials went: `2 of 3 trials passed`; empty for a single one."""
    if len(row.trials) <= 1:
        return ""
    passed = sum(trial.outcome == "passed" for trial in row.trials)
    return f"{passed} of {len(row.trials)} trials passed"


def glyphs(row: Row) -> str:
    """Return one glyph per trial."""
    return "".join(OUTCOME_GLYPHS[trial.outcome] for trial in row.trials)
