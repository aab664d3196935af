"""Degrees of freedom against closed forms; subsets against an exact search; figure and words."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regclaims.config.mechanisms.optimism import Optimism
from regclaims.figures import optimism as figure
from regclaims.literature.best_subset import best_subset, forward_stepwise
from regclaims.mechanisms.optimism import (
    BEST,
    LASSO,
    METHODS,
    METRICS,
    OLS,
    RIDGE,
    UNSHRUNK,
    Design,
    cells,
    design_of,
    fit_all,
    lambda_with,
    measure,
    ridge_hat,
    run,
)
from regclaims.mechanisms.subsets import Subsets
from regclaims.report.mechanisms.optimism import numbers
from regclaims.report.tex import write_macros
from regclaims.solvers import ridge_path

CONFIG = Optimism.model_validate(
    {
        "n_samples": 30,
        "n_features": 6,
        "sizes": [2, 4],
        "n_relevant": [2],
        "snrs": [0.25, 6],
        "calibration_draws": 20,
        "n_lambdas": 20,
        "replicates": 12,
    }
)
SPEC = CONFIG.model_dump(exclude={"replicates"}, exclude_none=True)


@pytest.fixture(scope="module")
def frame():
    return run(SPEC, 1, 12)


def orthonormal(n, p, mean, sigma=1.0):
    """Centred columns that are orthogonal, of length sqrt n; coefficients `mean`."""
    rng = np.random.default_rng(3)
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.standard_normal((n, p))]))[0][:, 1:]
    X = np.sqrt(n) * basis
    return Design(X, X @ np.asarray(mean), sigma)


def within(values, expected, errors=4.0):
    """Whether a mean is within so many standard errors; four are missed once in 16,000 times."""
    return abs(np.mean(values) - expected) < errors * np.std(values) / np.sqrt(len(values))


def test_best_of_two_null_columns_costs_more_than_one():
    """E max(z1^2, z2^2) = 1 + 2/pi for the better of two columns without a signal."""
    design = orthonormal(10, 2, [0, 0])
    noise = np.random.default_rng(0).standard_normal((20_000, 10))
    subsets = Subsets(design.X, 1)
    df = (subsets.fitted(noise, subsets.best(noise)) * noise).sum(axis=1)
    assert within(df, 1 + 2 / np.pi)


def test_thresholding_has_the_known_degrees_of_freedom():
    """Orthonormal X: soft thresholding has P(|z| > t) a column, and hard thresholding adds
    t (phi(t - mu) + phi(t + mu)) for its jumps (Tibshirani 2015)."""
    n, size, mu = 20, 2, np.array([0.0, 1.5, 1.5])
    design = orthonormal(n, 3, mu / np.sqrt(n))
    noise = np.random.default_rng(1).standard_normal((400, n))
    threshold = 1.2
    lambda_ = threshold / np.sqrt(n)  # z = X'y / sqrt n has standard deviation 1
    measured = measure(
        fit_all(design, design.respond(noise), lambda_, size), noise[100:], design, size
    )
    kept = (stats.norm.sf(threshold - mu) + stats.norm.cdf(-threshold - mu)).sum()
    jumps = stats.norm.pdf(threshold - mu) + stats.norm.pdf(threshold + mu)
    assert within(measured[LASSO]["df"], kept)
    assert within(measured[UNSHRUNK]["df"], kept + threshold * jumps.sum())
    assert within(measured[LASSO]["n_nonzero"], kept)
    assert within(measured[OLS]["df"], 3)


def test_the_lasso_has_as_many_degrees_of_freedom_as_non_zeros():
    """Zou, Hastie and Tibshirani (2007), on correlated columns."""
    rng = np.random.default_rng(2)
    X = rng.standard_normal((25, 5)) + rng.standard_normal((25, 1))
    X -= X.mean(axis=0)
    design = Design(X, X @ np.array([1.0, -0.5, 0, 0, 0.3]), 1.0)
    noise = rng.standard_normal((400, 25))
    found = measure(fit_all(design, design.respond(noise), 0.15, 3), noise[100:], design, 3)
    assert within(found[LASSO]["df"] - found[LASSO]["formula"], 0)
    assert within(found[RIDGE]["df"], 3)
    # The planted alternative: best subset as if its three columns had been chosen beforehand.
    assert not within(found[BEST]["df"], 3)


def test_ridge_hat_is_the_certified_fit():
    design = design_of(next(cells(SPEC)))
    y = np.random.default_rng(0).standard_normal(30)
    hat = ridge_hat(design.X, 2.5)
    # The root in lambda is found to 1e-12, and df moves by less than p per unit of log lambda.
    assert np.trace(hat) == pytest.approx(2.5, abs=1e-10)
    grid = np.geomspace(10, 0.01, 2001)
    paths = ridge_path(design.X, y, lambdas=grid)
    nearest = paths.predict(design.X)[np.abs(paths.df - 2.5).argmin()]
    # One step of the grid in log lambda is .0035.
    np.testing.assert_allclose(hat @ (y - y.mean()) + y.mean(), nearest, atol=0.01)


def test_subsets_are_those_of_the_exact_search():
    rng = np.random.default_rng(5)
    X = rng.standard_normal((20, 6)) + 0.7 * rng.standard_normal((20, 1))
    X -= X.mean(axis=0)
    Y = rng.standard_normal((30, 20)) + X[:, 0]
    Y -= Y.mean(axis=1, keepdims=True)
    for size in (1, 3):
        subsets = Subsets(X, size)
        best, forward = subsets.best(Y), subsets.forward(Y)
        for i, y in enumerate(Y):
            for found, search in ((best, best_subset), (forward, forward_stepwise)):
                coefs, _ = search(X, y)
                assert found[i] == tuple(np.flatnonzero(coefs[size]))
        coefs, intercepts = best_subset(X, Y[0])
        # Two factorizations of the same well-conditioned columns.
        np.testing.assert_allclose(
            subsets.fitted(Y, best)[0], X @ coefs[size] + intercepts[size], atol=1e-12
        )
    with pytest.raises(ValueError, match="12 columns at most"):
        Subsets(np.zeros((20, 13)), 2)


def test_lambda_gives_so_many_non_zeros_on_average():
    design = orthonormal(30, 4, [0, 0, 0, 0])
    Y = design.respond(np.random.default_rng(0).standard_normal((150, 30)))
    found = lambda_with(2, design, Y, SPEC | {"n_lambdas": 40})
    # P(|z| > t) = 1/2 at t = .674; over 150 draws of 4 columns t has a standard error of .03.
    assert found * np.sqrt(30) == pytest.approx(stats.norm.ppf(0.75), abs=0.12)
    with pytest.raises(ValueError, match="lambda_min_ratio is too large"):
        lambda_with(3, design, Y, SPEC | {"lambda_min_ratio": 0.9})


def test_table_is_tidy_and_draws_are_kept(frame):
    levels = ["size", "n_relevant", "snr", "correlation"]
    assert list(frame) == ["cell_id", *levels, "replicate", "method", *METRICS]
    assert len(frame) == 8 * 12 * len(METHODS)
    assert frame.notna().all(axis=None)
    fewer = run(SPEC | {"sizes": [4], "snrs": [6.0]}, 1, 5)
    keys = ["cell_id", "replicate", "method"]
    kept = frame.set_index(keys).loc[fewer.set_index(keys).index].reset_index()
    # Products of matrices with other rows may differ in their last bits.
    pd.testing.assert_frame_equal(kept[list(fewer)], fewer, rtol=1e-12, atol=1e-12)


def test_the_design_stays_whatever_the_seed(frame):
    other = run(SPEC, 2, 2)
    assert set(other["cell_id"]) == set(frame["cell_id"])
    assert not np.isin(other["df"], frame["df"]).any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": [6]}, "sizes must be below 6"),
        ({"n_relevant": [7]}, "at most 6"),
        ({"n_samples": 10, "n_features": 9, "sizes": [2], "n_relevant": [2]}, "least squares"),
    ],
)
def test_bad_config(change, message):
    with pytest.raises(ValueError, match=message):
        Optimism.model_validate(CONFIG.model_dump() | change)


def test_figure_and_words(frame):
    data = figure.table(frame)
    own = data[(data["method"] == LASSO) & (data["size"] == 2) & (data["snr"] == 6)]
    rows = frame[(frame["method"] == LASSO) & (frame["size"] == 2) & (frame["snr"] == 6)]
    assert own["value"].iloc[0] == pytest.approx(rows["df"].mean())
    assert own["avoided"].iloc[0] == pytest.approx(rows["avoided"].mean())
    with figure.draw(data) as drawn:
        assert len(drawn.axes) == 2
    assert r"\RcOptimismBest" in write_macros(numbers(CONFIG, data))
