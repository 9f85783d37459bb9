"""What is planted in the simulated world is found as such, by `compare` and by `gate`."""

import json

from tests.commands.conftest import Desk, call

WEAK, STRONG = "azure-eu/schema v4", "azure-eu/schema v5"
SAME = "azure-eu/schema v5, all of October"
"""Of the same quality as `STRONG`, on more rows."""


async def test_a_regression_an_improvement_and_nothing(desk: Desk) -> None:
    for baseline, run, verdict, told, code in (
        (STRONG, WEAK, "worse", "Worse by 11.5 points", 1),
        (WEAK, STRONG, "better", "Better by 11.5 points", 0),
        (STRONG, SAME, "no_difference", "No difference beyond 5.0 points: +", 2),
    ):
        flags = ("--margin", "5%", "--format", "json")
        assert await call(desk.session(), "compare", baseline, run, *flags) == 0
        (pair,) = json.loads(desk.out.getvalue())["pairs"]
        assert pair["verdict"] == verdict
        assert pair["sentence"].startswith(told)
        words = ("gate", run, "--baseline", baseline, *flags)
        assert await call(desk.session(offline=True), *words) == code
        gate = json.loads(desk.out.getvalue())
        (check,) = [one for one in gate["checks"] if "baseline" in one["name"]]
        assert check["state"] == ("REGRESSED" if code == 1 else "PASS")
        assert gate["state"] == {1: "REGRESSED", 0: "PASS", 2: "MISSING"}[code], "one is live"
    assert await call(desk.session(offline=True), "compare", STRONG, SAME) == 0
    assert "Inconclusive: +1" in desk.out.getvalue()
    assert "B has not ended: these are its rows so far" in desk.out.getvalue()
