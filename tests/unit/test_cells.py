"""From replicates to cells: nothing that failed or is undefined gets lost on the way."""

import numpy as np
import pandas as pd
import pytest

from regclaims.evidence.cells import (
    COLUMNS,
    METRICS,
    cells_from_fits,
    cells_from_splits,
    cells_from_stability,
)
from regclaims.metrics.stability import jackknife_error

nan = np.nan


def fits(**columns):
    """Return four evidence fits of one arm, with some columns changed."""
    base = {
        "cell_id": "c",
        "method": "lasso",
        "tuning": "validation",
        "replicate": range(5, 9),
        "role": "evidence",
        "status": "converged",
        "rr": [0.1, 0.2, 0.3, 0.6],
        "fdr": [0.0, 0.5, 0.5, 1.0],
    }
    return pd.DataFrame(base | columns)


def row(table, metric):
    return table.set_index("metric").loc[metric]


def counts(found):
    return tuple(found[["replicates", "n_undefined", "n_failed"]])


def test_mean_and_error_by_hand():
    found = row(cells_from_fits(fits()), "rr")
    assert found["mean"] == pytest.approx(0.3)
    # Deviations -.2, -.1, 0, .3: sum of squares .14, variance .14 / 3, error of the mean of four.
    assert found["mcse"] == pytest.approx(np.sqrt(0.14 / 3 / 4))
    assert counts(found) == (4, 0, 0)


def test_an_undefined_value_is_counted_and_left_out_of_the_mean():
    table = cells_from_fits(fits(fdr=[nan, 0.5, 0.5, nan]))
    found = row(table, "fdr")
    assert found["mean"] == 0.5
    assert counts(found) == (4, 2, 0)
    assert counts(row(table, "rr")) == (4, 0, 0)


def test_a_failed_fit_is_counted_and_never_undefined_too():
    status = ["failed", "converged", "converged", "converged"]
    for rr in ([nan, 0.2, 0.3, 0.6], [9.9, 0.2, 0.3, 0.6]):
        found = row(cells_from_fits(fits(status=status, rr=rr)), "rr")
        assert found["mean"] == pytest.approx(1.1 / 3)
        assert counts(found) == (4, 0, 1)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [({"status": "failed"}, (4, 0, 4)), ({"rr": [nan] * 4}, (4, 4, 0))],
)
def test_an_arm_without_any_value_keeps_its_row(columns, expected):
    found = row(cells_from_fits(fits(**columns)), "rr")
    assert np.isnan(found["mean"])
    assert np.isnan(found["mcse"])
    assert counts(found) == expected


def test_one_value_has_a_mean_and_no_error():
    found = row(cells_from_fits(fits(rr=[0.5, nan, nan, nan])), "rr")
    assert found["mean"] == 0.5
    assert np.isnan(found["mcse"])


def test_screening_replicates_are_no_evidence():
    screening = fits(role="screening", rr=99.0)
    both = cells_from_fits(pd.concat([screening, fits()]))
    pd.testing.assert_frame_equal(both, cells_from_fits(fits()))


def test_counts_add_up_whatever_fails_or_is_undefined():
    rng = np.random.default_rng(1)
    n = 400
    table = pd.DataFrame(
        {
            "cell_id": rng.choice(["a", "b"], n),
            "method": rng.choice(["ridge", "lasso"], n),
            "tuning": "validation",
            "role": rng.choice(["screening", "evidence"], n),
            "status": rng.choice(["converged", "failed"], n),
            "rr": np.where(rng.random(n) < 0.5, nan, rng.random(n)),
        }
    )
    found = cells_from_fits(table)
    evidence = table[table["role"] == "evidence"]
    assert found["replicates"].sum() == len(evidence)
    assert found["n_failed"].sum() == (evidence["status"] == "failed").sum()
    defined = found["replicates"] - found["n_failed"] - found["n_undefined"]
    good = evidence[evidence["status"] == "converged"]
    assert defined.sum() == good["rr"].notna().sum()


