"""Zeros in the data: they stay as they are; figure and words."""

import numpy as np
import pandas as pd
import pytest

from regclaims.config.mechanisms.data_sparsity import DataSparsity
from regclaims.figures import data_sparsity as figure
from regclaims.mechanisms.data_sparsity import METHODS, METRICS, fit, run
from regclaims.report.mechanisms.data_sparsity import numbers
from regclaims.report.tex import write_macros
from regclaims.solvers.preparation import prepare

CONFIG = DataSparsity.model_validate(
    {"shapes": [(30, 8)], "zero_shares": [0, 0.5], "n_relevant": 2, "n_lambdas": 8}
)
SPEC = CONFIG.model_dump(exclude={"replicates"})


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, 4)


def test_table_is_tidy_and_draws_are_kept(frame):
    levels = ["n_samples", "n_features", "zero_share"]
    assert list(frame) == ["cell_id", *levels, "replicate", "method", *METRICS]
    assert len(frame) == 2 * 4 * len(METHODS)
    fewer = run(SPEC | {"zero_shares": [0.5]}, 1, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[fewer.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(fewer)], fewer, check_exact=True)


def test_zeros_are_counted(frame):
    """240 entries, of which half are zeroed: four standard errors of a share are .13."""
    zeros = frame.groupby("zero_share")["data_zeros_before"].mean()
    assert zeros[0] == 0
    assert abs(zeros[0.5] - 0.5) < 0.13
    wide = frame.pivot(index=["cell_id", "replicate"], columns="method", values="data_zeros_before")
    assert (wide.nunique(axis=1) == 1).all()


def test_fits_leave_the_data_alone():
    X = np.random.default_rng(0).standard_normal((30, 5))
    before = X.copy()
    problem = prepare(X, X[:, 0] + 1, standardize=True, fit_intercept=True)
    copy = problem.dense().copy()
    for method in METHODS:
        path = fit(problem, method, 0.5, 6)
        assert path.certified.all()
        assert np.array_equal(X, before) and np.array_equal(problem.dense(), copy)


def test_zeros_are_in_the_coefficients(frame):
    zeros = frame.groupby("method")["coef_zeros"].mean()
    assert zeros["ridge"] == 0
    assert zeros["lasso"] > 0


def test_bad_config():
    with pytest.raises(ValueError, match="at most 8"):
        DataSparsity.model_validate({"shapes": [(30, 8)], "n_relevant": 9})


def test_figure_and_words(frame):
    data = figure.table(frame)
    assert len(data) == 2 * len(METHODS) * 5
    with figure.draw(data) as drawn:
        assert len(drawn.axes) == 2
    assert r"\RcDataSparsityCoefficients" in write_macros(numbers(CONFIG, data))
