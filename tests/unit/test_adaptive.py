"""The adaptive lasso: closed forms, what the initial fit does, invariances, degenerate data."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from regclaims.solvers import (
    adaptive,
    adaptive_path,
    certificate,
    gaussian_path,
    least_squares,
    ridge_path,
)

# Fits are exact but for rounding times the condition number of a support, below 100 here, and that
# of the initial fit.
SAME = {"rtol": 1e-10, "atol": 1e-10}
DESIGNS = {"n > p": (60, 8), "p > n": (25, 60)}


def correlated(n=60, p=8, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + rng.standard_normal(n) + 4
    return X, y


def orthonormal(n=32, p=6, seed=0):
    """Columns with mean 0 and X'X = n I, and y with a mean."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.standard_normal((n, p))]))[0]
    X = np.sqrt(n) * basis[:, 1:]
    return X, X @ np.linspace(-2, 2, p) + rng.standard_normal(n) + 5


# Closed forms


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("standardize", [True, False])
def test_orthonormal_columns_are_soft_thresholded_each_by_its_own_lambda(gamma, standardize):
    X, y = orthonormal()
    initial = np.array([-1.5, 1.0, -0.2, 0.3, 0.8, 2.5])
    lambdas = np.array([4.0, 2.0, 0.5, 0.1, 0.01])
    path = adaptive_path(
        X, y, initial=initial, gamma=gamma, lambdas=lambdas, standardize=standardize
    )
    z = X.T @ y / len(y)
    own = lambdas[:, None] / np.abs(initial) ** gamma
    expected = np.sign(z) * np.maximum(np.abs(z) - own, 0.0)
    np.testing.assert_allclose(path.coefs, expected, **SAME)
    np.testing.assert_array_equal(path.coefs == 0.0, expected == 0.0)
    np.testing.assert_allclose(path.penalty_factors, np.abs(initial) ** -gamma, rtol=1e-12)
    assert (path.status == "converged").all()


def test_from_least_squares_it_is_the_garotte_of_orthonormal_columns():
    # Zou (2006), section 3.4: with gamma = 1, b = (1 - lambda/z^2)+ z.
    X, y = orthonormal()
    lambdas = np.array([3.0, 1.0, 0.1])
    initial = least_squares(X, y).coefs[0]
    path = adaptive_path(X, y, initial=initial, lambdas=lambdas)
    z = X.T @ y / len(y)
    expected = np.maximum(1 - lambdas[:, None] / z**2, 0.0) * z
    np.testing.assert_allclose(path.coefs, expected, **SAME)


def test_it_is_the_lasso_on_columns_divided_by_their_factors():
    X, y = correlated()
    initial = np.linspace(-2, 2, 8)
    path = adaptive_path(X, y, initial=initial, gamma=0.5, n_lambdas=20)
    factors = np.abs(initial * X.std(axis=0)) ** -0.5
    Z = X / X.std(axis=0) / factors
    plain = gaussian_path(Z, y, lambdas=path.lambdas, standardize=False)
    np.testing.assert_allclose(path.coefs, plain.coefs / X.std(axis=0) / factors, **SAME)


