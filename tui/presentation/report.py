"""One page about comparisons and a gate, for people: Markdown or self-contained HTML.

Texts of providers stay text: escaped, cleaned, never a link but for a run's own safe web address.
The page loads nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Literal

from tui.analysis.compared import Comparison, Judged, Pair
from tui.analysis.gating import GateCheck, worst
from tui.frozen import frozen
from tui.presentation import format as fmt
from tui.presentation import verdicts as words
from tui.presentation.comparison_text import escaped, markdown, pair_notes
from tui.presentation.gate_records import GLYPHS, gate_text
from tui.presentation.links import safe_link
from tui.text import clean_block, clean_line

EXCERPT = 600
"""Characters of an answer a page shows."""


@frozen
class Excerpt:
    """A row that got worse, with both answers."""

    key: str
    label: str
    before: str
    after: str
    reason: str = ""
    """Why the run's row failed, in the grader's or the error's words."""


@frozen
class TrendPoint:
    """One run of a group's last ones."""

    name: str
    value: float
    low: float | None
    high: float | None
    current: bool = False
    unit: Literal["rate", "score"] = "rate"
    told: bool = False
    """Whether it is as the provider counts: tries, where rows have several."""


@frozen
class Part:
    """A comparison with what a page shows besides."""

    comparison: Comparison
    worst_rows: tuple[Excerpt, ...]
    """Of the first run beside the baseline."""
    trend: tuple[TrendPoint, ...] = ()
    """Oldest first."""


def markdown_report(parts: Sequence[Part], checks: Sequence[GateCheck], at: datetime) -> str:
    """Return the page as Markdown."""
    blocks = [f"## evaltop, {at:%Y-%m-%d %H:%M} UTC\n"]
    if checks:
        blocks.append(gate_text(checks, markdown=True))
    for part in parts:
        blocks.append(markdown(part.comparison))
        blocks.append(_links(part.comparison))
        if part.trend:
            blocks.append("Trend, oldest first:\n")
            blocks.append("".join(f"- {escaped(_trend_line(point))}\n" for point in part.trend))
        if part.worst_rows:
            blocks.append("#### Worst regressions\n")
        for row in part.worst_rows:
            title = escaped(f"{row.label} ({row.key})")
            blocks.append(
                f"<details><summary>{title}</summary>\n\n"
                f"{''.join(_quoted(*part) for part in _parts(row))}</details>\n"
            )
    return "\n".join(blocks)


def _links(comparison: Comparison) -> str:
    """Return the providers' pages of the runs, where they have safe ones."""
    lines = []
    for place, stored in enumerate(comparison.runs):
        link = safe_link(stored.run.url)
        if link is not None:
            # In angle brackets nothing but these two ends an address.
            url = link[0].replace("<", "%3C").replace(">", "%3E")
            lines.append(f"- {words.letter(place)} at [{escaped(link[1])}](<{url}>)\n")
    return "".join(lines)


def _quoted(title: str, text: str) -> str:
    lines = clean_block(text, EXCERPT).split("\n")
    return f"{title}:\n\n" + "\n".join(f"> {escaped(line)}" for line in lines) + "\n\n"


def _parts(row: Excerpt) -> list[tuple[str, str]]:
    """Return what is known of a row: a provider need not keep its outputs."""
    parts = (("before", row.before), ("after", row.after), ("why", row.reason))
    found = [(title, text) for title, text in parts if text]
    return found or [("answers", "neither is stored")]


def _trend_line(point: TrendPoint) -> str:
    mark = " (this run)" if point.current else " (as its provider counts)" * point.told
    value = fmt.percent if point.unit == "rate" else fmt.decimal
    ends = "" if point.low is None else f", {value(point.low)} to {value(point.high)}"
    return f"{clean_line(point.name, 60)}: {value(point.value)}{ends}{mark}"


