"""What a gate says: as the JSON object of scripts, and as lines for people."""

from collections.abc import Sequence

from tui.analysis.compared import Comparison
from tui.analysis.gating import GateCheck, State, worst
from tui.models import JsonObject
from tui.presentation import format as fmt
from tui.presentation.comparison_records import comparison_record
from tui.presentation.comparison_text import escaped, padded
from tui.text import clean_line

GLYPHS = {
    State.PASS: "✓",
    State.REGRESSED: "✗",
    State.INCONCLUSIVE: "?",
    State.MISSING: "—",
    State.INSUFFICIENT: "·",
}
_HEADINGS = ("", "check", "state", "tier", "value", "bound", "95 % interval", "why")


def gate_record(checks: Sequence[GateCheck], comparisons: Sequence[Comparison]) -> JsonObject:
    """Return the gate; `comparison` is the first one made, `comparisons` has all."""
    records = [comparison_record(comparison) for comparison in comparisons]
    return {
        "state": worst(tuple(checks)).value,
        "checks": [
            {
                "name": check.name,
                "tier": check.tier,
                "state": check.state.value,
                "value": check.value,
                "bound": check.bound,
                "ci_low": None if check.interval is None else check.interval.low,
                "ci_high": None if check.interval is None else check.interval.high,
                "sentence": check.why,
            }
            for check in checks
        ],
        "comparison": records[0] if records else None,
        "comparisons": list(records),
    }


def gate_text(checks: Sequence[GateCheck], *, markdown: bool) -> str:
    """Return the state and a line per check."""
    state = worst(tuple(checks))
    rows = [_cells(check) for check in checks]
    if not markdown:
        return f"{GLYPHS[state]} {state.value}\n\n{padded([_HEADINGS, *rows])}"
    lines = [f"**{GLYPHS[state]} {state.value}**", "", f"| {' | '.join(_HEADINGS)} |"]
    lines.append(f"|{'---|' * len(_HEADINGS)}")
    lines += [f"| {' | '.join(map(escaped, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cells(check: GateCheck) -> Sequence[str]:
    ends = fmt.UNKNOWN
    if check.interval is not None:
        ends = f"{_figure(check.interval.low)} to {_figure(check.interval.high)}"
    return (
        GLYPHS[check.state],
        clean_line(check.name, 40),
        check.state.value,
        check.tier,
        _figure(check.value),
        _figure(check.bound),
        ends,
        clean_line(check.why, 300),
    )


def _figure(value: float | None) -> str:
    return fmt.UNKNOWN if value is None else f"{value:.4g}"
