"""The JSON tree: lines, expanding, finding, huge and hostile values."""

import json

import pytest
from textual.pilot import Pilot

from tests.widgets.harness import HOSTILE, WidgetApp, assert_clean, record
from tui.models import JsonValue
from tui.widgets.json_nodes import JsonNodes
from tui.widgets.json_search import find_paths
from tui.widgets.json_tree import JsonTree

SIZE = (60, 10)


async def settle(app: WidgetApp, pilot: Pilot[None]) -> None:
    app.widgets[0].focus()
    await pilot.pause()


def flat(nodes: JsonNodes) -> list[tuple[str | int, ...]]:
    return [nodes.line(index).path for index in range(nodes.height)]


def test_lines_and_paths_agree_whatever_is_expanded() -> None:
    value: JsonValue = {"a": [1, {"x": [2, 3]}, 4], "b": {"c": None}, "d": "e"}
    nodes = JsonNodes(value)
    assert flat(nodes) == [(), ("a",), ("b",), ("d",)]
    assert nodes.expand(("a", 1, "x"))
    assert nodes.expand(("b",))
    expected = [
        (),
        ("a",),
        ("a", 0),
        ("a", 1),
        ("a", 1, "x"),
        ("a", 1, "x", 0),
        ("a", 1, "x", 1),
        ("a", 2),
        ("b",),
        ("b", "c"),
        ("d",),
    ]
    assert flat(nodes) == expected
    assert [nodes.line_of(path) for path in expected] == list(range(len(expected)))
    assert nodes.collapse(("a", 1))
    assert flat(nodes) == [(), ("a",), ("a", 0), ("a", 1), ("a", 2), ("b",), ("b", "c"), ("d",)]
    assert nodes.line_of(("nobody",)) is None
    assert not nodes.expand(("d",))


def test_a_deep_value_needs_no_recursion() -> None:
    value: JsonValue = "core"
    for _ in range(5_000):
        value = [value]
    assert len(find_paths(value, "core")[0]) == 5_000


def test_find_looks_at_keys_and_scalars() -> None:
    value: JsonValue = {"Needle": 1, "x": ["a needle", {"y": True}], "n": 12}
    assert find_paths(value, "needle") == [("Needle",), ("x", 0)]
    assert find_paths(value, "true") == [("x", 1, "y")]
    assert find_paths(value, "") == []


async def test_keys_expand_and_collapse() -> None:
    tree = JsonTree({"name": "run", "items": [{"id": 1}, {"id": 2}], "empty": {}})
    app = WidgetApp(tree)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        shown = [line.rstrip() for line in app.lines()]
        assert shown[:4] == [
            "▾ {3 keys}",
            '    name: "run"',
            "  ▸ items: [2 items]",
            "    empty: {0 keys}",
        ]
        await pilot.press("down", "down", "right")
        assert "▾ items" in app.text()
        assert "▸ 0: {1 key}" in app.text()
        await pilot.press("right")
        seen = [tree.cursor_path]
        await pilot.press("enter")
        assert "id: 1" in app.text()
        await pilot.press("space", "left")
        seen.append(tree.cursor_path)
        assert seen == [("items", 0), ("items",)]
        await pilot.press("left")
        assert "▸ items" in app.text()
        assert app.of(JsonTree.NodeHighlighted)[-1].path == ("items",)
        assert json.loads(tree.copy_text()) == [{"id": 1}, {"id": 2}]


async def test_a_hundred_thousand_elements() -> None:
    tree = JsonTree({"list": [{"n": number} for number in range(100_000)]})
    app = WidgetApp(tree)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("down", "right", "end")
        assert tree.cursor_path == ("list", 99_999)
        assert "99999: {1 key}" in app.text()
        await pilot.press("right", "home", "pagedown")
        assert tree.cursor_line == 10
        assert tree.line_total() == 100_003


async def test_long_texts_unfold_into_lines() -> None:
    tree = JsonTree({"output": "first\n" + "x" * 200})
    app = WidgetApp(tree)
    async with app.run_test(size=(90, 10)) as pilot:
        await settle(app, pilot)
        assert '▸ output: "first\\n' in app.lines()[1]
        await pilot.press("down", "enter")
        assert "▾ output: 206 characters" in app.lines()[1]
        assert app.lines()[2].strip() == "first"
        await pilot.press("down")
        assert tree.copy_text() == "first\n" + "x" * 200


async def test_another_value_keeps_what_is_expanded() -> None:
    tree = JsonTree({"a": {"b": 1}, "z": 0})
    app = WidgetApp(tree)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("down", "right", "down")
        tree.set_value({"new": 1, "a": {"b": 2}, "z": 0})
        await pilot.pause()
        assert "b: 2" in app.text()
        assert tree.cursor_path == ("a", "b")
        tree.set_value(None)
        await pilot.pause()
        assert app.lines()[0].strip() == "null"


async def test_find_expands_and_goes_round() -> None:
    tree = JsonTree({"a": [{"x": "hay"}, {"x": "needle"}], "needle": 1})
    app = WidgetApp(tree)
    async with app.run_test(size=SIZE, message_hook=record(app)) as pilot:
        await settle(app, pilot)
        assert tree.find("NEEDLE") == 2
        await pilot.pause()
        seen = [tree.cursor_path]
        tree.next_match()
        seen.append(tree.cursor_path)
        assert set(seen) == {("a", 1, "x"), ("needle",)}
        tree.previous_match()
        assert tree.cursor_path == seen[0]
        assert tree.match_count == 2


@pytest.mark.parametrize("value", [None, 1, True, "text", [], {}, "long " * 100])
async def test_any_root(value: JsonValue) -> None:
    tree = JsonTree(value)
    app = WidgetApp(tree)
    async with app.run_test(size=SIZE) as pilot:
        await settle(app, pilot)
        await pilot.press("enter", "enter", "right", "left", "down", "end", "home")
        assert app.lines()[0].strip()
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(*SIZE)
        await pilot.pause()
        assert tree.cursor_path == ()


async def test_hostile_keys_and_values_are_shown_harmless() -> None:
    tree = JsonTree({text: [text, {text: text * 20}] for text in HOSTILE})
    app = WidgetApp(tree)
    async with app.run_test(size=(100, 60)) as pilot:
        await settle(app, pilot)
        for _ in range(60):
            await pilot.press("right", "down")
        assert_clean(app)
        assert "[@click=app.quit]" in app.text()
