"""Which fits are said to be the only optimal ones, against others that are constructed."""

from dataclasses import replace

import numpy as np
import pytest

from regclaims.solvers import (
    MAX_RESIDUAL,
    certificate,
    gaussian_path,
    least_squares,
    logistic_path,
    ridge_path,
)


def data(n=40, p=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    return X, X[:, 0] - X[:, 1] + 0.5 * rng.standard_normal(n)


def classes(y):
    return (y > np.median(y)).astype(float)


LASSOS = {
    "squared": gaussian_path,
    "logistic": lambda X, y, **options: logistic_path(X, classes(y), **options),
}
SMOOTH = {
    "elastic net": lambda X, y: gaussian_path(X, y, l1_ratio=0.999, n_lambdas=20),
    "ridge": lambda X, y: ridge_path(X, y, n_lambdas=20),
    "logistic elastic net": lambda X, y: logistic_path(X, classes(y), l1_ratio=0.5, n_lambdas=20),
}
both = pytest.mark.parametrize("loss", LASSOS)


def response(loss, y):
    return classes(y) if loss == "logistic" else y


def other_optimum(X, y, path, k, split):
    """Move fit k by `split`, of the same predictions and L1 norm, and let it be judged."""
    coefs = path.coefs[k] + split
    intercept = path.intercepts[k] - split @ X.mean(axis=0)
    moved = replace(
        path.until(k + 1),
        lambdas=path.lambdas[k : k + 1],
        coefs=coefs[None],
        intercepts=np.array([intercept]),
    )
    return max(float(part[0]) for part in certificate(X, y, moved))


@both
@pytest.mark.parametrize("sign", [1, -1])
def test_a_duplicate_of_a_column_in_the_support(loss, sign):
    X, y = data()
    X = np.column_stack([X, sign * X[:, 0]])
    path = LASSOS[loss](X, y, n_lambdas=30)
    used = (path.coefs[:, 0] != 0) | (path.coefs[:, 6] != 0)
    assert used.sum() > 20
    np.testing.assert_array_equal(path.status == "not unique", used)
    assert (path.status[~used] == "converged").all()
    for k in np.flatnonzero(used):
        split = np.zeros(7)
        total = path.coefs[k, 0] + sign * path.coefs[k, 6]
        split[0], split[6] = 0.3 * total - path.coefs[k, 0], 0.7 * sign * total - path.coefs[k, 6]
        assert other_optimum(X, response(loss, y), path, k, split) <= 2 * MAX_RESIDUAL


@both
def test_a_duplicate_that_stays_out_does_no_harm(loss):
    X, y = data()
    noise = np.column_stack([X, X[:, 5]])
    path = LASSOS[loss](noise, y, n_lambdas=30)
    out = (path.coefs[:, [5, 6]] == 0).all(axis=1)
    assert out.any()
    assert (path.status[out] == "converged").all()
    assert (path.status[~out] == "not unique").all()


@both
def test_the_dummy_trap(loss):
    rng = np.random.default_rng(3)
    group = np.arange(60) % 3
    X = np.eye(3)[group]
    y = np.array([1.0, 0.0, -1.5])[group] + 0.5 * rng.standard_normal(60)
    path = LASSOS[loss](X, y, n_lambdas=30, standardize=False)
    # All three coefficients move the intercept alone; of three, one is 0 or signs differ, and then
    # a move that adds d to all keeps the L1 norm only if as many fall as rise: never, of three.
    assert (path.status == "converged").all()
    assert (np.count_nonzero(path.coefs, axis=1) <= 2).all()
    four = np.arange(60) % 4
    X = np.eye(4)[four]
    y = np.array([2.0, 1.0, -1.0, -2.0])[four] + 0.1 * rng.standard_normal(60)
    path = LASSOS[loss](X, y, n_lambdas=30, standardize=False)
    spread = path.status == "not unique"
    assert spread.any()
    for k in np.flatnonzero(spread):
        # Two rise and two fall: a small move of all four costs nothing.
        b = path.coefs[k]
        room = np.sort(b)
        low, high = -room[2], -room[1]
        for move in (0.5 * low, 0.5 * high):
            if move:
                split = np.full(4, move)
                assert other_optimum(X, response(loss, y), path, k, split) <= 2 * MAX_RESIDUAL


@pytest.mark.parametrize("seed", range(5))
def test_continuous_columns_beyond_n_leave_one_fit(seed):
    # Tibshirani (2013), lemma 4: with probability 1, whatever the ranks.
    X, y = data(15, 60, seed)
    path = gaussian_path(X, y, lambda_min_ratio=1e-4, n_lambdas=40)
    assert (path.status == "converged").all()
    order = np.random.default_rng(seed).permutation(60)
    signs = np.where(np.arange(60) % 2, 1.0, -1.0)
    again = gaussian_path((X * signs)[:, order], y, lambdas=path.lambdas)
    scale = X.std(axis=0)
    moved = np.abs(again.coefs * signs[order] - path.coefs[:, order]) * scale[order]
    # Kappa of 14 of 60 columns, squared, times the certificate; at most 1e4 here.
    assert moved.max() <= 1e4 * MAX_RESIDUAL * np.abs(path.coefs * scale).max()


def test_a_tie_at_the_edge_that_cannot_come_in_leaves_the_fit_unique():
    # z3 = (z1 + z2) shares their fit, but enters at the cost of both: |z3| gradient 2 l1 > l1
    # would be a violation, so at half of it the gradient is on the edge exactly.
    basis = np.linalg.qr(np.random.default_rng(0).standard_normal((32, 2)))[0] * np.sqrt(32)
    X = np.column_stack([basis, (basis[:, 0] + basis[:, 1]) / 2])
    y = basis @ np.array([3.0, 3.0])
    path = gaussian_path(X, y, lambdas=[1.0], standardize=False, fit_intercept=False)
    # b = (2, 2, 0) and (0, 0, 4) fit alike and have the same norm.
    assert path.status.tolist() == ["not unique"]
    split = np.array([1.0, 1.0, 2.0])
    for b in ([2.0, 2.0, 0.0], [0.0, 0.0, 4.0], split):
        moved = replace(path, coefs=np.array([b]))
        assert max(float(part[0]) for part in certificate(X, y, moved)) <= MAX_RESIDUAL
    # With z3 a hair shorter its gradient is below l1.
    X[:, 2] *= 0.999
    path = gaussian_path(X, y, lambdas=[1.0], standardize=False, fit_intercept=False)
    assert path.status.tolist() == ["converged"]
    np.testing.assert_allclose(path.coefs, [[2.0, 2.0, 0.0]], atol=10 * MAX_RESIDUAL)


@both
def test_the_null_model_is_unique_unless_ties_can_cancel(loss):
    X, y = data()
    for columns in (X, np.column_stack([X, X]), np.column_stack([X, -X[:, :1]])):
        path = LASSOS[loss](columns, y, n_lambdas=2)
        assert path.status[0] == "converged"
    top = path.lambdas[0]
    assert LASSOS[loss](np.column_stack([X, X]), y, lambdas=[2 * top]).status[0] == "converged"


@pytest.mark.parametrize("seed", range(8))
def test_discrete_columns_by_trying_other_ways(seed):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 2, (12, 16)).astype(float)
    X = X[:, X.std(axis=0) > 0]
    y = rng.integers(-2, 3, 12).astype(float)
    path = gaussian_path(X, y, n_lambdas=15)
    assert path.certified.all()
    scale = X.std(axis=0)
    unique = path.status == "converged"
    for _ in range(4):
        order = rng.permutation(X.shape[1])
        again = gaussian_path(X[:, order], y, lambdas=path.lambdas)
        np.testing.assert_array_equal(again.status, path.status)
        moved = np.abs(again.coefs - path.coefs[:, order]) * scale[order]
        # Small whole numbers: an independent set of at most 12 has no condition beyond 1e4.
        assert moved[unique].max(initial=0.0) <= 1e4 * MAX_RESIDUAL * np.abs(y).max()


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("n", [5, 40])
def test_an_l2_part_makes_fits_unique(name, n):
    X, y = data(n)
    assert (SMOOTH[name](np.column_stack([X, X, -X]), y).status == "converged").all()


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_least_squares_is_unique_with_full_rank(fit_intercept):
    X, y = data()

    def status(columns, rows=slice(None)):
        fit = least_squares(columns[rows], y[rows], fit_intercept=fit_intercept)
        return fit.status[0]

    assert status(X) == "converged"
    assert status(np.column_stack([X, X[:, 0]])) == "not unique"
    assert status(np.column_stack([X, X[:, 0] + X[:, 1]])) == "not unique"
    # As many rows as columns leave one dimension less to the centred ones.
    assert status(X, slice(6)) == ("not unique" if fit_intercept else "converged")
    assert status(X, slice(7)) == "converged"
    assert status(X, slice(5)) == "not unique"
    trap = np.eye(4)[np.arange(40) % 4]
    assert status(trap) == ("not unique" if fit_intercept else "converged")
