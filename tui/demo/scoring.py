"""From how well an attempt did to the number a grader puts on it."""

from tui.demo.facts import Grader


def score(grader: Grader, lean: float) -> float:
    """Return the score for `lean`: above 0 passes, the further from 0 the clearer (about +-1)."""
    passed = lean > 0
    good, bad = grader.high, grader.low
    if grader.low_is_good:
        good, bad = bad, good
    end = good if passed else bad
    if grader.binary:
        return float(end)
    line = (good + bad) / 2 if grader.threshold is None else grader.threshold
    reach = (end - line) * min(1.0, max(0.0 if passed else 0.05, abs(lean) * 1.6))
    if grader.kind == "evaluator":  # whole numbers, and a fail is beyond the line
        whole = round(abs(reach)) if passed else max(1, round(abs(reach)))
        return float(line + whole if end > line else line - whole)
    return round(line + reach, 3)
