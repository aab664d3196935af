"""A fresh run against the published one: what passes, what fails, and what is said first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regclaims.cli import main
from regclaims.config import load_registry
from regclaims.errors import InputError
from regclaims.verification.compare import CLOSE, FLIP, MOST_FLIPPED, ROUNDED
from regclaims.verification.tables import OPERATIONS, rounded
from regclaims.verification.verify import MOST_LINES, verify

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(small_run):
    """A run that is published, and in place."""
    assert main(["publish"]) == 0
    return small_run


def lines(run, loose=ROUNDED):
    """The verification, as lines."""
    found = verify(Path("results"), Path("results/published"), loose)
    return [str(problem) for problem in found.problems], list(found.notes)


def shifted(by, rows=slice(0, 1), column="mean"):
    """An edit of a table: some rows' estimates moved by a number of standard errors."""

    def edit(table):
        error = table["mcse" if "mcse" in table else "se"]
        start = table.index[table["metric" if "metric" in table else "claim_id"] == "rr"][rows]
        table.loc[start, column] += by * error[start]
        return table

    return edit


def test_the_same_bits(run):
    problems, notes = lines(run)
    assert problems == []
    assert notes[0].startswith("Same bits: all ")


def test_a_fresh_run_that_is_not_what_its_manifest_says_is_none(run):
    """The manifests agree, but the files that they speak of are gone, or others."""
    Path("results/calibration.parquet").unlink()
    with Path("results/cells.parquet").open("ab") as file:
        file.write(b"more")
    problems, _ = lines(run)
    assert problems == [
        "results/calibration.parquet: is missing",
        "results/cells.parquet: is not the file that results/manifest.json lists",
    ]


def test_nothing_published_is_said(small_run):
    with pytest.raises(InputError, match=r"published/manifest.json: .* no run has been published"):
        verify(Path("results"), Path("results/published"))


def test_rounding_passes_and_says_so(run):
    # Less than what the certificates allow for, in every row.
    run.change("cells.parquet", lambda t: t.assign(mean=t["mean"] * (1 + CLOSE / 10)))
    problems, notes = lines(run)
    assert problems == []
    assert notes[0].startswith("Not the same bits, but the same verdicts")
    assert "of 120 rows 60 differ by rounding, 0 by one replicate, 0 by more" in notes[1]


def test_one_replicate_that_falls_to_the_other_side_passes(run):
    def flip(table):
        row = table.index[table["metric"] == "has_zero"][0]
        # Of 20 zeros one becomes 1: mean 1/20, and a standard error of 1/20 too.
        table.loc[row, ["mean", "mcse"]] = 1 / 20
        return table

    run.change("cells.parquet", flip)
    problems, notes = lines(run)
    assert problems == []
    assert "1 by one replicate, 0 by more, at most by 1 standard errors" in notes[1]


def test_a_cell_beyond_tolerance_fails_with_its_distance(run):
    run.change("cells.parquet", shifted(5))
    problems, _ = lines(run)
    (line,) = problems
    assert line.startswith("results/cells.parquet: cell-00 synthetic lasso validation rr: ")
    assert line.endswith(": 5.0 standard errors")


def test_many_flips_are_no_ties(run):
    allowed = max(1, int(MOST_FLIPPED * 120))
    run.change("cells.parquet", shifted(1, slice(0, allowed)))
    assert lines(run)[0] == []
    run.change("cells.parquet", shifted(1, slice(0, allowed + 1)))
    (line,) = lines(run)[0]
    assert f"{allowed + 1} of 120 rows differ as if a replicate had fallen" in line


def test_a_changed_verdict_comes_before_everything_about_numbers(run):
    run.change("cells.parquet", shifted(9, slice(0, 30)))

    def other(table):
        table.loc[table["claim_id"] == "l1-most-zero", "verdict"] = "refuted"
        return table

    run.change("verdicts.csv", other)
    problems, _ = lines(run)
    assert problems[0] == (
        "results/verdicts.csv: l1-most-zero: verdict: refuted here, supported in "
        "results/published/verdicts.csv"
    )
    # The farthest rows, and a count of the rest.
    assert len(problems) == 1 + MOST_LINES + 1
    assert problems[-1] == "results/cells.parquet: and 20 more rows like these"


def test_another_region_is_another_verdict(run):
    run.change("verdicts.csv", lambda t: t.assign(region="density <= 0.05"))
    problems, _ = lines(run)
    assert "region: density <= 0.05 here, none in" in problems[0]


def test_another_seed_is_said_first(run):
    run.seed = 99
    run.provenance = {"configuration": "f" * 16}
    run.change("cells.parquet", shifted(9))
    problems, _ = lines(run)
    assert problems[0] == (
        "results/manifest.json: seed: the seed is 99 here and 1729 in the published run: "
        "not the same run again"
    )
    assert problems[1].startswith("results/manifest.json: configuration: ")
    assert problems[2].startswith("results/cells.parquet: cell-00")


