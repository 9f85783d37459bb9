"""The app on the small world in a real terminal: `python -m tests.app.standalone`."""

import os
import signal
import sys

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from screens import SCREENS
from tests.app.world import full_world
from tui.app import EvalTopApp

if __name__ == "__main__":
    if "--deaf" in sys.argv:
        # As under nohup: the terminal's end is not announced.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sys.exit(EvalTopApp(full_world().services, SCREENS).run_watched())
