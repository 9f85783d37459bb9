"""What is written about payloads: comparisons, gates, pages, exported files, notifications."""

import csv
import io
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.clock import START, FakeClock
from tests.hostile import pairs
from tests.hostile.pairs import AFTER, BEFORE, PAYLOADS
from tests.hostile.payloads import MARK
from tui.commands.arguments import build_parser
from tui.commands.headless import run_command
from tui.notices.terminal import sequence
from tui.presentation.events import event_record, headline
from tui.presentation.links import safe_link
from tui.presentation.report import Excerpt, Part, html_report, markdown_report
from tui.store import Store
from tui.text import is_clean


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A store file with two runs of payloads, and the environment to read it with."""
    folder = tmp_path_factory.mktemp("pairs")
    (folder / "config.toml").write_text('[connections.prod]\nprovider = "openai"\n')
    store = Store.open(folder / "data", clock=FakeClock())
    pairs.put(store)
    store.close()
    return {
        "EVALTOP_CONFIG": str(folder / "config.toml"),
        "EVALTOP_DATA_DIR": str(folder / "data"),
    }


def answered(stored: dict[str, str], *argv: str, codes: tuple[int, ...] = (0,)) -> str:
    out, err = io.StringIO(), io.StringIO()
    arguments = build_parser().parse_args([*argv, "--offline"])
    assert run_command(arguments, environ=stored, out=out, err=err) in codes, err.getvalue()
    assert is_clean(err.getvalue().replace("\n", ""))
    return out.getvalue()


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


@pytest.mark.parametrize("form", ["table", "md", "json"])
@pytest.mark.parametrize("command", ["compare", "gate"])
def test_a_comparison_and_a_gate_print_nothing_that_controls(
    stored: dict[str, str], command: str, form: str
) -> None:
    argv = (
        ("compare", str(BEFORE), str(AFTER))
        if command == "compare"
        else ("gate", str(AFTER), "--baseline", str(BEFORE))
    )
    out = answered(stored, *argv, "--format", form, codes=(0, 1, 2))
    assert is_clean(out.replace("\n", ""))
    assert command == "gate" or MARK in out
    if form == "json":
        assert out.isascii()
        assert set(pairs.JUDGES) <= set(strings(json.loads(out)))
    if form == "md":
        assert "![x](" not in out
        assert "](javascript" not in out


def test_a_search_prints_nothing_that_controls(stored: dict[str, str]) -> None:
    for form in ("table", "json"):
        out = answered(stored, "search", MARK, "--format", form)
        assert is_clean(out.replace("\n", ""))
        assert MARK in out


class Tags(HTMLParser):
    """Notes the tags, attributes and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _value in attrs)
        self.links.extend(value or "" for name, value in attrs if name == "href")

    def handle_data(self, data: str) -> None:
        self.text += data


def tags_of(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    found.close()
    return found


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_a_page_says_what_was_said_and_does_nothing(
    stored: dict[str, str], tmp_path: Path, suffix: str
) -> None:
    page = tmp_path / f"report{suffix}"
    argv = ("gate", str(AFTER), "--baseline", str(BEFORE), "--report", str(page))
    answered(stored, *argv, codes=(0, 1, 2))
    text = page.read_text()
    assert is_clean(text.replace("\n", ""))
    assert MARK in text
    if suffix == ".html":
        found = tags_of(text)
        assert found.tags.isdisjoint({"img", "iframe", "object", "link", "base", "form"})
        assert "<script>alert" not in text
        assert not any(name.startswith("on") for name in found.attributes)
        assert found.attributes.isdisjoint({"src", "action"})
        # The runs' own pages alone are linked, and only where they are plain web addresses.
        assert all(safe_link(address) is not None for address in found.links)
        assert len(found.links) <= 2


def test_every_payload_in_an_excerpt_of_a_page_stays_text() -> None:
    rows = [Excerpt(one, one, one[:600], one[:600], one[:600]) for one in PAYLOADS]
    store = Store.open(None, clock=FakeClock())
    pairs.put(store)
    comparison = pairs.compared(store)
    plain = tags_of(html_report([Part(comparison, ())], (), START))
    page = html_report([Part(comparison, tuple(rows))], (), START)
    found = tags_of(page)
    assert is_clean(page.replace("\n", ""))
    more = {"pre", "h3", "h4", "details", "summary", "p", "div", "span", "code", "section", "dl"}
    assert found.tags - plain.tags <= more | {"dt", "dd", "table", "tr", "td", "th", "ins", "del"}
    assert found.text.count(MARK) >= len(PAYLOADS)
    text = markdown_report([Part(comparison, tuple(rows))], (), START)
    assert is_clean(text.replace("\n", ""))
    store.close()


def test_exported_files_are_exact_where_programs_read_and_harmless_where_people_do(
    stored: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    argv = ("export", str(BEFORE), str(AFTER), "--out", str(out), "--format", "jsonl,csv,parquet")
    printed = answered(stored, *argv)
    assert is_clean(printed.replace("\n", ""))
    # Lone surrogates never come so far: what reads answers has replaced them.
    keys = {row.key for row in pairs.rows_of(passed=True) if is_storable(row.key)}
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    assert all(is_clean(name) for name in files)
    assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o600}
    csv.field_size_limit(10_000_000)
    seen: set[str] = set()
    for name, path in files.items():
        if name.endswith(".jsonl"):
            text = path.read_text("ascii")
            assert text.replace("\n", "").isprintable()
            seen |= {one.get("key", "") for one in map(json.loads, text.splitlines())}
        elif name.endswith(".csv"):
            with path.open(newline="") as stream:
                cells = [cell for line in csv.reader(stream) for cell in line]
            dangerous = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
            assert not any(cell.startswith(dangerous) and not is_number(cell) for cell in cells)
        elif name.endswith(".rows.parquet"):
            column = pq.read_table(path).column("key").to_pylist()
            assert keys <= set(column)
    assert keys <= seen


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def is_storable(text: str) -> bool:
    """Return whether UTF-8, which the texts of SQLite and Parquet are in, can hold it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("within", ["", "tmux", "screen"])
@pytest.mark.parametrize("taken", ["osc9", "osc777", "osc99"])
def test_a_notification_is_one_sequence_whatever_a_run_is_called(taken: str, within: str) -> None:
    empty = sequence(taken, "", within, 7)
    allowed = empty.count("\x1b"), empty.count("\x07")
    for payload in PAYLOADS:
        told = sequence(taken, payload, within, 7)
        pieces = told.count("\x1bP")
        if within != "screen":
            assert (told.count("\x1b"), told.count("\x07")) == allowed
        assert is_clean(told.replace("\x1b", "").replace("\x07", "")), payload
        assert within != "screen" or told.count("\x1b\\") == pieces


def test_events_are_clean_lines_for_people_and_ascii_for_programs(stored: dict[str, str]) -> None:
    store = Store.open(Path(stored["EVALTOP_DATA_DIR"]), clock=FakeClock())
    for ref in (BEFORE, AFTER):
        found = store.run(ref)
        assert found is not None
        for payload in PAYLOADS:
            assert is_clean(headline("ended", found, payload))
        record = json.dumps(event_record("ended", found, START, stale=False))
        assert record.isascii()
        assert record.isprintable()
    store.close()
