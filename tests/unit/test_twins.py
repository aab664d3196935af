"""Twins: the grouping bound where it is tight, columns that are the same, figure and words."""

import numpy as np
import pandas as pd
import pytest

from regclaims.config.mechanisms.twins import Twins
from regclaims.figures import twins as figure
from regclaims.mechanisms.twins import (
    LASSO,
    METHODS,
    METRICS,
    NET,
    RIDGE,
    cells,
    flips,
    grouping,
    run,
    scenario_of,
)
from regclaims.report.mechanisms.twins import numbers
from regclaims.report.tex import write_macros
from regclaims.solvers import gaussian_path

CONFIG = Twins.model_validate(
    {
        "n_samples": 60,
        "n_pairs": 5,
        "n_relevant_pairs": [2],
        "rhos": [0.7, 0.99, 1],
        "snrs": [2],
        "n_lambdas": 20,
        "replicates": 8,
    }
)
SPEC = CONFIG.model_dump(exclude={"replicates"})


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, 8)


def orthogonal(n):
    """Two centred columns with mean square 1 that are orthogonal."""
    rng = np.random.default_rng(0)
    rows = np.linalg.qr(np.column_stack([np.ones(n), rng.standard_normal((n, 2))]))[0][:, 1:]
    return np.sqrt(n) * rows.T


@pytest.mark.parametrize("r", [0.5, 0.9, 0.999])
def test_the_bound_is_nearly_reached_where_it_is_tight(r):
    """The Elastic Net of two columns in closed form, by their sum and difference.

    With y = A u + B v, u and v the sum and difference over sqrt 2, and both coefficients positive,
    the difference is sqrt(2) (1-r) B/(1-r+lambda_2).
    """
    e, f = orthogonal(50)
    u, v = np.sqrt(1 + r) * e, np.sqrt(1 - r) * f
    X = np.column_stack([u + v, u - v]) / np.sqrt(2)
    B = 1.0
    # A little above the A where the second coefficient would be 0.
    A = 1.05 * (1 - r) / (1 + r) * B
    l1_ratio, lambda_ = 1e-9, 100.0
    path = gaussian_path(X, A * u + B * v, l1_ratio=l1_ratio, lambdas=[lambda_])
    found = grouping(X, A * u + B * v, path)
    l2 = lambda_ * (1 - l1_ratio)
    gap = np.sqrt(2) * (1 - r) * B / (1 - r + l2)
    bound = np.sqrt(A**2 * (1 + r) + B**2 * (1 - r)) * np.sqrt(2 * (1 - r)) / l2
    # Coefficients of order 1e-3 are known to about 1e-13; a gap is a difference of two of them.
    assert found["bound_ratio"] == pytest.approx(gap / bound, rel=1e-6)
    # Near sqrt((1+r)/2): a bound without its factor 2 would be broken.
    assert 1 / np.sqrt(2) < found["bound_ratio"] <= 1
    assert found["bound_excess"] == 0


def test_excess_over_the_bound_is_seen():
    X, y = np.random.default_rng(1).standard_normal((30, 4)), np.arange(30.0)
    X[:, 1] = X[:, 0]
    path = gaussian_path(X, y, l1_ratio=0.5, n_lambdas=10)
    assert grouping(X, y, path)["bound_excess"] < 1e-12  # rounding of equal coefficients
    path.coefs[:, 0] *= 2
    assert grouping(X, y, path)["bound_excess"] > 1e-6


def test_same_columns_leave_the_lasso_no_choice_of_its_own(frame):
    same = frame[frame["rho"] == 1].set_index("method")
    assert (same.loc[LASSO, "not_unique"] == 1).all()
    assert same.loc[LASSO, ["one_kept", "pair_spread", "flips"]].isna().all(axis=None)
    assert (same.loc[LASSO, "one_kept_surely"] == 0).all()
    # Equal but for rounding over the tuned lambda, about 1e-10, squared.
    assert same.loc[[RIDGE, NET], "pair_spread"].max() < 1e-15
    assert (frame.loc[frame["rho"] < 1, "not_unique"] == 0).all()


def test_same_columns_are_the_same_to_the_last_bit():
    cell = next(cell for cell in cells(SPEC) if cell["rho"] == 1)
    X = scenario_of(cell).correlation.sample(np.random.default_rng(0), 20, 10)
    assert np.array_equal(X[:, ::2], X[:, 1::2])


def test_signal_to_noise_is_as_asked():
    for cell in cells(SPEC):
        scenario = scenario_of(cell)
        assert scenario.signal_variance / scenario.noise_variance == pytest.approx(2)
        pair = scenario.beta[:2]
        assert (pair[0] == pair[1]) == (cell["truth"] == "both")


def test_flips_by_hand():
    first = np.array([1.0, 0, 0, 2, 3, 0, 1, 1])
    assert flips(first, np.array([2.0, 1, 1, 0, 0, 0, 5, 0])) == 0.5
    assert np.isnan(flips(first[-2:], first[-2:]))
    assert np.isnan(flips(np.array([1.0, 0]), np.zeros(2)))


def test_table_is_tidy_and_draws_are_kept(frame):
    levels = ["rho", "truth", "n_relevant_pairs", "snr"]
    assert list(frame) == ["cell_id", *levels, "replicate", "method", *METRICS]
    assert len(frame) == 3 * 2 * 8 * len(METHODS)
    fewer = run(SPEC | {"rhos": [0.99], "truths": ["both"]}, 1, 2)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[fewer.set_index(keys).index].reset_index()
    pd.testing.assert_frame_equal(kept[list(fewer)], fewer, check_exact=True)


def test_ridge_keeps_both(frame):
    assert (frame.loc[frame["method"] == RIDGE, "one_kept"] == 0).all()


def test_bad_config():
    with pytest.raises(ValueError, match="at most 5"):
        Twins.model_validate({"n_pairs": 5, "n_relevant_pairs": [6]})


def test_figure_and_words(frame):
    data = figure.table(frame)
    one = data[(data["metric"] == "one_kept") & (data["method"] == LASSO)]
    assert set(one["rho"]) == {0.7, 0.99}
    rows = frame[(frame["method"] == LASSO) & (frame["truth"] == "one") & (frame["rho"] == 0.99)]
    shown = one[(one["truth"] == "one") & (one["rho"] == 0.99)]
    assert shown["value"].iloc[0] == pytest.approx(rows["one_kept"].mean())
    with figure.draw(data) as drawn:
        assert len(drawn.axes) == 4
    assert r"\RcTwinsLargestBoundShare" in write_macros(numbers(CONFIG, data))
