"""Answers no program should be harmed by: hostile, huge, empty or merely international.

Everything here is data a provider could really send. Texts hold raw control characters.
"""

from collections.abc import Callable
from dataclasses import dataclass

ESC = "\x1b"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One odd answer."""

    name: str
    text: Callable[[], str]
    """Made on demand: some are long."""


def _fixed(name: str, text: str) -> Exhibit:
    return Exhibit(name, lambda: text)


def _log(lines: int) -> str:
    return "\n".join(
        f"{n:05d} step {n * 7919 % 104729}: checked clause {n % 97} of policy MG-{n * 31 % 9973}"
        for n in range(lines)
    )


EXHIBITS: tuple[Exhibit, ...] = (
    _fixed("clear screen", f"Sure!{ESC}[2J{ESC}[H{ESC}[31mYour terminal is mine now.{ESC}[0m"),
    _fixed("clipboard (OSC 52)", f"Copy this: {ESC}]52;c;cm0gLXJmIH4K\x07 done."),
    _fixed("window title (OSC 0)", f"{ESC}]0;pwned{ESC}\\The excess is £150."),
    _fixed("link (OSC 8)", f"See {ESC}]8;;http://evil.invalid{ESC}\\our terms{ESC}]8;;{ESC}\\."),
    _fixed("alternate screen and mouse", f"{ESC}[?1049l{ESC}[?1000h{ESC}[?25lHello."),
    _fixed("status query", f'{ESC}[6n{ESC}[c{ESC}P$q"p{ESC}\\ What is it?'),
    _fixed("C1 controls", "\x9b31mred\x9b0m \x9d52;c;cm0=\x9c \x90q\x9c \x85next"),
    _fixed("other controls", "bell\x07 back\x08\x08space\x00null\x0bvt\x0cff\x7fdel\rover"),
    _fixed("bidi override", "Pay \u202e000.1\u202c euros to \u2066user\u2069 \u200f(now)\u200e."),
    _fixed("zero width", "pol\u200bicy MG\u2060-\u200c1\u200d2\ufeff3 and \u00adsoft hyphen"),
    _fixed("tag characters", "Looks fine.\U000e0069\U000e0067\U000e006e\U000e006f\U000e0072"),
    _fixed("console markup", "[bold]yes[/bold] [/nope] [link=http://evil.invalid]x[/link] [red"),
    _fixed("action markup", "[@click=app.quit]Press here[/] [@click='app.bell']or here[/]"),
    _fixed("lone surrogates", "half \ud83d of an emoji, and the \udc00 other"),
    _fixed("not characters", "\ufffe\uffff\ufdd0 \ue000private\uf8ff \ufffd"),
    _fixed("emoji", "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 1️⃣ 🇲🇹 ☔︎ ❤️ 🫠 family claim settled"),
    _fixed(
        "wide",
        "保険金は十営業日以内に支払われます。領収書を添付してください。保険증서를 확인해 주세요.",
    ),
    _fixed("right to left", "הפוליסה מכסה נזקי מים עד ₪5,000. تغطي الوثيقة أضرار المياه."),
    _fixed("combining marks", "Z̸̧̛a̶͝l̵g̷o̴ ṕ̶ȍ̸l̴̈́i̶͐c̵̿y̴̕ " + "e" + "\u0301" * 60),
    _fixed("empty", ""),
    _fixed("blank", " \n\t \n"),
    _fixed("JSON that is not", '{"total": NaN, "lines": [1, 2,], "vendor": "Kwik'),
    _fixed("HTML", "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;&#x1b;[31m"),
    _fixed("formula", '=HYPERLINK("http://evil.invalid","open")\t+1-1\t@SUM(A1)'),
    Exhibit("one line of 30,000 characters", lambda: "abcdefghi " * 3_000),
    Exhibit("no break for 20,000 characters", lambda: "x" * 20_000),
    Exhibit("a log of 120 KB", lambda: _log(2_200)),
    Exhibit("deep JSON", lambda: '{"a":' * 200 + "1" + "}" * 200),
    Exhibit("many escapes", lambda: f"{ESC}[38;5;9m!" * 2_000),
)

HOSTILE_NAME = f"nightly [/nope] {ESC}[31mred\u202e dna [@click=app.quit]x[/]"
"""A run name that tries all of it in one line."""
