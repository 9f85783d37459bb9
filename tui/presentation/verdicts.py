"""A comparison's figures in words: the verdict's sentence, coverage, what was left out."""

from math import isfinite

from tui.analysis.compared import Comparison, Judged, LeftOut, Matched, Pair
from tui.analysis.verdicts import Word
from tui.models import CriterionStats
from tui.presentation import format as fmt
from tui.text import clean_line

WORDS = {
    Word.BETTER: "better",
    Word.WORSE: "worse",
    Word.NO_DIFFERENCE: "no difference",
    Word.INCONCLUSIVE: "inconclusive",
    Word.TOO_FEW: "too few",
}
GLYPHS = {
    Word.BETTER: "▲",
    Word.WORSE: "▼",
    Word.NO_DIFFERENCE: "=",
    Word.INCONCLUSIVE: "?",
    Word.TOO_FEW: "·",
}
"""Colour is never alone in saying it."""
TONES = {
    Word.BETTER: "good",
    Word.WORSE: "bad",
    Word.NO_DIFFERENCE: "",
    Word.INCONCLUSIVE: "warn",
    Word.TOO_FEW: "muted",
}
_MOST_ROWS = 10_000_000
"""More rows than anybody will add: then the number says nothing."""


def value(judged: Judged, number: float | None) -> str:
    """Return a rate or a score."""
    return fmt.percent(number) if judged.unit == "rate" else fmt.decimal(number)


def signed(judged: Judged, number: float | None) -> str:
    """Return a difference with its sign: `+3.2` points of a rate, `-0.25` of a score."""
    if number is None or not isfinite(number):
        return fmt.UNKNOWN
    if judged.unit == "rate":
        return f"{number * 100:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")
    text = fmt.decimal(number)
    return text if number <= 0 else f"+{text}"


def size(judged: Judged, number: float | None) -> str:
    """Return a difference's size with its unit: `2.0 points`, `0.25`."""
    if number is None:
        return fmt.UNKNOWN
    return f"{number * 100:.1f} points" if judged.unit == "rate" else fmt.decimal(number)


def interval(judged: Judged) -> str:
    """Return the ends of the difference's interval: `-1.2 to +4.5`."""
    found = judged.measured.interval
    if found is None:
        return fmt.UNKNOWN
    return f"{signed(judged, found.low)} to {signed(judged, found.high)}"


def p_value(number: float | None) -> str:
    """Return a p-value: `0.034`, `<0.001`."""
    if number is None:
        return fmt.UNKNOWN
    return "<0.001" if number < 0.001 else f"{number:.3f}"  # noqa: PLR2004 - the smallest shown


def verdict_text(judged: Judged) -> str:
    """Return sign and word of a verdict; of labels, which have none, how many rows share one."""
    if judged.same_labels is not None and not judged.measured.n:
        same, both = judged.same_labels
        return f"{same:,} of {both:,} same"
    word = judged.verdict.word
    return f"{GLYPHS[word]} {WORDS[word]}"


def sentence(judged: Judged) -> str:
    """Return the verdict as one sentence."""
    if not judged.measured.n:
        return _nothing(judged)
    match judged.verdict.word:
        case Word.BETTER | Word.WORSE:
            word = WORDS[judged.verdict.word].capitalize()
            return f"{word} by {_bare(judged)}, {_ends(judged)}."
        case Word.NO_DIFFERENCE:
            return _no_difference(judged)
        case Word.INCONCLUSIVE:
            return f"Inconclusive: {_difference(judged)}, {_ends(judged)}; {_more(judged)}."
    return _too_few(judged)


def _nothing(judged: Judged) -> str:
    if judged.same_labels is None:
        return "Nothing to compare: no matched row has a result in both runs."
    same, both = judged.same_labels
    return f"Labels are not better or worse; {same:,} of {fmt.plural(both, 'row')} have the same."


def _no_difference(judged: Judged) -> str:
    verdict = judged.verdict
    if not verdict.rule.margin:
        return f"No difference at all over {fmt.plural(judged.measured.n, 'row')}."
    real = "; there is a real one, but a small one" if verdict.small else ""
    limit = size(judged, verdict.rule.margin)
    return f"No difference beyond {limit}: {_difference(judged)}, {_ends(judged)}{real}."


def _difference(judged: Judged) -> str:
    unit = " points" if judged.unit == "rate" else ""
    return f"{signed(judged, judged.measured.difference)}{unit}"


def _ends(judged: Judged) -> str:
    return f"95 % interval {interval(judged)}"


def _bare(judged: Judged) -> str:
    difference = judged.measured.difference
    return size(judged, None if difference is None else abs(difference))


def _more(judged: Judged) -> str:
    verdict = judged.verdict
    if verdict.only_adjusted:
        return "it would count by itself, but not among so many comparisons"
    if verdict.more_rows is None or verdict.more_rows > _MOST_ROWS:
        return "no number of rows in reach would decide it"
    more = fmt.short_number(verdict.more_rows)
    difference = judged.measured.difference
    if difference is not None and abs(difference) < verdict.rule.margin:
        return f"about {more} more rows would be needed to see whether it stays that small"
    return f"about {more} more rows would be needed for a difference of this size"


