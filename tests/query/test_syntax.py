"""What filters say: words, comparisons, and how they are joined."""

import subprocess
import sys

import pytest

from tui.errors import QueryError
from tui.query import And, Compare, Node, Not, Or, Span, Word, parse
from tui.query.parsing import MAX_DEPTH, MAX_LENGTH, MAX_TERMS


def words(*texts: str) -> Node:
    nodes = tuple(Word(text) for text in texts)
    return nodes[0] if len(nodes) == 1 else And(nodes)


def compare(path: str, op: str, value: str, *, quoted: bool = False) -> Compare:
    return Compare(tuple(path.split(".")), op, value, quoted)  # type: ignore[arg-type] # any sign


A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize("text", ["", "   ", "\t\n"])
def test_a_blank_filter_asks_nothing(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nightly prompt", words("nightly", "prompt")),
        ('"prompt v3" gpt', words("prompt v3", "gpt")),
        ('gpt "prompt v', words("gpt", "prompt v")),
        ('""', words("")),
        ('5"disk', words('5"disk')),
        ("Größe 東京", words("Größe", "東京")),
        ("too 'many 100% _is a/b hi! !x", words("too", "'many", "100%", "_is", "a/b", "hi!", "!x")),
        (r'"say \"hi\" C:\dir"', words(r'say "hi" C:\dir')),
        ('"(a) or b:c"', words("(a) or b:c")),
        ('"a"b', words("a", "b")),
        ("gpt-5-mini", words("gpt-5-mini")),
        ("android order nothing AND-x", words("android", "order", "nothing", "AND-x")),
    ],
)
def test_words_and_quoted_words(text: str, expected: Node) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a and b", And((A, B))),
        ("a b", And((A, B))),
        ("a AND b Or c", Or((And((A, B)), C))),
        ("a or b c", Or((A, And((B, C))))),
        ("a or b and c", Or((A, And((B, C))))),
        ("not a b", And((Not(A), B))),
        ("not a or b", Or((Not(A), B))),
        ("-a b", And((Not(A), B))),
        ("-(a or b) c", And((Not(Or((A, B))), C))),
        ("not(a or b)", Not(Or((A, B)))),
        ("(a or b)and(b or c)", And((Or((A, B)), Or((B, C))))),
        ("not not a", A),
        ("-not a", A),
        ("--a", Not(Word("-a"))),
        ("a -b-c", And((A, Not(Word("b-c"))))),
        ("(-a)", Not(A)),
        ("((a))", A),
        ("(a b) c", And((A, B, C))),
        ("a or (b or c)", Or((A, B, C))),
        ("a(b)", And((A, B))),
    ],
)
def test_not_binds_before_and_before_or(text: str, expected: Node) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status:running", compare("status", ":", "running")),
        ("score != 3", compare("score", "!=", "3")),
        ("score<3", compare("score", "<", "3")),
        ("score<=-3", compare("score", "<=", "-3")),
        ("score >3", compare("score", ">", "3")),
        ("score>= 3", compare("score", ">=", "3")),
        ("name~^night.*(a|b(c))$", compare("name", "~", "^night.*(a|b(c))$")),
        (r"name~a\(b", compare("name", "~", r"a\(b")),
        (r'name~"\d+ \"x\""', compare("name", "~", r'\d+ "x"', quoted=True)),
        (r'name~"\\"', compare("name", "~", r"\\", quoted=True)),
        ('name:"a b"', compare("name", ":", "a b", quoted=True)),
        ('name:"a b', compare("name", ":", "a b", quoted=True)),
        ("started>2026-11-20T12:00", compare("started", ">", "2026-11-20T12:00")),
        ("ref:prod/eval:1", compare("ref", ":", "prod/eval:1")),
        ("a.b.c:x", compare("a.b.c", ":", "x")),
        ('criteria."a.b".score<3', Compare(("criteria", "a.b", "score"), "<", "3")),
        ('metadata."my key":"x"', Compare(("metadata", "my key"), ":", "x", quoted=True)),
        ("criteria.:x", Compare(("criteria", ""), ":", "x")),
        ("-status:failed", Not(compare("status", ":", "failed"))),
        ("not x~y", Not(compare("x", "~", "y"))),
        ("(status:failed)", compare("status", ":", "failed")),
    ],
)
def test_comparisons(text: str, expected: Node) -> None:
    assert parse(text) == expected


def test_everything_knows_its_place() -> None:
    node = parse('say  status: "in progress"')
    assert isinstance(node, And)
    word, comparison = node.nodes
    assert isinstance(word, Word)
    assert isinstance(comparison, Compare)
    assert word.at == Span(0, 3)
    assert comparison.path_at == Span(5, 6)
    assert comparison.value_at == Span(13, 13)


@pytest.mark.parametrize(
    ("text", "position", "told"),
    [
        ("status:", 7, "A value must follow “status:”."),
        ("a status: ", 10, "A value must follow “status:”."),
        ("(score<)", 7, "A value must follow “score<”."),
        ("a and", 5, "Something must follow “and”."),
        ("a or ", 5, "Something must follow “or”."),
        ("not", 3, "Something must follow “not”."),
        ("-", 0, "Something must follow “-”"),
        ("a - b", 2, "Something must follow “-”"),
        ("or a", 0, "Something must stand before “or”"),
        ("a and or b", 6, "Something must stand before “or”"),
        ("(a", 0, "This ( is not closed."),
        ("a (b (c)", 2, "This ( is not closed."),
        ("a)", 1, "This ) closes nothing."),
        ("()", 1, "Something must stand before this )."),
        ("a (b or)", 7, "Something must stand before this )."),
        ("name~(a", 5, "This ( is not closed"),
        (":x", 0, "A field must stand before “:”"),
        ("a b>=", 5, "A value must follow “b>=”"),
        ("a and ~x", 6, "A field must stand before “~”"),
        (">=3", 0, "A field must stand before “>=”"),
    ],
)
def test_a_mistake_has_a_place(text: str, position: int, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.message.startswith(told)
    assert (caught.value.position, caught.value.text) == (position, text)
    assert caught.value.exit_code == 64


def test_a_filter_has_limits() -> None:
    assert parse("x" * MAX_LENGTH) is not None
    with pytest.raises(QueryError, match="at most 2,000 characters") as caught:
        parse("x" * (MAX_LENGTH + 1))
    assert caught.value.position == MAX_LENGTH
    assert parse("x " * MAX_TERMS) is not None
    with pytest.raises(QueryError, match="at most 100 words"):
        parse("x " * (MAX_TERMS + 1))
    levels = MAX_DEPTH // 2 + 1
    with pytest.raises(QueryError, match="too deeply"):
        parse("a (b or " * levels + "c" + ")" * levels)
    assert parse("(" * 900 + "a" + ")" * 900) == A
    assert parse("not " * 400 + "a") == A


def test_nothing_heavy_is_loaded_before_a_filter_needs_it() -> None:
    code = (
        "import sys, tui.query; tui.query.read_run_filter('two words');"
        "assert not {'lark', 'regex'} & set(sys.modules);"
        "tui.query.read_run_filter('a or b'); assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
