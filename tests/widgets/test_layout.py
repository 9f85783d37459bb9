"""Column arithmetic and cutting, without a screen."""

import pytest
from rich.cells import cell_len
from rich.style import Style

from tui.widgets.drawing import fit, line, shorten
from tui.widgets.row_cache import MAX_PAGES, PAGE_ROWS, RowCache
from tui.widgets.table_layout import lay_out
from tui.widgets.table_model import Column, TableRow

COLUMNS = (
    Column("a", "A", width=10),
    Column("b", "B", min_width=10, weight=1, priority=2),
    Column("c", "C", min_width=10, max_width=20, weight=3, priority=1),
    Column("d", "D", width=5, priority=3),
)


def shown(width: int, pan: int = 0) -> list[tuple[int, int, int]]:
    return [(slot.index, slot.x, slot.width) for slot in lay_out(COLUMNS, width, pan).slots]


@pytest.mark.parametrize(
    ("width", "slots"),
    [
        (0, []),
        (4, [(0, 0, 4)]),
        (10, [(0, 0, 10)]),
        (20, [(0, 0, 10)]),
        (21, [(0, 0, 10), (2, 11, 10)]),
        (26, [(0, 0, 10), (2, 11, 15)]),
        (32, [(0, 0, 10), (1, 11, 10), (2, 22, 10)]),
        (38, [(0, 0, 10), (1, 11, 10), (2, 22, 10), (3, 33, 5)]),
        (42, [(0, 0, 10), (1, 11, 11), (2, 23, 13), (3, 37, 5)]),
        (98, [(0, 0, 10), (1, 11, 60), (2, 72, 20), (3, 93, 5)]),
    ],
)
def test_columns_come_by_priority_and_grow_by_weight(
    width: int, slots: list[tuple[int, int, int]]
) -> None:
    assert shown(width) == slots


def test_panning_leaves_out_from_the_left_and_keeps_what_is_pinned() -> None:
    assert lay_out(COLUMNS, 21).hidden == 2
    assert [slot[0] for slot in shown(21, pan=1)] == [0, 2]
    assert [slot[0] for slot in shown(21, pan=2)] == [0, 3]
    assert lay_out(COLUMNS, 21, pan=2).hidden == 0


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize(
    "text", ["", "abc", "abcdefghijkl", "日本語日本語", "a👍🏽b", "e\u0301e\u0301", "\x1b[2J"]
)
@pytest.mark.parametrize("align", ["left", "right", "center"])
def test_fitted_text_has_exactly_its_width(text: str, width: int, align: str) -> None:
    fitted = fit(
        text, width, "right" if align == "right" else "center" if align == "center" else "left"
    )
    assert cell_len(fitted) == width
    assert cell_len(shorten(text, width)) <= width


def test_text_is_aligned_and_cut_with_an_ellipsis() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, "right") == "  ab"
    assert fit("ab", 4, "center") == " ab "
    assert fit("abcdef", 4) == "abc…"
    # The second wide character does not fit before the ellipsis.
    assert fit("日本語", 4) == "日 …"


def test_neighbours_of_one_style_are_one_segment_and_blanks_join_them() -> None:
    red, blue = Style(color="red"), Style(color="blue")
    strip = line([("  ", blue), ("a", red), ("b", red), (" ", blue), ("c", blue)], 8, Style())
    assert [segment.text for segment in strip] == ["  ab ", "c  "]
    assert strip.cell_length == 8


def test_an_underlined_match_does_not_bleed_into_blanks() -> None:
    match = Style(underline=True)
    strip = line([("hit", match), (" ", Style())], 6, Style())
    assert [segment.text for segment in strip] == ["hit", "   "]


class Counting:
    def __init__(self) -> None:
        self.reads: list[tuple[int, int]] = []

    def count(self) -> int:
        return 100_000

    def rows(self, offset: int, limit: int) -> list[TableRow]:
        self.reads.append((offset, limit))
        return [TableRow(str(index), ()) for index in range(offset, offset + limit)]

    def index_of(self, key: str) -> int | None:
        return int(key)

    def key_at(self, index: int) -> str:
        return str(index)


def test_pages_are_read_once_and_the_oldest_forgotten() -> None:
    source = Counting()
    cache = RowCache(source)
    for page in range(MAX_PAGES + 1):
        row = cache.get(page * PAGE_ROWS + 5)
        assert row is not None
        assert row.key == str(page * PAGE_ROWS + 5)
    cache.get(PAGE_ROWS)
    assert len(source.reads) == MAX_PAGES + 1
    cache.get(0)
    assert source.reads[-1] == (0, PAGE_ROWS)
    cache.reload(300, 10)
    before = len(source.reads)
    for index in range(300, 310):
        cache.get(index)
    assert len(source.reads) == before


def test_a_change_forgets_the_pages_that_have_it_and_reads_it_again_on_screen() -> None:
    source = Counting()
    cache = RowCache(source)
    cache.reload(0, 10)
    for page in range(4):
        cache.get(page * PAGE_ROWS + 15)
    source.reads.clear()
    assert cache.renew(range(10), ["4", str(PAGE_ROWS), str(3 * PAGE_ROWS)])
    assert source.reads == [(4, 1)]
    assert not cache.renew(range(10), ["99999"])
    source.reads.clear()
    for page in range(4):
        cache.get(page * PAGE_ROWS + 15)
    assert source.reads == [(page * PAGE_ROWS, PAGE_ROWS) for page in (0, 1, 3)]


def test_the_screenfuls_around_are_read_ahead_a_page_at_a_time() -> None:
    source = Counting()
    cache = RowCache(source)
    screen = range(1000, 1030)
    cache.reload(screen.start, len(screen))
    source.reads.clear()
    while cache.read_ahead(screen, source.count()):
        pass
    assert source.reads == [(1000, PAGE_ROWS), (1040, PAGE_ROWS), (960, PAGE_ROWS)]
    cache.reload(0, 30)
    source.reads.clear()
    assert not cache.read_ahead(range(30), 30), "all rows are on screen"
    assert source.reads == []
