"""How much of the program its tests run: `python -m tests.covered`.

Runs all tests of a push under coverage, in the processes they start too, and holds the figures, of
lines and branches together, to what is promised: `OVERALL` of the program, and `EVERY` of each
module whose mutation score is measured. Ends with 1 when one is below.

    python -m tests.covered            run the tests
    python -m tests.covered --told     nothing is run: the last run's figures
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from fnmatch import fnmatch
from pathlib import Path

OVERALL = 95.0
"""Percent of the program."""
EVERY = 100.0
"""Percent of each module that must not be wrong."""

_COVERAGE = (sys.executable, "-m", "coverage")


def measured() -> dict[str, dict[str, float]]:
    """Return, by file, what coverage's JSON report says of it; the whole under an empty name."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        subprocess.run([*_COVERAGE, "json", "--quiet", "-o", report], check=True)
        found = json.loads(report.read_text())
    return {"": found["totals"]} | {name: of["summary"] for name, of in found["files"].items()}


def wanted() -> list[str]:
    """Return the patterns of the modules that must not be wrong."""
    settings = tomllib.loads(Path("pyproject.toml").read_text())
    patterns: list[str] = settings["tool"]["mutmut"]["only_mutate"]
    return patterns


def report(found: dict[str, dict[str, float]], patterns: list[str]) -> bool:
    """Print the figures. Returns whether all are high enough."""
    enough = found[""]["percent_covered"] >= OVERALL
    for name, of in sorted(found.items()):
        strict = any(fnmatch(name, pattern) for pattern in patterns)
        if not name or strict:
            print(f"{name or 'all':36} {of['percent_covered']:6.2f} %")
        if strict:
            enough = enough and of["percent_covered"] >= EVERY
    missing = [one for one in patterns if not any(fnmatch(name, one) for name in found)]
    for pattern in missing:
        print(f"{pattern}: no such file was run")
    return enough and not missing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--told", action="store_true", help="only print the last run's figures")
    if not parser.parse_args().told:
        for left in Path().glob(".coverage*"):
            left.unlink()
        workers = str(os.cpu_count() or 1)
        subprocess.run([*_COVERAGE, "run", "-m", "pytest", "-n", workers], check=True)
        subprocess.run([*_COVERAGE, "combine", "--quiet"], check=True)
    return 0 if report(measured(), wanted()) else 1


if __name__ == "__main__":
    sys.exit(main())