@pytest.mark.parametrize("name", ["cells.parquet", "verdicts.csv"])
def test_a_truncated_published_table_is_named_even_if_all_hashes_agree(run, name):
    path = run.results / "published" / name
    path.write_bytes(path.read_bytes()[:-100])
    problems, _ = lines(run)
    assert problems == [
        f"results/published/{name}: is not the file that results/published/manifest.json lists"
    ]


def test_a_published_file_that_is_gone_is_named(run):
    (run.results / "published" / "strict.csv").unlink()
    assert lines(run)[0] == ["results/published/strict.csv: is missing"]


def test_files_of_one_run_alone_are_named(run):
    (run.results / "index.html").unlink()
    (run.results / "more.csv").write_text("x\n")
    run.sum_up()
    assert lines(run)[0] == [
        "results/index.html: is in the published run, but not here",
        "results/more.csv: is not in the published run",
    ]


def test_rows_of_one_run_alone_are_named(run):
    run.change("cells.parquet", lambda t: t[t["cell_id"] != "cell-07"])
    problems, _ = lines(run)
    assert len(problems) == 2
    row = "results/cells.parquet: cell-07 synthetic lasso validation has_zero: is no row here"
    assert row in problems


def test_an_unreadable_fresh_table_is_a_problem(run):
    (run.results / "cells.parquet").write_bytes(b"PAR1")
    run.sum_up()
    (line,) = lines(run)[0]
    assert line.startswith("results/cells.parquet: cannot be read: ")


def test_a_key_that_stands_twice_is_a_problem(run):
    run.change("verdicts.csv", lambda t: pd.concat([t, t.iloc[:1]]))
    (line,) = lines(run)[0]
    assert line == "results/verdicts.csv: norm-definitions: stands there twice"


def test_a_paper_that_alone_differs_is_named_and_passes(run):
    (run.results / "report.pdf").write_bytes(b"another TeX")
    run.sum_up()
    problems, notes = lines(run)
    assert problems == []
    assert notes[:2] == [
        "Every table of verdicts and cells has the same bits; other files differ.",
        "results/report.pdf: other bits than in the published run",
    ]


def test_what_rounding_decides_is_not_taken_for_a_difference(run):
    """Another processor leaves other digits, counts another sweep, and misses zero elsewhere."""

    run.change("cells.parquet", lambda t: t.replace({"metric": {"rr": OPERATIONS}}))
    assert main(["publish", "--replace"]) == 0

    def elsewhere(table):
        counted = table.index[table["metric"] == OPERATIONS]
        table.loc[counted, "mean"] += table.loc[counted, "mcse"]
        table.loc[table["metric"] == "has_zero", "mean"] = 1e-17
        return table

    run.change("cells.parquet", elsewhere)
    assert lines(run)[0] == []


def test_digits_to_spare_are_not_compared_but_the_verdict_is(run):
    registry = load_registry((ROOT / "config" / "claims").glob("*.yaml"), []).claims
    loose = rounded({name: claim.model_dump() for name, claim in registry.items()})
    assert "norm-definitions" in loose.digits
    assert "l1-costs-slightly-more" in loose.counted

    def digits(table):
        table.loc[table["claim_id"] == "norm-definitions", "effect"] += 1
        return table

    run.change("verdicts.csv", digits)
    assert len(lines(run)[0]) == 1
    assert lines(run, loose)[0] == []

    def refuted(table):
        table.loc[table["claim_id"] == "norm-definitions", "verdict"] = "refuted"
        return table

    run.change("verdicts.csv", refuted)
    assert len(lines(run, loose)[0]) == 1


def test_files_in_folders_are_counted(run):
    for name in ("risk-by-factor.csv", "page-diabetes.csv"):
        (run.results / "figures" / name).write_text("x\n")
    run.sum_up()
    assert "results/figures: 2 files have other bits than in the published run" in lines(run)[1]


def test_undefined_on_one_side_is_a_flip_only_where_a_count_says_so(run):
    def undefined(count):
        def edit(table):
            row = table.index[table["metric"] == "rr"][0]
            table.loc[row, ["mean", "mcse", "n_undefined"]] = [np.nan, np.nan, count]
            return table

        return edit

    run.change("cells.parquet", undefined(1))
    assert lines(run)[0] == []
    run.change("cells.parquet", undefined(0))
    assert len(lines(run)[0]) == 1


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=30),
    st.floats(-1e3, 1e3),
)
def test_one_replicate_never_moves_a_mean_by_more_than_the_tolerance(values, other):
    """What `FLIP` says of a mean: whatever the replicates are, and wherever one of them goes."""
    before, after = np.array(values), np.array([other, *values[1:]])
    gap = abs(before.mean() - after.mean())
    error = max(x.std(ddof=1) for x in (before, after)) / np.sqrt(len(before))
    # Rounding of sums of 30 numbers of size 1e3.
    assert gap <= FLIP * error + 1e-10
