"""Fits and certificates against optima found by trying every pattern of signs."""

from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import assume, example, given
from hypothesis import strategies as st

from regclaims.solvers import MAX_RESIDUAL, certificate, gaussian_path, least_squares, ridge_path

EPS = np.finfo(float).eps


def problem(seed, n, p, mixing):
    """Draw data whose columns share a factor, in units and at places of their own."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + mixing * rng.standard_normal((n, 1))
    y = X @ rng.standard_normal(p) + rng.standard_normal(n)
    return X * rng.uniform(0.5, 20, p) + rng.uniform(-10, 10, p), y + 3


def standardized(X, y):
    return (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()


def objective(Z, t, b, l1, l2):
    return ((t - Z @ b) ** 2).mean() / 2 + l1 * np.abs(b).sum() + l2 / 2 * (b**2).sum()


def optimum(Z, t, l1, l2):
    """Best of the stationary points over all 3^p patterns of signs: the exact optimum."""
    n, p = Z.shape
    best = np.zeros(p)
    for pattern in product([-1, 0, 1], repeat=p):
        signs = np.array(pattern)
        used = np.flatnonzero(signs)
        if not len(used):
            continue
        A = Z[:, used]
        gram = A.T @ A / n + l2 * np.eye(len(used))
        b = np.zeros(p)
        b[used] = np.linalg.solve(gram, A.T @ t / n - l1 * signs[used])
        feasible = (np.sign(b) == signs).all()
        if feasible and objective(Z, t, b, l1, l2) < objective(Z, t, best, l1, l2):
            best = b
    return best


problems = st.builds(
    problem, st.integers(0, 10**6), st.integers(8, 20), st.integers(1, 4), st.floats(0, 3)
)
ratios = st.sampled_from([1.0, 0.9, 0.5, 0.1])
shares = st.floats(0.01, 1.3)


def settle(data, l1_ratio, share):
    X, y = data
    Z, t = standardized(X, y)
    lambda_ = share * np.abs(Z.T @ t).max() / len(y) / l1_ratio
    return X, y, Z, t, lambda_, lambda_ * l1_ratio, lambda_ * (1 - l1_ratio)


@given(problems, ratios, shares)
def test_fits_are_optimal(data, l1_ratio, share):
    X, y, Z, t, lambda_, l1, l2 = settle(data, l1_ratio, share)
    best = optimum(Z, t, l1, l2)
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=np.array([lambda_]))
    assert path.status.tolist() == ["converged"]
    found = path.coefs[0] * X.std(axis=0)
    # A gradient off by MAX_RESIDUAL max |X'y|/n in p coordinates, over the curvature; beside it
    # the reference's own rounding.
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(y))[0] + l2
    top = np.abs(Z.T @ t).max() / len(y)
    tolerance = np.sqrt(len(best)) * (MAX_RESIDUAL + 100 * EPS) * top / curvature
    np.testing.assert_allclose(found, best, rtol=0, atol=tolerance)
    # Zeros are the point: those of the optimum that are not borderline are found exactly.
    margin = np.abs(Z.T @ (t - Z @ best)) / len(y) < l1 - 2 * tolerance * len(best) * (1 + l2)
    assert not found[(best == 0) & margin].any()
    assert (found[np.abs(best) > tolerance] != 0).all()


@given(problems, ratios, shares, st.floats(-6, 0), st.integers(0, 10**6))
def test_the_gap_bounds_the_suboptimality(data, l1_ratio, share, log_size, seed):
    X, y, Z, t, lambda_, l1, l2 = settle(data, l1_ratio, share)
    rng = np.random.default_rng(seed)
    p = X.shape[1]
    best = optimum(Z, t, l1, l2)
    step = 10**log_size * rng.standard_normal(p) * (rng.random(p) < 0.7)
    wrong = best + step
    off = 10**log_size * rng.standard_normal() * (rng.random() < 0.5)
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=np.array([lambda_]))
    coefs = (wrong / X.std(axis=0))[None, :]
    intercepts = y.mean() + off - coefs @ X.mean(axis=0)
    _, gap = certificate(X, y, replace(path, coefs=coefs, intercepts=intercepts))
    excess = objective(Z, t, wrong, l1, l2) + off**2 / 2 - objective(Z, t, best, l1, l2)
    null = (t**2).mean() / 2
    # Both are differences of numbers of the size of the two objectives.
    assert gap[0] >= excess / null - 1e-12 * (1 + objective(Z, t, wrong, l1, l2) / null)


@given(problems, ratios, shares)
def test_an_optimum_is_certified_and_its_neighbours_are_not(data, l1_ratio, share):
    X, y, Z, t, lambda_, l1, l2 = settle(data, l1_ratio, share)
    best = optimum(Z, t, l1, l2)
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=np.array([lambda_]))

    def judged(b):
        coefs = (b / X.std(axis=0))[None, :]
        intercepts = y.mean() - coefs @ X.mean(axis=0)
        kkt, gap = certificate(X, y, replace(path, coefs=coefs, intercepts=intercepts))
        return float(kkt[0]), float(gap[0])

    # Rounding of the reference through the condition number, at most about 1e4 here.
    assert max(judged(best)) < 1e-9
    top = np.abs(Z.T @ t).max() / len(y)
    for j in range(len(best)):
        moved = best.copy()
        moved[j] += 1e-3
        # Column j's gradient changes by 1e-3 (1 + l2); if b_j was zero, it now has a sign and
        # must meet an equation that it misses by at least l1 - |gradient| >= 0.
        assert judged(moved)[0] >= 1e-3 * (1 + l2) / top - 1e-9
        if abs(best[j]) > 1e-3:
            moved[j] = 0.0
            assert judged(moved)[0] >= abs(best[j]) * (1 + l2) / top - 2 * l1 / top - 1e-9


@given(problems, st.floats(-4, 4))
def test_ridge_gap_bounds_the_suboptimality(data, log_lambda):
    X, y = data
    Z, t = standardized(X, y)
    lambda_ = 10**log_lambda
    path = ridge_path(X, y, lambdas=np.array([lambda_]))
    assert path.status.tolist() == ["converged"]
    best = path.coefs[0] * X.std(axis=0)
    step = np.random.default_rng(0).standard_normal(len(best))
    coefs = (best + step) / X.std(axis=0)
    moved = replace(path, coefs=coefs[None], intercepts=y.mean() - coefs[None] @ X.mean(axis=0))
    _, gap = certificate(X, y, moved)
    excess = objective(Z, t, best + step, 0, lambda_) - objective(Z, t, best, 0, lambda_)
    null = (t**2).mean() / 2
    scale = 1 + objective(Z, t, best + step, 0, lambda_) / null
    # By how much at most: see test_without_l1_the_gap_bounds_the_excess_objective.
    loosest = 1 + np.linalg.norm(Z, 2) ** 2 / len(t) / lambda_
    assert excess / null * (1 - 1e-9) - 1e-12 * scale <= gap[0]
    assert gap[0] <= (excess / null * (1 + 1e-9) + 1e-12 * scale) * loosest


@given(problems, ratios, st.floats(-3, 3), st.floats(-100, 100))
@example(problem(1, 10, 3, 0.5), 0.5, 0.0, 0.0)
def test_standardized_paths_do_not_see_units_or_origins(data, l1_ratio, log_unit, origin):
    X, y = data
    units = 10.0 ** (log_unit * np.linspace(-1, 1, X.shape[1]))
    one = gaussian_path(X, y, l1_ratio=l1_ratio, n_lambdas=8)
    other = gaussian_path(X * units + origin * units, y, l1_ratio=l1_ratio, n_lambdas=8)
    np.testing.assert_allclose(other.lambdas, one.lambdas, rtol=1e-9)
    Z, t = standardized(X, y)
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(y))[0]
    tolerance = 2 * np.sqrt(X.shape[1]) * MAX_RESIDUAL * np.abs(Z.T @ t).max() / len(y) / curvature
    off = np.abs((other.coefs * units - one.coefs) * X.std(axis=0))
    assert off.max() <= tolerance + 1e-9


@given(problems)
def test_order_of_rows_and_columns_does_not_matter(data):
    X, y = data
    rows, columns = slice(None, None, -1), np.roll(np.arange(X.shape[1]), 1)
    for solve in (gaussian_path, ridge_path, least_squares):
        one, other = solve(X, y), solve(X[rows][:, columns], y[rows])
        Z, t = standardized(X, y)
        curvature = np.linalg.eigvalsh(Z.T @ Z / len(y))[0]
        top = np.abs(Z.T @ t).max() / len(y)
        tolerance = 2 * np.sqrt(X.shape[1]) * MAX_RESIDUAL * top / curvature
        off = np.abs((other.coefs - one.coefs[:, columns]) * X.std(axis=0)[columns])
        assert off.max() <= tolerance + 1e-9


@given(problems, st.floats(0.01, 0.9))
def test_lasso_coefficients_are_piecewise_linear_in_lambda(data, share):
    X, y = data
    Z, t = standardized(X, y)
    lambdas = share * np.abs(Z.T @ t).max() / len(y) * np.array([1.001, 1.0, 0.999])
    path = gaussian_path(X, y, lambdas=lambdas)
    signs = np.sign(path.coefs)
    assume((signs == signs[0]).all())
    # Between knots the midpoint is the mean; the certificate's slack over the curvature.
    curvature = np.linalg.eigvalsh(Z.T @ Z / len(y))[0]
    top = np.abs(Z.T @ t).max() / len(y)
    tolerance = 2 * np.sqrt(X.shape[1]) * MAX_RESIDUAL * top / curvature + 1e-12
    bend = (path.coefs[0] + path.coefs[2]) / 2 - path.coefs[1]
    assert np.abs(bend * X.std(axis=0)).max() <= tolerance
