"""The mutation score of what must not be wrong: `python -m tests.mutants [MODULE…]`.

mutmut, set up in pyproject.toml, changes one thing at a time in the client policy, credentials,
cleaning and the store's recovery, and `trying.py` runs the tests that reach the changed function.
A change no test notices has survived; one that only writes SQL in other letters changes nothing and
is not counted. Printed are the killed ones of each module, and the names of those that
survived; `mutmut show NAME` shows one. Ends with 1 when a module is below 90 %.

    python -m tests.mutants                      all of it anew: an hour or two on two cores
    python -m tests.mutants tui.text             one module
    python -m tests.mutants --again              what survived last time, and what was not run
    python -m tests.mutants --told               nothing is run: the last run's figures
"""

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

LOWEST = 0.9
"""What each module has to reach: the part of the changes that is noticed."""

_PLACE = Path("mutants")
_NOTICED = 1
"""How the children of `trying.py` end when a test has failed, or would not have ended."""

_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|PRAGMA|BEGIN|CREATE)\b", re.IGNORECASE)
_LETTERS_QUOTED = re.compile(r"'[^']*[A-Za-z]")


class _OneCase(ast.NodeTransformer):
    """Writes SQL in capitals: SQLite reads both alike, but for what is quoted."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, str) and _SQL.match(node.value):
            node.value = _capitals(node.value)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        parts = [part for part in node.values if isinstance(part, ast.Constant)]
        if any(_SQL.match(str(part.value)) for part in parts):
            for part in parts:
                part.value = _capitals(str(part.value))
        return node


def _capitals(text: str) -> str:
    return text if _LETTERS_QUOTED.search(text) else text.upper()


def without_effect(source: Path, names: Iterable[str]) -> set[str]:
    """Return those changes of a module that only write SQL in other letters."""
    meanings = {
        node.name: "".join(ast.dump(_OneCase().visit(statement)) for statement in node.body)
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "__mutmut_" in node.name
    }
    return {
        name
        for name in names
        for short in [name.rpartition(".")[2]]
        for before in [meanings.get(f"{short.rpartition('__mutmut_')[0]}__mutmut_orig")]
        if before is not None and meanings.get(short) == before
    }


def figures(place: Path) -> dict[str, dict[str, int | None]]:
    """Return, by module, each change's name and pytest's exit code; None where it was not run."""
    found = {}
    for meta in sorted(place.glob("tui/**/*.meta")):
        codes = json.loads(meta.read_text())["exit_code_by_key"]
        if codes:
            alike = without_effect(meta.with_suffix(""), codes)
            module = str(meta.relative_to(place).with_suffix("").with_suffix("")).replace("/", ".")
            found[module] = {name: code for name, code in codes.items() if name not in alike}
    return found


def survivors(codes: dict[str, int | None]) -> list[str]:
    """Return the changes no test has noticed."""
    return [name for name, code in codes.items() if code != _NOTICED]


def report(found: dict[str, dict[str, int | None]]) -> bool:
    """Print the scores. Returns whether all are high enough."""
    enough = True
    total: Counter[str] = Counter()
    for module, codes in found.items():
        alive = survivors(codes)
        killed = len(codes) - len(alive)
        total.update(killed=killed, all=len(codes))
        enough = enough and killed >= LOWEST * len(codes)
        print(f"{module:36} {killed:4} of {len(codes):4}  {killed / len(codes):6.1%}")
        for name in alive:
            print(f"    {'survived' if codes[name] is not None else 'not run':9}{name}")
    print(f"{'all':36} {total['killed']:4} of {total['all']:4}")
    return enough


def run(names: Iterable[str], children: int) -> None:
    """Let mutmut try changes; without names, all. Its progress is for terminals only."""
    program = str(Path(__file__).with_name("trying.py"))
    argv = [sys.executable, program, str(children), *names]
    if sys.stdout.isatty():
        subprocess.run(argv, check=True)
        return
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit((done.stdout + done.stderr).replace("\r", "\n")[-10_000:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="*", help="such as tui.text; all of them by default")
    parser.add_argument("--again", action="store_true", help="only what has survived")
    parser.add_argument("--told", action="store_true", help="only print the last run's figures")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="at once")
    asked = parser.parse_args()
    wanted = [f"{module}.x*" for module in asked.modules]
    if asked.again:
        of = figures(_PLACE)
        wanted = [
            name
            for module, codes in of.items()
            if not asked.modules or module in asked.modules
            for name in survivors(codes)
        ]
        if not wanted:
            print("nothing has survived")
    elif not asked.told:
        shutil.rmtree(_PLACE, ignore_errors=True)
    if not asked.told and (wanted or not asked.again):
        run(wanted, asked.children)
    found = figures(_PLACE)
    if asked.modules:
        found = {module: codes for module, codes in found.items() if module in asked.modules}
    return 0 if report(found) else 1


if __name__ == "__main__":
    sys.exit(main())
