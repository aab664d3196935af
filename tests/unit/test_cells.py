"""From replicates to cells: nothing that failed or is undefined gets lost on the way."""

import numpy as np
import pandas as pd
import pytest

from regclaims.evidence.cells import summarize
from regclaims.evidence.resampled import (
    STABLE,
    cells_of_splits,
    saturated,
    stability_of_splits,
)
from regclaims.evidence.tables import CELLS
from regclaims.metrics.stability import cosine

nan = np.nan
VALUES = [0.1, 0.2, 0.3, 0.6]


def summary(values, failed="0000"):
    return summarize(np.array(values, dtype=float), np.array([bit == "1" for bit in failed]))


def row(table, metric):
    return table.set_index("metric").loc[metric]


def counts(found):
    return tuple(found[name] for name in ("replicates", "n_undefined", "n_failed"))


def test_mean_and_error_by_hand():
    found = summary(VALUES)
    assert found["mean"] == pytest.approx(0.3)
    # Deviations -.2, -.1, 0, .3: sum of squares .14, variance .14 / 3, error of the mean of four.
    assert found["mcse"] == pytest.approx(np.sqrt(0.14 / 3 / 4))
    assert counts(found) == (4, 0, 0)


def test_an_undefined_value_is_counted_and_left_out_of_the_mean():
    found = summary([nan, 0.5, 0.5, nan])
    assert found["mean"] == 0.5
    assert counts(found) == (4, 2, 0)


@pytest.mark.parametrize("value", [nan, 9.9, np.inf])
def test_a_failed_fit_is_counted_and_never_undefined_too(value):
    found = summary([value, 0.2, 0.3, 0.6], "1000")
    assert found["mean"] == pytest.approx(1.1 / 3)
    assert counts(found) == (4, 0, 1)


@pytest.mark.parametrize(
    ("values", "failed", "expected"),
    [(VALUES, "1111", (4, 0, 4)), ([nan] * 4, "0000", (4, 4, 0)), ([nan] * 4, "0110", (4, 2, 2))],
)
def test_an_arm_without_any_value_keeps_its_row(values, failed, expected):
    found = summary(values, failed)
    assert np.isnan(found["mean"])
    assert np.isnan(found["mcse"])
    assert counts(found) == expected


def test_one_value_has_a_mean_and_no_error():
    found = summary([0.5, nan, nan, nan])
    assert found["mean"] == 0.5
    assert np.isnan(found["mcse"])


def test_counts_add_up_whatever_fails_or_is_undefined():
    rng = np.random.default_rng(1)
    for _ in range(50):
        values, failed = np.where(rng.random(20) < 0.5, nan, rng.random(20)), rng.random(20) < 0.3
        found = summarize(values, failed)
        defined = np.isfinite(values) & ~failed
        assert found["replicates"] - found["n_failed"] - found["n_undefined"] == defined.sum()
        assert found["n_failed"] == failed.sum()


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


def cells_from_splits(tested):
    coefs = pd.DataFrame(columns=["split", "method", "tuning", "columns", "values"])
    return cells_of_splits(tested, stability_of_splits(tested, coefs, 4), "longley")


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


def test_splits_have_the_columns_of_the_other_cells():
    found = cells_from_splits(splits(VALUES))
    assert list(found) == list(CELLS)
    assert set(found["metric"]) == {"relative_error"}


def coefs_of(matrix, method="ridge", without=()):
    rows = [
        {"split": i, "method": method, "tuning": "cv-min"}
        | {"columns": np.flatnonzero(row), "values": row[row != 0]}
        for i, row in enumerate(matrix)
        if i not in without
    ]
    return pd.DataFrame(rows)


def test_stability_over_splits_is_that_of_the_measures():
    matrix = np.random.default_rng(1).standard_normal((6, 4)) * [[1, 1, 0, 1]] * 6
    matrix[0, 0] = 0
    tested = splits(list(range(6)))
    found = stability_of_splits(tested, coefs_of(matrix), 4).set_index("metric")
    for metric, measure in STABLE.items():
        expected = measure(matrix)
        assert found.loc[metric, "value"] == expected.value
        np.testing.assert_array_equal(found.loc[metric, "left_out"], expected.left_out)
    cells = cells_of_splits(tested, found.reset_index(), "longley").set_index("metric")
    error = cosine(matrix).standard_error * np.sqrt(1 + 6 / 3)
    assert cells.loc["cosine", "mcse"] == pytest.approx(error)


def test_a_split_without_coefficients_has_no_say_in_stability():
    matrix = np.random.default_rng(2).standard_normal((6, 4))
    tested = splits(list(range(6)))
    found = stability_of_splits(tested, coefs_of(matrix, without=[1, 4]), 4).set_index("metric")
    row = found.loc["cosine"]
    assert row["value"] == cosine(np.delete(matrix, [1, 4], axis=0)).value
    assert len(row["left_out"]) == 6
    assert row["left_out"][1] == row["left_out"][4] == row["value"]
    assert (row["replicates"], row["n_undefined"], row["n_failed"]) == (6, 2, 0)


@pytest.mark.parametrize(
    ("task", "column", "values", "full"),
    [
        ("regression", "relative_error", [0.0005, 0.0009], True),
        ("regression", "relative_error", [0.0005, 0.0011], False),
        # Of 30 test rows, one in fifty is less than one row, one in twenty is more.
        ("classification", "error_rate", [0.02, 0.0], True),
        ("classification", "error_rate", [0.02, 0.05], False),
    ],
)
def test_saturated_where_every_penalized_method_is_at_the_ceiling(task, column, values, full):
    parts = [
        splits([0.5, 0.5]).assign(method=method, **{column: value})
        for method, value in zip(["ridge", "lasso"], values, strict=True)
    ]
    hopeless = splits([0.5, 0.5]).assign(method="ols", **{column: 0.9})
    # Tuned otherwise a method may be worse: it is at the ceiling as it is tuned best.
    worse = parts[0].assign(tuning="cv-1se", **{column: 0.9})
    assert saturated(pd.concat([*parts, hopeless, worse]), task) is full
