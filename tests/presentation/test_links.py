import pytest

from tui.presentation.links import MAX_LENGTH, safe_link


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://platform.openai.com/evaluations/x?y=1", "platform.openai.com"),
        ("http://localhost:8080/batches", "localhost"),
        ("https://[::1]:80/x", "::1"),
    ],
)
def test_web_addresses_may_leave(url: str, host: str) -> None:
    assert safe_link(url) == (url, host)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://host/x",
        "//host/x",
        "-oProxy=https://x",
        "https://",
        "https://user:secret@host/",
        "https://user@host/",
        "https://host/\x1b]52;c;x\x07",
        "https://host/a b",
        "https://host/\nx",
        "https://[broken",
        "https://host/\u202egnp",
        "https://host/" + "x" * MAX_LENGTH,
    ],
)
def test_nothing_else_may(url: str | None) -> None:
    assert safe_link(url) is None
