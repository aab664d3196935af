"""Least squares by normal equations, and what a certificate needs to know of it."""

import numpy as np
import pytest
from scipy import sparse

from regclaims.solvers import certificate, least_squares, projection
from regclaims.solvers.preparation import prepare

NEVER_NORMAL = ("WELL_CONDITIONED", np.inf)
SHAPES = [(60, 8), (20, 19), (20, 20), (20, 21), (25, 60)]


def drawn(n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    return X * np.geomspace(0.1, 10, p), X[:, 0] + rng.standard_normal(n) + 4


def weights(n):
    return np.random.default_rng(1).uniform(0.2, 2, n)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
def test_least_squares_agree_with_singular_values(
    monkeypatch, shape, fit_intercept, weighted, standardize
):
    X, y = drawn(*shape)
    options = {
        "fit_intercept": fit_intercept,
        "standardize": standardize,
        "sample_weight": weights(len(y)) if weighted else None,
    }
    found = least_squares(X, y, **options)
    by_sparse = least_squares(sparse.csr_array(X), y, **options)
    monkeypatch.setattr(projection, *NEVER_NORMAL)
    other = least_squares(X, y, **options)
    scale = np.abs(other.coefs).max()
    for each in (found, by_sparse):
        # Rounding times the condition number: below 1e4 for the square shapes.
        np.testing.assert_allclose(each.coefs, other.coefs, rtol=0, atol=1e-11 * scale)
        np.testing.assert_allclose(each.intercepts, other.intercepts, rtol=1e-10)
        assert each.status == other.status
        assert each.df == other.df


@pytest.mark.parametrize("shape", [(60, 8), (25, 60)])
def test_a_rank_in_doubt_is_left_to_singular_values(shape):
    X, y = drawn(*shape)
    X[:, 1] = np.nextafter(X[:, 0], np.inf)  # by rounding alone
    twice = least_squares(X, y)
    assert twice.status.tolist() == ["not unique"]
    assert twice.df[0] == min(len(y) - 1, shape[1] - 1)
    scale = X.std(axis=0)
    # Of least norm: twins share.
    assert twice.coefs[0, 0] * scale[0] == pytest.approx(twice.coefs[0, 1] * scale[1], rel=1e-6)


@pytest.mark.parametrize("shape", [(60, 8), (12, 30)])
def test_rows_that_are_alike_are_left_to_singular_values(shape):
    X, y = drawn(*shape)
    X[-3:] = X[:3]
    fit = least_squares(X, y)
    assert fit.certified.all()
    kkt, gap = certificate(X, y, fit)
    assert kkt[0] < 1e-12
    assert gap[0] < 1e-12


@pytest.mark.parametrize("constant", [1, 3])
def test_constant_columns_stay_out(constant):
    X, y = drawn(60, 3)
    X[:, :constant] = 7.0
    fit = least_squares(X, y)
    assert not fit.coefs[0, :constant].any()
    assert fit.df[0] == 3 - constant
    assert fit.status.tolist() == ["converged"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("safe", [True, False])
def test_what_is_still_to_gain(monkeypatch, shape, fit_intercept, safe):
    X, y = drawn(*shape)
    problem = prepare(X, y, standardize=True, fit_intercept=fit_intercept)
    coefs = np.random.default_rng(2).standard_normal((3, shape[1]))
    residuals = problem.y - problem.combine(coefs)
    Z = problem.dense()
    best = problem.y - Z @ np.linalg.lstsq(Z, problem.y, rcond=None)[0]
    expected = ((residuals**2).sum(axis=1) - best @ best) / (2 * len(y))
    if not safe:
        monkeypatch.setattr(projection, *NEVER_NORMAL)
    found = projection.gain(problem, problem.correlate(residuals))
    # By the smallest eigenvalue, some 1e-7 for the square shapes.
    np.testing.assert_allclose(found, expected, rtol=1e-8)


@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize(
    ("shape", "fit_intercept", "expected"),
    [
        ((60, 8), True, True),
        ((20, 19), True, True),
        ((20, 20), True, False),
        ((20, 20), False, True),
        ((20, 21), False, False),
    ],
)
def test_whether_columns_are_independent(monkeypatch, shape, fit_intercept, expected, safe):
    X, y = drawn(*shape)
    if not safe:
        monkeypatch.setattr(projection, *NEVER_NORMAL)
    options = {"standardize": True, "fit_intercept": fit_intercept}
    assert projection.independent(prepare(X, y, **options)) == expected
    twice = np.column_stack([X, X[:, 0]])
    assert not projection.independent(prepare(twice, y, **options))


def test_no_column_has_nothing_to_gain():
    problem = prepare(np.ones((10, 2)), np.arange(10.0), standardize=True, fit_intercept=True)
    assert projection.gain(problem, np.zeros((1, 2))).tolist() == [0.0]
    assert projection.independent(problem)
