import pytest

from tui.actions import (
    ACTIONS,
    SCREENS,
    action,
    actions_for,
    check_keys,
    key_label,
    keys_label,
    keys_of,
    readme_table,
)


def test_ids_are_unique_and_kebab_case() -> None:
    ids = [one.id for one in ACTIONS]
    assert len(set(ids)) == len(ids)
    assert all(one == one.lower() and one.replace("-", "").isalnum() for one in ids)


def test_the_default_keys_do_not_clash() -> None:
    assert check_keys({}) == ()


def test_every_action_has_a_key_a_text_and_a_screen() -> None:
    for one in ACTIONS:
        assert one.keys
        assert one.text
        assert one.scope
        assert set(one.scope) <= set(SCREENS)


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_can_be_left_and_explains_itself(screen: str) -> None:
    ids = {one.id for one in actions_for(screen)}
    assert {"back", "help", "palette", "quit", "quit-or-back", "copy", "move-down"} <= ids


def test_an_unknown_action_is_named_with_what_there_is() -> None:
    (problem,) = check_keys({"jump": ("x",)})
    assert problem.key == "keys.jump"
    assert "refresh" in problem.message


@pytest.mark.parametrize("key", ["ctrl+zz", "hyper+x", "", "pagedwn", " ", "\x1b"])
def test_a_key_that_is_none_is_named(key: str) -> None:
    (problem,) = check_keys({"link": (key,)})
    assert problem.key == "keys.link"
    assert "is not a key" in problem.message


@pytest.mark.parametrize("key", ["X", "ctrl+x", "shift+f5", "alt+left", "ctrl++", ",", "é"])
def test_keys_are_characters_names_and_combinations(key: str) -> None:
    assert check_keys({"link": (key,)}) == ()


def test_a_clash_is_told_once_at_the_line_the_person_wrote() -> None:
    (problem,) = check_keys({"copy": ("s",)})
    assert problem.key == "keys.copy"
    assert "sort" in problem.message


def test_two_actions_that_never_meet_may_share_a_key() -> None:
    assert check_keys({"mark": ("n",)}) == ()


def test_swapping_two_keys_is_no_clash() -> None:
    assert check_keys({"copy": ("s",), "sort": ("y",)}) == ()


def test_own_keys_replace_the_defaults() -> None:
    assert keys_of(action("copy"), {"copy": ("c", "Y")}) == ("c", "Y")
    assert keys_of(action("copy"), {}) == ("y",)


def test_keys_are_written_for_people() -> None:
    assert key_label("pagedown") == "PgDn"
    assert key_label("ctrl+p") == "ctrl+p"
    assert key_label("shift+tab") == "shift+tab"
    assert keys_label(("up", "k")) == "↑ k"
    assert keys_label(()) == "none"


def test_the_readmes_table_has_every_action_and_a_persons_own_keys() -> None:
    table = readme_table()
    for one in ACTIONS:
        if one.show:
            assert f"`{one.id}`" in table
    assert "`c`" in readme_table({"copy": ("c",)})
    assert {line.count("|") for line in table.splitlines()} == {5}
