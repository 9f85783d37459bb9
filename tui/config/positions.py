"""In which line of a TOML file a key stands; `tomllib` does not say.

A line scanner, not a parser: it runs over text that `tomllib` has already accepted, knows table
headers, dotted and quoted keys, and steps over values that span lines. Keys inside inline tables
have the line of the key that holds them.
"""

import re

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]")
_KEY = re.compile(rf"\s*({_DOTTED})\s*=")
_TOKEN = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[\[\]{}\n]""",
    re.DOTALL,
)

Path = tuple[str, ...]


def key_lines(text: str) -> dict[Path, int]:
    """Return the 1-based line of every table header and key, by its full path."""
    lines: dict[Path, int] = {}
    table: Path = ()
    position, number = 0, 1
    while position < len(text):
        if header := _HEADER.match(text, position):
            number += header[0].count("\n")
            table = _path(header[1])
            lines.setdefault(table, number)
            end = _line_end(text, header.end())
        else:
            if key := _KEY.match(text, position):
                number_of_key = number + key[0].count("\n", 0, key.start(1) - position)
                path = table + _path(key[1])
                for length in range(len(table) + 1, len(path) + 1):
                    lines.setdefault(path[:length], number_of_key)
            end = _value_end(text, key.end() if key else position)
        number = text.count("\n", 0, end) + 1
        position = end
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int | None:
    """Return the line of a key, or of the nearest thing around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _path(dotted: str) -> Path:
    return tuple(
        part.strip("\"'") if part[0] in "\"'" else part for part in re.findall(_PART, dotted)
    )


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end + 1


def _value_end(text: str, position: int) -> int:
    """Return where the line after a value begins, with its strings and brackets stepped over."""
    depth = 0
    while token := _TOKEN.search(text, position):
        position = token.end()
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        elif token[0] == "\n" and depth <= 0:
            return position
    return len(text)