_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b;background:#fff}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{border:1px solid #ccc;padding:.25rem .6rem;text-align:right}"
    "td:first-child,th:first-child,td:last-child,th:last-child{text-align:left}"
    "pre{white-space:pre-wrap;background:#f5f5f5;padding:.6rem;margin:.3rem 0}"
    ".better{color:#0a6b2d}.worse{color:#a8201a}.inconclusive{color:#7a5b00}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}"
    "pre{background:#222}td,th{border-color:#444}.better{color:#6fd08c}.worse{color:#ff8f87}"
    ".inconclusive{color:#e3c15c}}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def html_report(parts: Sequence[Part], checks: Sequence[GateCheck], at: datetime) -> str:
    """Return the page as HTML that runs nothing and asks nobody."""
    body = [f"<h1>evaltop, {at:%Y-%m-%d %H:%M} UTC</h1>"]
    if checks:
        body.append(_gate_html(checks))
    for part in parts:
        body.append(_opening_html(part.comparison))
        body += [_pair_html(part.comparison, pair) for pair in part.comparison.pairs]
        if part.trend:
            lines = "".join(f"<li>{_text(_trend_line(point))}</li>" for point in part.trend)
            body.append(f"<h3>Trend, oldest first</h3><ul>{lines}</ul>")
        body += _excerpts_html(part.worst_rows)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>evaltop</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _text(text: str) -> str:
    return escape(clean_line(text))


def _linked(url: str | None, name: str) -> str:
    """Return a name, as a link to the provider's page where that is a safe one."""
    link = safe_link(url)
    if link is None:
        return _text(name)
    return f'<a href="{escape(link[0])}" rel="noopener noreferrer">{_text(name)}</a>'


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; cells are HTML already."""
    head = "".join(f"<th>{_text(heading)}</th>" for heading in headings)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{lines}</table>"


def _gate_html(checks: Sequence[GateCheck]) -> str:
    state = worst(tuple(checks))
    rows = [
        (
            _text(check.name),
            f"{GLYPHS[check.state]} {check.state.value}",
            check.tier,
            fmt.UNKNOWN if check.value is None else f"{check.value:.4g}",
            fmt.UNKNOWN if check.bound is None else f"{check.bound:.4g}",
            _text(check.why),
        )
        for check in checks
    ]
    table = _table(("check", "state", "tier", "value", "bound", "why"), rows)
    return f"<h2>{GLYPHS[state]} {state.value}</h2>{table}"


def _opening_html(comparison: Comparison) -> str:
    matched = comparison.matched
    runs = "".join(
        f"<li>{words.letter(place)} <code>{_text(str(stored.run.ref))}</code> "
        f"{_linked(stored.run.url, words.run_name(matched, place))}, "
        f"{fmt.plural(matched.coverage.rows[place], 'row')}</li>"
        for place, stored in enumerate(matched.runs)
    )
    lines = [words.coverage_line(matched), words.key_line(matched)]
    lines += words.joint_lines(comparison)
    lines += words.live_lines(matched)
    examples = "".join(f"<li>{_text(line)}</li>" for line in words.coverage_examples(matched))
    return f"<ul>{runs}</ul><p>{'<br>'.join(map(_text, lines))}</p><ul>{examples}</ul>"


def _pair_html(comparison: Comparison, pair: Pair) -> str:
    letter = words.letter(pair.place)
    title = (
        f"{letter} {words.run_name(comparison.matched, pair.place)} "
        f"beside A {words.run_name(comparison.matched, 0)}"
    )
    rows = [_row_html(each) for each in (pair.overall, *pair.criteria)]
    headings = ("criterion", "A", letter, "difference", "95 % interval", "p", "rows", "verdict")
    notes = "".join(f"<li>{_text(line)}</li>" for line in pair_notes(pair))
    told = f'<p class="{pair.overall.verdict.word.value}"><b>{_text(words.sentence(pair.overall))}'
    return f"<h2>{_text(title)}</h2>{told}</b></p>{_table(headings, rows)}<ul>{notes}</ul>"


def _row_html(judged: Judged) -> Sequence[str]:
    measured, word = judged.measured, judged.verdict.word
    told = (
        f'<span class="{word.value}" title="{_text(words.sentence(judged))}">'
        f"{words.verdict_text(judged)}</span>"
    )
    return (
        _text(judged.name),
        words.value(judged, measured.baseline_value),
        words.value(judged, measured.run_value),
        words.signed(judged, measured.difference),
        words.interval(judged),
        _text(words.p_value(judged.p_adjusted)),
        fmt.number(measured.n),
        told,
    )


def _excerpts_html(rows: Sequence[Excerpt]) -> list[str]:
    if not rows:
        return []
    found = ["<h3>Worst regressions</h3>"]
    for row in rows:
        bodies = "".join(
            f"<p>{title}</p><pre>{escape(clean_block(text, EXCERPT))}</pre>"
            for title, text in _parts(row)
        )
        found.append(
            f"<details><summary>{_text(f'{row.label} ({row.key})')}</summary>{bodies}</details>"
        )
    return found
