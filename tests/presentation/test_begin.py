from tui.presentation.begin import begin_text


def test_the_three_ways_are_demo_environment_and_configuration() -> None:
    text = begin_text()
    for part in ("evaltop demo", "OPENAI_API_KEY", "WANDB_PROJECT", "[connections.prod]"):
        assert part in text
    assert "cannot be used" not in text


def test_what_is_wrong_comes_first() -> None:
    text = begin_text(["c.toml:3: connections.prod.provider: no such provider."])
    assert text.index("c.toml:3") < text.index("There are three ways")
