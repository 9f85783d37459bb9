"""A real secret service: a D-Bus session of its own with gnome-keyring on it, or without."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PASSWORD = "only-for-this-test"

_NOBODY = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class Session:
    """A home directory and the sessions that are opened in it, one after the other."""

    def __init__(self, home: Path) -> None:
        self.home = home
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(runtime),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }

    def run(
        self,
        argv: list[str],
        *,
        daemon: str,
        typed: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run evaltop in a fresh session.

        Args:
            argv: its arguments.
            daemon: `unlocked`, `locked` (started, its password not given), or `none` (a bus on
                which nobody offers a keyring).
            typed: its standard input.
            environ: more variables.
        """
        start = {
            "unlocked": f"printf %s {PASSWORD} | gnome-keyring-daemon --unlock "
            "--components=secrets >/dev/null",
            "locked": "gnome-keyring-daemon --start --components=secrets >/dev/null",
            "none": "true",
        }[daemon]
        bus = ["dbus-run-session"]
        if daemon == "none":
            config = self.home / "bus.conf"
            config.write_text(_NOBODY)
            bus.append(f"--config-file={config}")
        program = "import sys; from tui.main import main; sys.exit(main())"
        script = f'{start}; exec "$0" -c "{program}" "$@"'
        return subprocess.run(
            [*bus, "--", "sh", "-c", script, sys.executable, *argv],
            check=False,
            input=typed,
            capture_output=True,
            text=True,
            env={**self.environ, **(environ or {})},
            cwd=ROOT,
            timeout=60,
        )
