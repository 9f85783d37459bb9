"""evaltop with a bug where keys are at hand: `python -m tests.secrets.leaky KIND [ARGUMENT…]`.

KIND says what breaks: `auth` (the code that puts a key on a request), `copy` (the interface, with
a key in a local variable), `nothing`.
"""

import os
import sys
from typing import Any

from tui.main import main


def break_auth() -> None:
    from tui.providers.auth import OriginAuth

    def broken(self: Any, request: Any) -> None:
        key = self._found.secret.reveal()
        token = {"Authorization": f"Bearer {key}"}
        raise ZeroDivisionError(len(token) // 0 if not key else "a bug beside a key")

    OriginAuth._add = broken  # type: ignore[method-assign] # the bug


def break_copy() -> None:
    import tui.app

    def broken(text: str) -> str:
        keys = [value for name, value in os.environ.items() if name.endswith("_API_KEY")]
        raise ZeroDivisionError(f"{len(text)} {len(keys)}")

    vars(tui.app)["clean_block"] = broken


if __name__ == "__main__":
    if sys.argv[1] == "auth":
        break_auth()
    elif sys.argv[1] == "copy":
        break_copy()
    sys.exit(main(sys.argv[2:]))
