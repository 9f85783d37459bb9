from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tui.analysis.alignment import align

KEYS = st.lists(st.one_of(st.none(), st.sampled_from("abcdefgh"), st.text(max_size=3)), max_size=20)


@settings(deadline=None)  # the first example imports NumPy
@given(st.lists(KEYS, min_size=1, max_size=4))
def test_what_matches_is_what_every_run_has_once(runs: list[list[str | None]]) -> None:
    found = align(runs)
    counts = [Counter(key for key in run if key is not None) for run in runs]
    single = {key for key in counts[0] if all(count[key] == 1 for count in counts)}
    several = {key for count in counts for key, n in count.items() if n > 1}
    coverage = found.coverage
    assert coverage.matched == len(single)
    for run, places in zip(runs, found.positions, strict=True):
        assert {run[place] for place in places} == single
    joined = list(zip(*found.positions, strict=True))
    for item in joined:
        assert len({run[place] for run, place in zip(runs, item, strict=True)}) == 1
    assert [item[0] for item in joined] == sorted(item[0] for item in joined)
    assert coverage.duplicates == tuple(sum(key in several for key in run) for run in runs)
    assert coverage.without_key == tuple(run.count(None) for run in runs)
    for n, run in enumerate(runs):
        assert coverage.only[n] + coverage.duplicates[n] + coverage.matched == len(run)
        assert len(coverage.only_examples[n]) <= 3
        assert set(coverage.only_examples[n]) <= set(counts[n]) - single - several
        assert set(coverage.duplicate_examples[n]) <= several


def test_two_runs_without_anything_in_common() -> None:
    coverage = align([["a", "b"], ["c"]]).coverage
    assert (coverage.matched, coverage.only, coverage.share) == (0, (2, 1), 0.0)
    assert coverage.only_examples == (("a", "b"), ("c",))


def test_runs_without_rows() -> None:
    coverage = align([[], ["a"]]).coverage
    assert (coverage.matched, coverage.rows, coverage.share) == (0, (0, 1), 0.0)


def test_order_is_the_first_runs() -> None:
    found = align([["c", "a", "b"], ["a", "b", "c"]])
    assert [list(map(int, places)) for places in found.positions] == [[0, 1, 2], [2, 0, 1]]
    assert found.coverage.matched_examples == ("c", "a", "b")
