"""Logistic paths: what the squared loss has no like of."""

from dataclasses import replace

import numpy as np
import pytest

from regclaims.solvers import certificate, logistic_path


def problem(seed, n=30, p=4):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, (rng.random(n) < 1 / (1 + np.exp(-2 * X[:, 0]))).astype(float)


def objective(X, y, path, k):
    f = path.predict(X)[k]
    Z = path.coefs[k] * X.std(axis=0)
    penalty = path.l1_ratio * np.abs(Z).sum() + (1 - path.l1_ratio) / 2 * (Z**2).sum()
    return (np.logaddexp(0, f) - y * f).mean() + path.lambdas[k] * penalty


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("shift", [0.001, 0.03, -0.3])
def test_the_gap_bounds_the_excess_whatever_is_wrong(l1_ratio, shift):
    # The dual point moves to meet the intercept's condition; it must be scaled after
    # that, or it is no dual point.
    for seed in range(60):
        X, y = problem(seed)
        best = logistic_path(X, y, l1_ratio=l1_ratio, n_lambdas=5, lambda_min_ratio=1e-3)
        wrong = replace(best, intercepts=best.intercepts + shift)
        _, gap = certificate(X, y, wrong)
        null = -(y.mean() * np.log(y.mean()) + (1 - y.mean()) * np.log(1 - y.mean()))
        for k in range(5):
            excess = objective(X, y, wrong, k) - objective(X, y, best, k)
            assert excess > 0
            assert gap[k] * null >= excess - 1e-12  # rounding of two objectives


def test_rare_columns_of_many_rows():
    # Where the objective's decrease is lost in the rounding of a sum of 5000 terms.
    for seed in range(8):
        rng = np.random.default_rng(seed)
        X = (rng.random((5000, 20)) < 0.05).astype(float)
        y = (rng.random(5000) < 1 / (1 + np.exp(0.2 - X[:, 0]))).astype(float)
        assert (logistic_path(X, y, n_lambdas=30).status == "converged").all(), seed


@pytest.mark.parametrize("shape", [(60, 3), (20, 50)])
def test_separable_classes_have_a_penalized_fit(shape):
    X, _ = problem(0, *shape)
    y = (X[:, 0] > 0).astype(float)
    path = logistic_path(X, y)
    assert (path.status == "converged").all()
    right = (path.predict(X)[-1] > 0) == (y == 1)
    assert right.all()
    assert np.abs(path.coefs[-1]).max() > np.abs(path.coefs[50]).max()


def test_one_binary_column_in_closed_form():
    # Without a penalty to speak of the fit is the saturated one: log odds in either group.
    x = np.repeat([0.0, 1.0], 20)
    y = np.concatenate([np.repeat([0.0, 1.0], [14, 6]), np.repeat([0.0, 1.0], [5, 15])])
    path = logistic_path(x[:, None], y, lambdas=[1e-9])
    odds = np.log([6 / 14, 15 / 5])
    # Off by lambda times the inverse curvature, about 20.
    np.testing.assert_allclose(path.intercepts[0], odds[0], rtol=0, atol=1e-7)
    np.testing.assert_allclose(path.coefs[0, 0], odds[1] - odds[0], rtol=0, atol=1e-7)


def test_swapping_the_classes_turns_every_sign():
    X, y = problem(3)
    one, other = logistic_path(X, y, l1_ratio=0.5), logistic_path(X, 1 - y, l1_ratio=0.5)
    np.testing.assert_allclose(other.coefs, -one.coefs, rtol=0, atol=1e-8)
    np.testing.assert_allclose(other.intercepts, -one.intercepts, rtol=0, atol=1e-8)