@pytest.mark.parametrize("shape", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_by_default_it_starts_from_ridge_tuned_by_generalized_cross_validation(
    shape, fit_intercept
):
    X, y = correlated(*shape)
    n = len(y)
    ridge = ridge_path(X, y, fit_intercept=fit_intercept)
    center = X.mean(axis=0) * fit_intercept
    scale = np.sqrt(((X - center) ** 2).mean(axis=0))
    Z, t = (X - center) / scale, y - y.mean() * fit_intercept
    best, error = None, np.inf
    for coef, lambda_ in zip(ridge.coefs, ridge.lambdas, strict=True):
        hat = Z @ np.linalg.solve(Z.T @ Z + n * lambda_ * np.eye(shape[1]), Z.T)
        left = 1 - (np.trace(hat) + fit_intercept) / n
        gcv = np.mean((t - hat @ t) ** 2) / left**2
        if gcv < error:
            best, error = coef, gcv
    path = adaptive_path(X, y, fit_intercept=fit_intercept)
    np.testing.assert_allclose(path.penalty_factors, 1 / np.abs(best * scale), rtol=1e-10)


def test_orthonormal_ridge_shrinks_all_alike():
    X, y = orthonormal()
    z = np.abs(X.T @ y / len(y))
    factors = adaptive_path(X, y).penalty_factors
    np.testing.assert_allclose(factors * z, (factors * z)[0], rtol=1e-10)


@pytest.mark.parametrize("shape", DESIGNS.values(), ids=DESIGNS)
@pytest.mark.parametrize("gamma", [0.5, 1.0, 3.0])
def test_every_fit_is_certified_from_the_data_alone(shape, gamma):
    X, y = correlated(*shape)
    path = adaptive_path(X, y, gamma=gamma)
    assert len(path) == 100
    assert (path.status == "converged").all()
    kkt, gap = certificate(X, y, path)
    np.testing.assert_array_equal(kkt, path.kkt)
    np.testing.assert_array_equal(gap, path.gap)
    # The optimality conditions by hand, on standardized columns: |Z'r|/n <= lambda factors.
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    gradient = Z.T @ (y - path.predict(X)).T / len(y) / path.penalty_factors[:, None]
    slack = 1e-12 * path.lambdas[0]
    assert (np.abs(gradient) <= path.lambdas + slack).all()
    active = path.coefs.T != 0.0
    bound = np.sign(path.coefs.T) * path.lambdas
    assert np.abs(gradient - bound)[active].max() < slack


def test_the_default_grid_starts_where_the_null_model_ends():
    X, y = correlated()
    path = adaptive_path(X, y, lambda_min_ratio=0.5, n_lambdas=10)
    assert not path.coefs[0].any()
    assert path.coefs[1].any()
    assert path.lambdas[-1] == pytest.approx(path.lambdas[0] / 2, rel=1e-12)


def test_the_path_can_end_early():
    X, y = correlated()
    path = adaptive_path(X, y, deviance_stop=0.5)
    explained = 1 - ((y - path.predict(X)) ** 2).mean(axis=1) / y.var()
    assert (explained[:-1] < 0.5).all()
    assert explained[-1] >= 0.5


def test_it_finds_a_support_that_no_lambda_of_the_lasso_does():
    # Zou (2006), section 3: a column that leans on the three relevant ones, with .55 each, more
    # than 1 in all, enters before them. Weighted by an initial fit, it hardly counts.
    X, _ = orthonormal(n=200, p=5)
    X, noise = X[:, :4].copy(), X[:, 4]
    X[:, 3] = 0.55 * X[:, :3].sum(axis=1) + np.sqrt(1 - 3 * 0.55**2) * X[:, 3]
    y = X[:, :3].sum(axis=1) + noise
    truth = [True, True, True, False]
    assert not (gaussian_path(X, y).coefs.astype(bool) == truth).all(axis=1).any()
    assert (adaptive_path(X, y).coefs.astype(bool) == truth).all(axis=1).any()


# The initial fit


def test_columns_whose_initial_coefficient_is_zero_stay_out():
    X, y = correlated()
    initial = np.array([1.0, 0.0, 2.0, 0.0, 1.0, 0.0, -3.0, 0.0])
    path = adaptive_path(X, y, initial=initial)
    out = initial == 0.0
    assert not path.coefs[:, out].any()
    assert path.coefs[-1, ~out].all()
    assert np.isinf(path.penalty_factors[out]).all()
    alone = adaptive_path(X[:, ~out], y, initial=initial[~out], lambdas=path.lambdas)
    np.testing.assert_allclose(path.coefs[:, ~out], alone.coefs, **SAME)
    assert (path.status == "converged").all()


def test_a_lasso_fit_can_be_the_initial_one():
    X, y = correlated(25, 60)
    first = gaussian_path(X, y)
    path = adaptive_path(X, y, initial=first.coefs[50])
    assert not path.coefs[:, first.coefs[50] == 0.0].any()
    assert (path.status == "converged").all()


def test_nothing_to_start_from_is_the_null_model():
    X, y = correlated()
    path = adaptive_path(X, y, initial=np.zeros(8))
    assert not path.coefs.any()
    np.testing.assert_allclose(path.intercepts, y.mean(), rtol=1e-15)
    assert (path.status == "converged").all()


def test_a_constant_y_is_the_null_model():
    X, _ = correlated()
    path = adaptive_path(X, np.full(60, 3.0))
    assert not path.coefs.any()
    np.testing.assert_allclose(path.intercepts, 3.0, rtol=1e-15)
    assert (path.status == "converged").all()


def test_a_column_that_is_next_to_nothing_beside_another_stays_out():
    X, y = correlated()
    initial = np.array([1e-300, 1.0, 1e-90, 1e-10, 1.0, 1e3, 1.0, 1.0])
    path = adaptive_path(X, y, initial=initial)
    assert np.isinf(path.penalty_factors).tolist() == [True] + 7 * [False]
    assert np.isfinite(path.coefs).all()
    assert (path.status == "converged").all()


@pytest.mark.parametrize(("size", "gamma"), [(1e-60, 2.0), (1e60, 2.0), (1e-300, 4.0)])
def test_factors_out_of_range_are_refused(size, gamma):
    X, y = correlated()
    with pytest.raises(ValueError, match="choose other units for y"):
        adaptive_path(X, y, initial=np.full(8, size), gamma=gamma)


def test_a_constant_column_stays_out_whatever_its_initial_coefficient():
    X, y = correlated()
    X[:, 2] = 7.0
    for initial in (None, np.ones(8)):
        path = adaptive_path(X, y, initial=initial)
        assert not path.coefs[:, 2].any()
        assert np.isinf(path.penalty_factors[2])
        assert (path.status == "converged").all()


def test_twins_share_the_ridge_fit_and_are_not_told_apart():
    X, y = correlated()
    path = adaptive_path(np.column_stack([X, X[:, 0]]), y)
    assert path.penalty_factors[0] == pytest.approx(path.penalty_factors[8], rel=1e-9)
    assert path.certified.all()


# Invariances


def test_with_gamma_one_and_a_fixed_start_units_do_not_matter_standardized_or_not():
    # |b|/|b_init| has no unit.
    X, y = correlated()
    initial, units = np.linspace(-2, 2, 8), np.geomspace(1e-4, 1e4, 8)
    base = adaptive_path(X, y, initial=initial, n_lambdas=20)
    for standardize in (True, False):
        for scale in (np.ones(8), units):
            path = adaptive_path(
                X * scale,
                y,
                initial=initial / scale,
                lambdas=base.lambdas,
                standardize=standardize,
            )
            np.testing.assert_allclose(path.coefs * scale, base.coefs, **SAME)


@pytest.mark.parametrize("shape", DESIGNS.values(), ids=DESIGNS)
def test_standardized_units_do_not_matter_to_the_default(shape):
    X, y = correlated(*shape)
    units = np.geomspace(1e-4, 1e4, shape[1])
    base = adaptive_path(X, y, n_lambdas=20)
    path = adaptive_path(X * units + 3 * units, y - 9, n_lambdas=20)
    np.testing.assert_allclose(path.coefs * units, base.coefs, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(path.lambdas, base.lambdas, rtol=1e-9)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0])
