"""Addresses: what a base is refused for, word for word, and what stands below one."""

import httpx
import pytest

from tui.errors import RejectedError
from tui.providers.auth import Origin
from tui.providers.targets import Base


def base(text: str, *, allow_http: bool = False) -> Base:
    return Base(text, connection="prod", allow_http=allow_http)


@pytest.mark.parametrize("text", ["https://host/v1", "https://host/v1/", "https://host/v1//"])
def test_a_slash_at_the_end_of_a_base_is_none_too_many(text: str) -> None:
    assert str(base(text).address("/runs", None)) == "https://host/v1/runs"


def test_letters_and_spaces_at_the_end_of_a_base_are_kept() -> None:
    assert str(base("https://host/X").address("/runs", None)) == "https://host/X/runs"


def test_any_letter_may_stand_in_a_path() -> None:
    assert str(base("https://host").address("/X/aX", {"limit": 5})) == "https://host/X/aX?limit=5"


@pytest.mark.parametrize("text", ["ftp://host", "host", "https://", "https://host:port"])
def test_what_is_no_http_address_says_so_with_an_example(text: str) -> None:
    with pytest.raises(RejectedError) as caught:
        base(text).address("/runs", None)
    assert str(caught.value) == "prod: its base_url is not an http address."
    assert caught.value.remedy == "Set base_url to an address such as https://host/v1."


def test_plain_http_to_another_machine_says_why_and_how_it_is_allowed() -> None:
    with pytest.raises(RejectedError) as caught:
        base("http://host/v1").address("/runs", None)
    assert str(caught.value) == "prod: plain http to host would show the key on the network."
    assert caught.value.remedy == "Use https, or set allow_http = true for this connection."
    allowed = base("http://host/v1", allow_http=True).address("/runs", None)
    assert str(allowed) == "http://host/v1/runs"
    assert str(base("http://127.0.0.1:9").address("/runs", None)) == "http://127.0.0.1:9/runs"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://h/x", "http://h:80/y", True),
        ("https://h/x", "https://h:443/y", True),
        ("http://h/x", "http://h:81/y", False),
        ("http://h:443/x", "https://h/y", False),
        ("https://h/x", "https://g/y", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one: str, other: str, *, same: bool) -> None:
    assert (Origin.of(httpx.URL(one)) == Origin.of(httpx.URL(other))) is same
