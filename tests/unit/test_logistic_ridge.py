"""Logistic ridge: against other solvers, identities of the fit, and data that are hard."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from regclaims.solvers import NULL_DF, certificate, logistic_path, logistic_ridge_path
from regclaims.solvers.freedom import weighted_degrees_of_freedom
from regclaims.solvers.logistic_ridge import EXPLAINED
from regclaims.solvers.preparation import prepare_like

SHAPES = [(60, 4), (30, 30), (20, 70)]
LAMBDAS = [10.0, 0.3, 0.01, 1e-3]

ROUNDING = 1e-12
"""Measured: KKT residuals are below 1e-13 on every path here."""


def problem(seed, n=30, p=4, shift=0.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal((n, 1))
    y = (rng.random(n) < expit(2 * X[:, 0] + shift)).astype(float)
    y[:2] = 0, 1  # both classes, whatever was drawn
    return 3 * X + 2, y


def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def objective(X, y, path, k):
    f = path.predict(X)[k]
    Z = path.coefs[k] * X.std(axis=0)
    return (np.logaddexp(0, f) - y * f).mean() + path.lambdas[k] / 2 * (Z**2).sum()


def entropy(share):
    return -(share * np.log(share) + (1 - share) * np.log(1 - share))


@pytest.mark.parametrize("shape", SHAPES)
def test_each_fit_is_optimal(shape):
    X, y = problem(0, *shape)
    path = logistic_ridge_path(X, y)
    assert (path.status == "converged").all()
    assert max(path.kkt.max(), path.gap.max()) < ROUNDING
    # The conditions, once more and by hand: residuals of mean 0, and Z'r/n = lambda b.
    Z, residuals = standardized(X), y - expit(path.predict(X))
    largest = np.abs(Z.T @ (y - y.mean())).max() / len(y)
    b = path.coefs * X.std(axis=0)
    np.testing.assert_allclose(residuals.mean(axis=1), 0, atol=ROUNDING)
    gradient = residuals @ Z / len(y) - path.lambdas[:, None] * b
    np.testing.assert_allclose(gradient, 0, atol=ROUNDING * largest)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_against_scikit_learn(shape, fit_intercept):
    X, y = problem(1, *shape)
    Z = standardized(X)
    options = {"standardize": False, "fit_intercept": fit_intercept}
    path = logistic_ridge_path(Z, y, lambdas=LAMBDAS, **options)
    tol = 1e-10  # the largest gradient at which the peer stops
    for k, lambda_ in enumerate(LAMBDAS):
        peer = LogisticRegression(
            C=1 / (len(y) * lambda_),
            solver="newton-cholesky",
            tol=tol,
            max_iter=1000,
            fit_intercept=fit_intercept,
        ).fit(Z, y)
        # The objective bends by lambda at least, so a gradient g is |g|/lambda from the optimum.
        near = (tol * np.sqrt(shape[1] + 1) + ROUNDING) / lambda_
        np.testing.assert_allclose(path.coefs[k], peer.coef_[0], rtol=0, atol=near)


@pytest.mark.parametrize("shape", [(25, 3), (8, 8), (12, 20)])
@pytest.mark.parametrize("weighted", [False, True])
def test_against_a_general_minimizer(shape, weighted):
    X, y = problem(2, *shape)
    n, p = shape
    w = np.arange(n) % 3 + 1.0 if weighted else np.ones(n)
    w /= w.sum()
    center = w @ X
    Z = (X - center) / np.sqrt(w @ (X - center) ** 2)
    design = np.column_stack([np.ones(n), Z])
    path = logistic_ridge_path(X, y, lambdas=LAMBDAS, sample_weight=w if weighted else None)
    for k, lambda_ in enumerate(LAMBDAS):
        penalty = lambda_ * np.diag([0.0, *[1.0] * p])

        def value(u, penalty=penalty):
            f = design @ u
            return w @ (np.logaddexp(0, f) - y * f) + u @ penalty @ u / 2

        def slope(u, penalty=penalty):
            return design.T @ (w * (expit(design @ u) - y)) + penalty @ u

        def bend(u, penalty=penalty):
            f = design @ u
            return design.T @ ((w * expit(f) * expit(-f))[:, None] * design) + penalty

        found = minimize(
            value, np.zeros(p + 1), jac=slope, hess=bend, method="trust-exact", tol=1e-9
        ).x
        ours = path.coefs[k] * np.sqrt(w @ (X - center) ** 2)
        own = np.concatenate([[path.intercepts[k] + path.coefs[k] @ center], ours])
        # Half the Hessian there bounds the one in between, so near to the optimum.
        least = np.linalg.eigvalsh(bend(found)).min() / 2
        near = (np.linalg.norm(slope(found)) + np.linalg.norm(slope(own))) / least
        assert near < 1e-5
        np.testing.assert_allclose(own, found, rtol=0, atol=near)
        assert np.linalg.norm(slope(own)) <= ROUNDING


@pytest.mark.parametrize("shape", SHAPES)
def test_under_a_huge_penalty_it_is_the_null_model(shape):
    X, y = problem(3, *shape)
    lambda_ = 1e9
    path = logistic_ridge_path(X, y, lambdas=[lambda_])
    first = standardized(X).T @ (y - y.mean()) / len(y) / lambda_
    # The next term of the expansion is smaller by (largest eigenvalue)/lambda, at most 70e-9.
    np.testing.assert_allclose(path.coefs[0] * X.std(axis=0), first, rtol=0, atol=1e-7 / lambda_)
    np.testing.assert_allclose(path.predict(X)[0], logit(y.mean()), rtol=0, atol=1e-6)


def test_the_default_grid_goes_from_the_null_model_to_hardly_any_penalty():
    X, y = problem(4, 80, 5)
    path = logistic_ridge_path(X, y, n_lambdas=30)
    assert len(path) == 30
    assert path.df[0] < NULL_DF
    curvature = y.mean() * (1 - y.mean())
    largest = np.linalg.eigvalsh(np.corrcoef(X.T)).max() * curvature
    assert path.lambdas[-1] == pytest.approx(1e-6 * largest)
    assert path.df[-1] == pytest.approx(5, abs=0.01)  # sum of d/(d + lambda), d about 1e4 lambda
    without = logistic_path(X, y, lambdas=[1e-12])
    np.testing.assert_allclose(path.coefs[-1], without.coefs[0], rtol=1e-3)


def test_df_is_the_trace_of_the_weighted_smoother():
    for shape in SHAPES:
        X, y = problem(5, *shape)
        path = logistic_ridge_path(X, y, n_lambdas=20)
        assert (np.diff(path.df) > 0).all()
        prepared = prepare_like(X, y, path)
        traces = weighted_degrees_of_freedom(prepared, *prepared.prepared(path), path.lambdas)
        # Either comes as the number of columns less what the penalty takes.
        np.testing.assert_allclose(path.df, traces, rtol=0, atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_separable_classes(shape):
    X, _ = problem(6, *shape)
    y = (X[:, 0] > np.median(X[:, 0])).astype(float)
    path = logistic_ridge_path(X, y)
    assert (path.status == "converged").all()
    f = path.predict(X)
    assert ((f[-1] > 0) == (y == 1)).all()
    left = (np.logaddexp(0, f) - y * f).mean(axis=1) / entropy(y.mean())
    assert (left[:-1] > 1 - EXPLAINED).all()
    # Few columns tell the classes apart only just, and the grid may end first.
    assert left[-1] <= 1 - EXPLAINED or (len(path) == 100 and shape[1] < shape[0])
    # Lambdas that are given are all fitted, however well the classes are told apart.
    given = np.geomspace(1, 1e-10, 12)
    path = logistic_ridge_path(X, y, lambdas=given)
    assert (path.status == "converged").all()
    assert len(path) == len(given)
    assert 0 < len(logistic_ridge_path(X, y, lambdas=given, deviance_stop=0.5)) < len(given)


@pytest.mark.parametrize("shape", [(400, 20), (100, 300)])
def test_a_rare_class(shape):
    rng = np.random.default_rng(7)
    X, _ = problem(7, *shape)
    y = np.zeros(shape[0])
    y[rng.choice(shape[0], shape[0] // 20, replace=False)] = 1
    X[y == 1, 0] += 2
    path = logistic_ridge_path(X, y)
    assert (path.status == "converged").all()
    # An intercept makes the mean probability the class share.
    np.testing.assert_allclose(expit(path.predict(X)).mean(axis=1), 0.05, rtol=0, atol=ROUNDING)


def test_constant_columns_get_exactly_nothing():
    for shape in SHAPES:
        X, y = problem(8, *shape)
        with_constants = np.column_stack([np.full(len(y), 1e6), X, np.zeros(len(y))])
        path, plain = (logistic_ridge_path(A, y) for A in (with_constants, X))
        assert (path.status == "converged").all()
        assert (path.coefs[:, [0, -1]] == 0.0).all()
        # A gradient of rounding over the least lambda, about 1e-6.
        np.testing.assert_allclose(path.coefs[:, 1:-1], plain.coefs, rtol=0, atol=1e-7)
    path = logistic_ridge_path(np.ones((4, 2)), [0, 0, 0, 1])
    np.testing.assert_allclose(path.intercepts, logit(0.25))


def test_padding_to_more_columns_than_rows_changes_nothing():
    # From coefficients to the span of the rows.
    X, y = problem(9, 25, 6)
    wide = np.hstack([X, np.zeros((25, 40))])
    path, plain = (logistic_ridge_path(A, y, lambdas=LAMBDAS) for A in (wide, X))
    near = ROUNDING / min(LAMBDAS)
    np.testing.assert_allclose(path.coefs[:, :6], plain.coefs, rtol=0, atol=near)
    np.testing.assert_allclose(path.df, plain.df, rtol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
def test_twins_share_what_one_would_get_under_half_the_penalty(shape):
    X, y = problem(10, *shape)
    twins = logistic_ridge_path(np.hstack([X, X]), y, lambdas=LAMBDAS)
    one = logistic_ridge_path(X, y, lambdas=np.array(LAMBDAS) / 2)
    assert (twins.status == "converged").all()
    halves = np.split(twins.coefs, 2, axis=1)
    for half in halves:
        np.testing.assert_allclose(half, one.coefs / 2, rtol=0, atol=ROUNDING / min(LAMBDAS))


def test_nearly_collinear_columns():
    t = np.linspace(0, 1, 50)[:, None]
    X = np.exp(-((t - np.linspace(0, 1, 120)) ** 2))  # of numerical rank 8
    y = (np.arange(50) % 3 == 0).astype(float)
    path = logistic_ridge_path(X, y)
    assert (path.status == "converged").all()
    assert path.df[-1] < 8


def test_lambdas_in_leaps_and_twice():
    X, y = problem(11, 40, 60)
    lambdas = [1e6, 1.0, 1.0, 1e-4, 9e-5, 9e-5, 1e-9]
    path = logistic_ridge_path(X, y, lambdas=lambdas)
    assert (path.status == "converged").all()
    for k, lambda_ in enumerate(lambdas[:-1]):
        alone = logistic_ridge_path(X, y, lambdas=[lambda_])
        near = ROUNDING / lambda_
        np.testing.assert_allclose(path.coefs[k], alone.coefs[0], rtol=0, atol=near)


def test_a_weight_is_so_many_rows():
    X, y = problem(12, 30, 5)
    times = np.arange(30) % 4
    weighted = logistic_ridge_path(X, y, lambdas=LAMBDAS, sample_weight=times)
    repeated = logistic_ridge_path(
        np.repeat(X, times, axis=0), np.repeat(y, times), lambdas=LAMBDAS
    )
    near = ROUNDING / min(LAMBDAS)
    np.testing.assert_allclose(weighted.coefs, repeated.coefs, rtol=0, atol=near)
    np.testing.assert_allclose(weighted.df, repeated.df, rtol=1e-10)


def test_swapping_the_classes_turns_every_sign():
    X, y = problem(13, 20, 50)
    one, other = (logistic_ridge_path(X, t, lambdas=LAMBDAS) for t in (y, 1 - y))
    near = ROUNDING / min(LAMBDAS)
    np.testing.assert_allclose(other.coefs, -one.coefs, rtol=0, atol=near)
    np.testing.assert_allclose(other.intercepts, -one.intercepts, rtol=0, atol=200 * near)


def test_a_sparse_matrix_is_as_good():
    X, y = problem(14, 40, 6)
    X[X < 2] = 0
    dense, thin = (logistic_ridge_path(A, y, lambdas=LAMBDAS) for A in (X, sparse.csr_array(X)))
    near = ROUNDING / min(LAMBDAS)
    np.testing.assert_allclose(thin.coefs, dense.coefs, rtol=0, atol=near)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("shift", [0.001, 0.03, -0.3, 40.0, -800.0])
def test_the_gap_bounds_the_excess_whatever_is_wrong(shape, shift):
    for seed in range(10):
        X, y = problem(seed, *shape)
        best = logistic_ridge_path(X, y, lambdas=LAMBDAS)
        wrong = replace(best, intercepts=best.intercepts + shift, coefs=best.coefs * 1.01)
        gap = certificate(X, y, wrong)[1] * entropy(y.mean())
        for k in range(len(LAMBDAS)):
            excess = objective(X, y, wrong, k) - objective(X, y, best, k)
            assert excess > 0
            assert gap[k] >= excess * (1 - 1e-9) - 1e-14  # rounding of two objectives


def test_the_certificate_finds_a_wrong_fit():
    X, y = problem(15, 30, 50)
    path = logistic_ridge_path(X, y, lambdas=LAMBDAS)
    kkt, gap = certificate(X, y, path)
    assert max(kkt.max(), gap.max()) < ROUNDING
    kkt, gap = certificate(X, y, replace(path, coefs=path.coefs * (1 + 1e-6)))
    assert kkt.min() > 1e-9


def test_a_lambda_below_rounding_does_not_pass_for_a_fit():
    # Separable: the optimum is far beyond where the gradient vanishes in rounding.
    X, _ = problem(16, 60, 4)
    path = logistic_ridge_path(X, (X[:, 0] > 2).astype(float), lambdas=[1e-30])
    assert path.status[0] == "failed"


def test_bad_input():
    X, y = problem(17)
    with pytest.raises(ValueError, match="in every row"):
        logistic_ridge_path(X, np.ones(30))
    with pytest.raises(ValueError, match="0 and 1"):
        logistic_ridge_path(X, y + 1)
    with pytest.raises(ValueError, match="positive"):
        logistic_ridge_path(X, y, lambdas=[1.0, 0.0])
    with pytest.raises(ValueError, match="whole number"):
        logistic_ridge_path(X, y, n_lambdas=0)
