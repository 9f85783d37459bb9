"""`evaltop import`, and commands over runs whose connection exists only in the store."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Desk, call
from tests.exchange.importing import SAMPLES
from tui.errors import NotFoundError, UsageError
from tui.models import RunRef

LOG = str(SAMPLES / "caps.eval")


async def ask(desk: Desk, *words: str, chosen: tuple[str, ...] = ()) -> list[dict[str, object]]:
    assert await call(desk.session(*chosen), *words, "--format=json") == 0
    found: list[dict[str, object]] = json.loads(desk.out.getvalue())
    return found


async def test_imported_runs_are_listed_shown_filtered_and_searched_like_any_other(
    desk: Desk,
) -> None:
    assert await call(desk.session(), "import", LOG, "--name", "notes") == 0
    assert "caps.eval (inspect): 1 run and 6 results under notes." in desk.err.getvalue()
    asked = len(desk.clock.sleeps)
    (run,) = await ask(desk, "runs", "provider:inspect", chosen=("notes",))
    assert run["connection"] == "notes"
    assert len(desk.clock.sleeps) == asked, "nobody was asked"
    assert {each["connection"] for each in await ask(desk, "runs")} > {"notes", "prod"}
    ref = str(run["ref"])
    (shown,) = await ask(desk, "show", ref)
    assert shown["name"] == "caps"
    (short,) = await ask(desk, "show", f"notes/{str(run['id'])[:6]}")
    assert short["ref"] == ref
    rows = await ask(desk, "rows", ref, "outcome:failed", "--trials")
    assert {row["key"] for row in rows} == {"fr", "2"}


async def test_an_imported_run_is_exported_and_imported_again(desk: Desk, tmp_path: Path) -> None:
    await call(desk.session(), "import", LOG, "--name", "notes")
    (run,) = await ask(desk, "runs", chosen=("notes",))
    assert await call(desk.session(), "export", str(run["ref"]), "--out", str(tmp_path / "o")) == 0
    manifest = str(tmp_path / "o" / "manifest.json")
    assert await call(desk.session(), "import", manifest, "--name", "copy") == 0
    first = desk.services.store.run(RunRef.parse(str(run["ref"])))
    second = desk.services.store.run(RunRef("copy", str(run["id"])))
    assert first is not None
    assert second is not None
    assert (second.run.counts, second.run.criteria) == (first.run.counts, first.run.criteria)
    session = desk.session()
    assert (
        await call(session, "compare", str(run["ref"]), str(second.run.ref), "--format=json") == 0
    )
    compared = json.loads(desk.out.getvalue())
    compared = compared[0] if isinstance(compared, list) else compared
    assert compared["coverage"]["matched"] == first.sync.rows_stored
    assert compared["coverage"]["only"] == [0, 0]
    assert {pair["verdict"] for pair in compared["pairs"]} <= {"no_difference", "too_few"}


async def test_importing_again_changes_nothing(desk: Desk) -> None:
    await call(desk.session(), "import", LOG)
    revision = desk.services.store.revision
    assert await call(desk.session(), "import", LOG) == 0
    assert "nothing new in it" in desk.err.getvalue()
    assert desk.services.store.revision == revision
    (imported,) = desk.services.store.imports()
    assert (imported.connection, imported.files, imported.runs) == ("imported", 1, 1)


async def test_a_broken_file_is_told_and_the_others_are_imported(
    desk: Desk, tmp_path: Path
) -> None:
    broken = tmp_path / "out.jsonl"
    lines = (SAMPLES / "promptfoo.jsonl").read_text().splitlines()
    broken.write_text("\n".join([*lines[:3], "{broken"]))
    missing = str(tmp_path / "none.json")
    assert await call(desk.session(), "import", str(broken), LOG, missing) == 66
    story = desk.err.getvalue()
    assert "line 4 of out.jsonl was left out: it is not JSON" in story
    assert "out.jsonl: 1 item could not be read." in story
    assert f"There is no file {missing}." in story
    assert "caps.eval (inspect): 1 run" in story
    assert await call(desk.session(), "import", str(broken)) == 65


@pytest.mark.parametrize("name", ["prod", "a/b", "", "x" * 65, "a b"])
async def test_a_name_must_be_free_and_a_connections_name(desk: Desk, name: str) -> None:
    with pytest.raises(UsageError):
        await call(desk.session(), "import", LOG, "--name", name)
    assert desk.services.store.imports() == []


async def test_a_connection_that_is_nowhere_is_told_with_those_there_are(desk: Desk) -> None:
    await call(desk.session(), "import", LOG, "--name", "notes")
    with pytest.raises(NotFoundError, match="no connection 'nope'") as caught:
        await call(desk.session("nope"), "runs")
    assert "notes" in caught.value.remedy