def _too_few(judged: Judged) -> str:
    measured, least = judged.measured, judged.verdict.rule.min_rows
    independent = measured.n if measured.clusters is None else measured.clusters
    what = "row" if measured.clusters in (None, measured.n) else "cluster"
    if independent < least:
        return f"Too few to say: {fmt.plural(independent, what)}, at least {least} are needed."
    return f"Too few to say: {fmt.plural(independent, what)} tell nothing of the spread."


def headline(comparison: Comparison, pair: Pair) -> str:
    """Return the overall verdict with the run's name in front."""
    name = run_name(comparison.matched, pair.place)
    text = sentence(pair.overall)
    return f"{name}: {text[:1].lower()}{text[1:]}"


def run_name(matched: Matched, place: int) -> str:
    """Return a short name of a run: its own, else its id."""
    run = matched.runs[place].run
    return clean_line(run.name or run.id, 40)


def letter(place: int) -> str:
    """Return the letter a run has in tables: A is the baseline."""
    return chr(ord("A") + place)


def coverage_line(matched: Matched) -> str:
    """Return how the rows match, in one line."""
    coverage = matched.coverage
    parts = [f"{coverage.matched:,} matched"]
    for place, (only, repeated) in enumerate(zip(coverage.only, coverage.duplicates, strict=True)):
        parts.append(f"{only:,} only in {letter(place)}")
        if repeated:
            parts.append(f"{repeated:,} duplicates in {letter(place)}")
    return " · ".join(parts)


def coverage_examples(matched: Matched) -> list[str]:
    """Return example keys of each kind, one line a kind."""
    coverage = matched.coverage
    lines = []
    if coverage.matched_examples:
        lines.append(f"matched: {_keys(coverage.matched_examples)}")
    for place in range(len(matched.runs)):
        if coverage.only_examples[place]:
            lines.append(f"only in {letter(place)}: {_keys(coverage.only_examples[place])}")
        if coverage.duplicate_examples[place]:
            lines.append(
                f"more than once in {letter(place)}: {_keys(coverage.duplicate_examples[place])}"
            )
        if coverage.without_key[place]:
            lines.append(
                f"without a key in {letter(place)}: "
                f"{fmt.plural(coverage.without_key[place], 'row')}"
            )
    return lines


def key_line(matched: Matched) -> str:
    """Return by what the rows were matched, and why."""
    return f"matched by {clean_line(matched.key.name, 60)}: {matched.key.why}"


def left_out_line(who: str, left: LeftOut) -> str:
    """Return what a rate leaves out and how far that could move it; empty without any."""
    parts = [
        fmt.plural(n, "row").replace(" row", f" {word} row")
        for n, word in ((left.errored, "errored"), (left.ungraded, "ungraded"))
        if n
    ]
    if not parts or left.bounds is None:
        return ""
    low, high = fmt.percent(left.bounds.low), fmt.percent(left.bounds.high)
    return (
        f"{who} leaves out {' and '.join(parts)}: {low} if all had failed, {high} if all had passed"
    )


def _keys(keys: tuple[str, ...]) -> str:
    return ", ".join(clean_line(key, 40) for key in keys)


def live_lines(matched: Matched) -> list[str]:
    """Return of each run that has not ended what that means for its figures."""
    return [
        f"{letter(place)} has not ended: these are its rows so far, and the intervals hold for one "
        "look at them, not for watching until one is as wished"
        for place, stored in enumerate(matched.runs)
        if stored.run.live
    ]


def joint_lines(comparison: Comparison, *, whole: bool = False) -> list[str]:
    """Return what the provider itself says of the runs together; empty when it was not asked.

    Args:
        comparison: the runs.
        whole: also tell the statistics that are the same.
    """
    joint = comparison.joint
    if joint is None:
        return []
    provider = comparison.runs[0].run.provider.value
    then = "" if joint.current else " (before rows have changed)"
    if joint.told.rows is None:
        return [f"{provider} does not count the rows these runs share{then}"]
    counted = fmt.plural(joint.told.rows, "common row")
    if not joint.same_rows:
        by = clean_line(comparison.matched.key.name, 60)
        told = f"≠ {provider} counts {counted}{then}, but {joint.matched:,} are matched by {by}"
        return [f"{told}; its scorers' statistics are over other rows"]
    agreed = f"{len(joint.stats) - len(joint.differences)} of {len(joint.stats)}"
    lines = [
        f"{provider} counts the same {counted}{then}; {agreed} statistics of scorers are the same"
    ]
    for each in joint.stats:
        name = f"{letter(each.place)} {clean_line(each.ours.name, 40)}"
        if not each.same:
            told = f"≠ {name}: {_told(each.ours)} here, {_told(each.theirs)} by {provider}"
            fewer = (each.theirs.n or 0) < (each.ours.n or 0)
            lines.append(f"{told}, which leaves out trials that broke" if fewer else told)
        elif whole:
            lines.append(f"= {name}: {_told(each.ours)} here and by {provider}")
    return lines


def _told(stats: CriterionStats) -> str:
    if stats.passed is not None and stats.failed is not None:
        return f"{stats.passed:,} of {stats.passed + stats.failed:,} passed"
    return f"mean {fmt.decimal(stats.mean)} of {fmt.number(stats.n)}"
