"""The app on the small world in a real terminal: `python -m tests.app.standalone`."""

import os
import signal
import sys

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from screens import SCREENS
from tests.app.world import full_world
from tui.app import EvalTopApp


def broken(_app: EvalTopApp) -> None:
    """Have a bug."""
    raise KeyError("broken")


if __name__ == "__main__":
    if "--deaf" in sys.argv:
        # As under nohup: the terminal's end is not announced.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if "--broken" in sys.argv:
        # A bug whose keys can be held down: no app can live with that many.
        EvalTopApp.action_help = broken  # type: ignore[method-assign,assignment] # the bug
    sys.exit(EvalTopApp(full_world().services, SCREENS).run_watched())