def test_cells_are_told_apart_and_rows_do_not_depend_on_order():
    other = fits(cell_id="d", rr=[1.0, 1.0, 1.0, 1.0])
    table = pd.concat([other, fits()])
    found = cells_from_fits(table)
    assert list(found["cell_id"].unique()) == ["c", "d"]
    shuffled = cells_from_fits(table.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(found, shuffled)


def test_columns_are_those_promised():
    found = cells_from_fits(fits())
    assert list(found) == COLUMNS
    assert set(found["source"]) == {"synthetic"}
    assert set(found["metric"]) == {"rr", "fdr"}
    assert set(found["metric"]) <= set(METRICS)


def stability(values):
    """Return a table of one measure: the value itself, then without each replicate."""
    arm = {"cell_id": "c", "method": "lasso", "tuning": "validation", "metric": "cosine"}
    return pd.DataFrame([arm | {"left_out": i - 1, "value": v} for i, v in enumerate(values)])


def test_stability_has_its_jackknife_error():
    left_out = [0.7, 0.8, 0.9, 0.6]
    found = row(cells_from_stability(stability([0.75, *left_out]), 4), "cosine")
    assert found["mean"] == 0.75
    assert found["mcse"] == jackknife_error(np.array(left_out))
    # By hand: deviations -.05, .05, .15, -.15 around .75; (3/4) times the sum of squares .05.
    assert found["mcse"] == pytest.approx(np.sqrt(0.75 * 0.05))
    assert counts(found) == (4, 0, 0)


def test_undefined_stability_has_no_error_and_counts_as_undefined():
    found = row(cells_from_stability(stability([nan] * 5), 4), "cosine")
    assert np.isnan(found["mean"])
    assert np.isnan(found["mcse"])
    assert counts(found) == (4, 4, 0)


def test_stability_after_a_failed_fit_counts_as_failed():
    found = row(cells_from_stability(stability([nan]), 4), "cosine")
    assert np.isnan(found["mean"])
    assert found["n_failed"] == 4
    assert found["n_failed"] + found["n_undefined"] == 4


def splits(error, status="converged", n_train=90, n_test=30):
    return pd.DataFrame(
        {
            "dataset": "longley",
            "split": range(len(error)),
            "method": "ridge",
            "tuning": "cv-min",
            "n_train": n_train,
            "n_test": n_test,
            "status": status,
            "relative_error": error,
        }
    )


def test_the_error_over_splits_is_nadeau_and_bengios():
    found = row(cells_from_splits(splits([0.1, 0.2, 0.3, 0.6])), "relative_error")
    assert found["mean"] == pytest.approx(0.3)
    # Four splits, a test part of a third of the training part: (1/4 + 1/3) times .14 / 3.
    assert found["mcse"] == pytest.approx(np.sqrt((1 / 4 + 1 / 3) * 0.14 / 3))
    assert found["source"] == "real"
    assert found["cell_id"] == "longley"


def test_splits_count_what_failed_and_what_is_undefined():
    status = ["failed", "converged", "converged", "converged"]
    found = row(cells_from_splits(splits([nan, nan, 0.3, 0.6], status)), "relative_error")
    assert found["mean"] == pytest.approx(0.45)
    assert counts(found) == (4, 1, 1)


def test_splits_that_all_failed_keep_their_row():
    found = row(cells_from_splits(splits([nan] * 4, "failed")), "relative_error")
    assert np.isnan(found["mean"])
    assert counts(found) == (4, 0, 4)


def test_the_correction_uses_the_splits_that_have_a_value():
    """An undefined value is no split: J is the number of values that the mean is over."""
    values = [0.1, 0.2, 0.3, 0.6]
    with_two_undefined = cells_from_splits(splits([*values, nan, nan]))
    without = cells_from_splits(splits(values))
    assert row(with_two_undefined, "relative_error")["mcse"] == pytest.approx(
        row(without, "relative_error")["mcse"]
    )
