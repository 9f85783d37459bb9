"""Lines of keys, checked against what tomllib understands of the same text."""

import tomllib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config.positions import key_lines, line_of


def paths(table: Mapping[str, object], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, Mapping):
            yield from paths(value, (*above, key))


TRICKY = '''
# [not.a.table]
a = """
[connections.fake]
b = 1
"""
"quoted key" = 'x = 1 # no comment'
c = [   # list
  "[d]",
  { e = 1 },
]
[one . "two.three"]   # spaced
f.g = 1
'lit' = \'\'\'
h = 2\'\'\'
[last]
i = "a \\" quote"
j = 2
'''


def test_tricky_text() -> None:
    lines = key_lines(TRICKY)

    assert lines == {
        ("a",): 3,
        ("quoted key",): 7,
        ("c",): 8,
        ("one", "two.three"): 12,
        ("one", "two.three", "f"): 13,
        ("one", "two.three", "f", "g"): 13,
        ("one", "two.three", "lit"): 14,
        ("last",): 16,
        ("last", "i"): 17,
        ("last", "j"): 18,
    }
    assert all(line_of(lines, path) for path in paths(tomllib.loads(TRICKY)) if path != ("one",))


@pytest.mark.parametrize(
    ("path", "line"),
    [(("last", "j"), 18), (("c", "e"), 8), (("last", "absent"), 16), (("absent",), None)],
)
def test_nearest_line(path: tuple[str, ...], line: int | None) -> None:
    assert line_of(key_lines(TRICKY), path) == line


VALUES = st.sampled_from(
    ["1", '"x"', "'''\nz = 1\n'''", '"""\n[q]\n"""', "[\n1,\n]", "{ k = 1 }", "true", '"#"', "[[]]"]
)


@given(st.lists(st.tuples(st.booleans(), VALUES, st.booleans()), max_size=12))
def test_every_key_of_a_generated_file_is_found_in_its_line(
    entries: list[tuple[bool, str, bool]],
) -> None:
    expected: dict[tuple[str, ...], int] = {}
    text, table, number = "", "", 1
    for index, (header, value, comment) in enumerate(entries):
        if header:
            table = f"t{index}"
            expected[(table,)] = number
            line = f"[{table}]"
        else:
            expected[(table, f"k{index}") if table else (f"k{index}",)] = number
            line = f"k{index} = {value}"
        text += line + (" # [c] = 1" if comment else "") + "\n"
        number = text.count("\n") + 1
    tomllib.loads(text)

    assert key_lines(text) == expected


@given(st.text(alphabet="[]{}\"'\\=.#ab \n", max_size=60))
def test_any_text_ends(text: str) -> None:
    key_lines(text)