def test_lambda_has_the_unit_of_the_formula(gamma):
    X, y = correlated()
    base = adaptive_path(X, y, gamma=gamma, n_lambdas=20)
    path = adaptive_path(X, 1000 * y, gamma=gamma, n_lambdas=20)
    np.testing.assert_allclose(path.coefs, 1000 * base.coefs, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(path.lambdas, 1000 ** (1 + gamma) * base.lambdas, rtol=1e-9)


@pytest.mark.parametrize("given", [True, False])
def test_rows_of_weight_zero_are_as_good_as_absent(given):
    X, y = correlated()
    weights = np.random.default_rng(2).uniform(0.5, 2, 60)
    weights[::5] = 0.0
    kept = weights > 0
    initial = np.ones(8) if given else None
    one = adaptive_path(X, y, initial=initial, sample_weight=weights)
    other = adaptive_path(X[kept], y[kept], initial=initial, sample_weight=weights[kept])
    np.testing.assert_array_equal(one.coefs, other.coefs)
    np.testing.assert_array_equal(one.lambdas, other.lambdas)


def test_whole_weights_are_repeated_rows():
    X, y = correlated()
    weights = np.random.default_rng(2).integers(0, 4, 60)
    initial = np.linspace(-2, 2, 8)
    one = adaptive_path(X, y, initial=initial, sample_weight=weights)
    other = adaptive_path(X.repeat(weights, axis=0), y.repeat(weights), initial=initial)
    np.testing.assert_allclose(one.coefs, other.coefs, **SAME)
    np.testing.assert_allclose(one.lambdas, other.lambdas, rtol=1e-12)


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize("shape", [(80, 20), (50, 70)])
def test_sparse_is_dense(shape, weighted):
    rng = np.random.default_rng(3)
    X = np.where(rng.uniform(size=shape) < 0.2, rng.standard_normal(shape), 0.0)
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + 0.1 * rng.standard_normal(shape[0])
    weights = rng.uniform(0.2, 2, shape[0]) if weighted else None
    dense = adaptive_path(X, y, sample_weight=weights, lambda_min_ratio=0.01)
    for kind in (sparse.csr_array, sparse.csc_matrix):
        found = adaptive_path(kind(X), y, sample_weight=weights, lambdas=dense.lambdas)
        np.testing.assert_allclose(found.coefs, dense.coefs, **SAME)
        np.testing.assert_allclose(found.penalty_factors, dense.penalty_factors, rtol=1e-9)


def test_the_same_twice_is_the_same_to_the_last_bit():
    X, y = correlated(25, 60)
    np.testing.assert_array_equal(adaptive_path(X, y).coefs, adaptive_path(X, y).coefs)


# Bad input


@pytest.mark.parametrize("gamma", [0.0, -1.0, np.inf, np.nan])
def test_gamma_out_of_range_is_refused(gamma):
    with pytest.raises(ValueError, match="gamma must be above 0"):
        adaptive_path(*correlated(), gamma=gamma)


@pytest.mark.parametrize("initial", [np.ones(7), np.ones((8, 1)), [1.0] * 7 + [np.nan], ["a"] * 8])
def test_initial_coefficients_out_of_range_are_refused(initial):
    with pytest.raises(ValueError, match="initial must be"):
        adaptive_path(*correlated(), initial=initial)


def test_without_a_certified_ridge_fit_it_asks_for_a_start(monkeypatch):
    solve = adaptive.solve_ridge
    monkeypatch.setattr(
        adaptive,
        "solve_ridge",
        lambda problem: replace(solve(problem), status=np.full(100, "failed")),
    )
    with pytest.raises(ValueError, match="give initial coefficients"):
        adaptive_path(*correlated())
