"""A comparison as text: a table for the terminal, Markdown for a pull request."""

import io
from collections.abc import Sequence

from tui.analysis.compared import Comparison, Judged, Pair, Slice
from tui.presentation import format as fmt
from tui.presentation import verdicts as words
from tui.text import clean_line

_HEADINGS = ("criterion", "A", "B", "difference", "95 % interval", "p", "rows", "verdict")
_NAME_LIMIT = 32
MOST_SETTINGS = 12
"""Settings that differ and are told; runs of two providers differ in nearly all."""


def plain_text(comparison: Comparison) -> str:
    """Return coverage, verdicts and what else there is to know, line by line."""
    out = io.StringIO()
    for line in _opening(comparison):
        out.write(f"{line}\n")
    for pair in comparison.pairs:
        out.write(f"\n{_title(comparison, pair)}\n{words.sentence(pair.overall)}\n\n")
        out.write(padded(_rows(pair)))
        for line in pair_notes(pair):
            out.write(f"{line}\n")
    return out.getvalue()


def markdown(comparison: Comparison) -> str:
    """Return the same as Markdown; texts of providers stay text."""
    out = io.StringIO()
    for line in _opening(comparison):
        out.write(f"- {escaped(line)}\n")
    for pair in comparison.pairs:
        out.write(f"\n### {escaped(_title(comparison, pair))}\n\n")
        out.write(f"**{escaped(words.sentence(pair.overall))}**\n\n")
        headings, *rows = _rows(pair)
        out.write(f"| {' | '.join(headings)} |\n|{'---|' * len(headings)}\n")
        for row in rows:
            out.write(f"| {' | '.join(map(escaped, row))} |\n")
        notes = pair_notes(pair)
        out.write("\n" if notes else "")
        out.writelines(f"- {escaped(line)}\n" for line in notes)
    return out.getvalue()


def escaped(text: str) -> str:
    """Return text that Markdown renders as it stands: no link, image, tag or formatting."""
    found = clean_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for character in "\\`*_[]|#!~":
        found = found.replace(character, f"\\{character}")
    # A scheme or an @ alone becomes a link or a mention on the platforms that show such pages.
    return found.replace("://", ":\\//").replace("@", "\\@").replace("www.", "www\\.")


def pair_notes(pair: Pair) -> list[str]:
    """Return what the figures leave out, what the runs cost, and how they were made differently."""
    found = [
        line
        for place, left in zip((0, pair.place), pair.left_out, strict=True)
        if (line := words.left_out_line(words.letter(place), left))
    ]
    found += pair.unlike
    found += _costs(pair)
    detectable = pair.overall.measured.detectable()
    if detectable is not None and pair.overall.measured.n:
        found.append(
            f"These rows would show a difference of {words.size(pair.overall, detectable)} "
            "four times in five."
        )
    found += [_slice(pair.overall, each) for each in pair.slices]
    found += [
        f"{clean_line(name, 60)}: {clean_line(before, 80) or fmt.UNKNOWN} → "
        f"{clean_line(after, 80) or fmt.UNKNOWN}"
        for name, before, after in pair.config[:MOST_SETTINGS]
    ]
    if len(pair.config) > MOST_SETTINGS:
        left = len(pair.config) - MOST_SETTINGS
        verb = "differs" if left == 1 else "differ"
        found.append(f"… and {fmt.plural(left, 'other setting')} {verb}; the JSON has all.")
    return found


def _slice(overall: Judged, each: Slice) -> str:
    from dataclasses import replace

    judged = replace(overall, measured=each.measured)
    return (
        f"{clean_line(each.value, 40)}: {words.value(judged, each.measured.baseline_value)} → "
        f"{words.value(judged, each.measured.run_value)}, {words.interval(judged)} "
        f"({fmt.plural(each.measured.n, 'row')})"
    )


def _opening(comparison: Comparison) -> list[str]:
    matched = comparison.matched
    lines = [
        f"{words.letter(place)}  {stored.run.ref}  {words.run_name(matched, place)}"
        f"  ({fmt.plural(matched.coverage.rows[place], 'row')})"
        for place, stored in enumerate(matched.runs)
    ]
    lines.append(f"{words.coverage_line(matched)}; {words.key_line(matched)}")
    lines += words.coverage_examples(matched)
    lines += words.joint_lines(comparison)
    lines += words.live_lines(matched)
    return [clean_line(line) for line in lines]


def _title(comparison: Comparison, pair: Pair) -> str:
    matched = comparison.matched
    return (
        f"{words.letter(pair.place)} {words.run_name(matched, pair.place)} "
        f"beside A {words.run_name(matched, 0)}"
    )


def _rows(pair: Pair) -> list[Sequence[str]]:
    letter = words.letter(pair.place)
    headings = tuple(letter if title == "B" else title for title in _HEADINGS)
    return [headings, *(_cells(each) for each in (pair.overall, *pair.criteria))]


def _cells(judged: Judged) -> Sequence[str]:
    measured = judged.measured
    return (
        clean_line(judged.name, _NAME_LIMIT),
        words.value(judged, measured.baseline_value),
        words.value(judged, measured.run_value),
        words.signed(judged, measured.difference),
        words.interval(judged),
        words.p_value(judged.p_adjusted),
        fmt.number(measured.n),
        words.verdict_text(judged),
    )


def padded(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as columns: the first and last to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.ljust(width) if place in (0, len(row) - 1) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def _costs(pair: Pair) -> list[str]:
    before, after = pair.costs
    parts = (
        ("tokens a row", before.tokens, after.tokens, fmt.short_number),
        ("median latency", before.latency_s, after.latency_s, fmt.duration),
        ("cost", before.usd, after.usd, fmt.money),
        ("cost per passed row", before.usd_per_pass, after.usd_per_pass, fmt.money),
    )
    shown = [
        f"{name} {show(one)} → {show(other)}{_change(one, other)}"
        for name, one, other, show in parts
        if one is not None or other is not None
    ]
    return [" · ".join(shown)] if shown else []


def _change(before: float | None, after: float | None) -> str:
    """Return ` (+12.3%)`; empty where that says nothing."""
    if before is None or after is None or before <= 0:
        return ""
    return f" ({(after / before - 1) * 100:+.1f}%)"
