"""What `export` wrote, `import` reads back equal."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.clock import START, FakeClock
from tests.exchange.importing import import_files, new_store, rows_of, runs_of
from tests.store import strategies as wild
from tests.store.builders import make_row, make_run, open_store, walk
from tui.errors import DataError
from tui.exchange.exporting import export_runs
from tui.exchange.folder import open_folder
from tui.models import CriterionType, Row, Run, RunRef, Status
from tui.providers.base import RowPage, Skipped
from tui.store import Store, StoredRun


def export(store: Store, ref: RunRef, out: Path, *, partial: bool = True) -> Path:
    stored = store.run(ref)
    assert stored is not None
    with open_folder(out, force=False) as folder:
        export_runs(store, [stored], folder, formats=("jsonl",), partial=partial, now=START)
    return out / "manifest.json"


def seen(stored: StoredRun) -> tuple[object, ...]:
    """Return all that a person sees of a run but where it is and when that was fetched."""
    sync = stored.sync
    # Criteria stand in the order they were met, and an export has rows in the dataset's order.
    criteria = tuple(sorted(stored.run.criteria, key=lambda one: one.name))
    return (
        replace(stored.run, ref=RunRef("any", stored.run.ref.path), criteria=criteria),
        sync.rows_stored,
        sync.expected,
        sync.notes,
        sync.skipped,
        sync.error,
        sync.completed_at is None,
    )


pages = st.lists(st.lists(wild.rows, max_size=3), max_size=3)


def of_one_type(row: Row) -> Row:
    """Let each criterion be of one type in all rows, as no run has two kinds of one."""
    kinds = list(CriterionType)
    trials = tuple(
        replace(
            trial,
            scores=tuple(
                replace(score, type=kinds[len(score.name) % len(kinds)]) for score in trial.scores
            ),
        )
        for trial in row.trials
    )
    return replace(row, trials=trials)


# No search for a smaller example: it takes minutes, longer than a test may.
@settings(max_examples=50, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    run=wild.runs,
    told=pages,
    how=st.sampled_from(["complete", "cut", "never"]),
    notes=st.lists(st.text(max_size=5), max_size=2),
    gaps=st.integers(min_value=0, max_value=2),
)
def test_an_imported_run_equals_the_exported_one(
    run: Run, told: list[list[Row]], how: str, notes: list[str], gaps: int
) -> None:
    store = Store.open(None, clock=FakeClock())
    store.apply_run(run)
    if how != "never":
        store.begin_walk(run.ref)
        for rows in told:
            store.apply_rows(run.ref, RowPage(tuple(map(of_one_type, rows)), notes=tuple(notes)))
        skipped = tuple(Skipped("it", "why") for _ in range(gaps))
        store.apply_rows(run.ref, RowPage((), skipped, expected_rows=7, notes=tuple(notes)))
        complete = how == "complete"
        store.end_walk(run.ref, complete=complete, error=None if complete else "cut off")
    before = store.run(run.ref)
    assert before is not None
    with TemporaryDirectory() as folder:
        manifest = export(store, run.ref, Path(folder) / "out")
        target = new_store()
        (report,) = import_files(target, manifest)
        assert report.error is None
        assert report.broken_n == 0
        (after,) = runs_of(target).values()
        assert seen(after) == seen(before)
        assert rows_of(target, after.run.ref) == rows_of(store, run.ref)
        assert list(rows_of(target, after.run.ref)) == list(rows_of(store, run.ref))
        revision = target.revision
        (again,) = import_files(target, manifest)
        assert (again.changed, target.revision) == (False, revision)
    store.close()
    target.close()


def exported(tmp_path: Path) -> Path:
    run = make_run(status=Status.COMPLETED)
    store = open_store(run=run)
    walk(store, RowPage(tuple(make_row(f"r{place}") for place in range(5))))
    return export(store, run.ref, tmp_path / "out", partial=False)


@pytest.mark.parametrize("name", ["runs.jsonl", "prod_eval_a_run_1.rows.jsonl"])
def test_a_changed_or_missing_file_of_an_export_is_refused(tmp_path: Path, name: str) -> None:
    manifest = exported(tmp_path)
    file = manifest.parent / name
    file.write_bytes(file.read_bytes()[:-10])
    store = new_store()
    (report,) = import_files(store, manifest)
    assert isinstance(report.error, DataError)
    assert f"{name} is not as it was written" in report.error.sentence()
    assert runs_of(store) == {}
    file.unlink()
    assert f"no file {file}" in str(import_files(store, manifest)[0].error)


def test_a_manifest_cannot_lead_out_of_its_folder(tmp_path: Path) -> None:
    manifest = exported(tmp_path)
    told = json.loads(manifest.read_text())
    told["runs"][0]["files"] = "../../secret"
    manifest.write_text(json.dumps(told))
    (report,) = import_files(new_store(), manifest)
    assert "outside its folder" in str(report.error)


def test_an_export_without_jsonl_says_what_to_do(tmp_path: Path) -> None:
    run = make_run(status=Status.COMPLETED)
    store = open_store(run=run)
    walk(store, RowPage((make_row("r"),)))
    stored = store.run(run.ref)
    assert stored is not None
    with open_folder(tmp_path, force=False) as folder:
        export_runs(store, [stored], folder, formats=("csv",), partial=False, now=START)
    (report,) = import_files(new_store(), tmp_path / "manifest.json")
    assert "--format jsonl" in str(report.error and report.error.sentence())
