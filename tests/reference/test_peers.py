"""Paths against scikit-learn and celer, on columns standardized by hand.

Both stop at a duality gap. On a fit within g of the optimum the predictions are within
sqrt(2 n g) of the optimal ones, and, with curvature m, the coefficients within sqrt(2 g/m): that
is where every tolerance here comes from.
"""

import celer
import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, Ridge

from regclaims.solvers import gaussian_path, least_squares, ridge_path

PEER_TOL = 1e-13
"""Duality gap at which the peers stop, relative to |y|^2/n."""

DESIGNS = {
    "n > p": (80, 12, 0.5),
    "n > p, collinear": (80, 12, 5.0),
    "p > n": (30, 70, 0.5),
    "p = n": (40, 40, 0.5),
}
SHARES = np.array([1.1, 0.7, 0.3, 0.1, 0.03])


@pytest.fixture(params=DESIGNS, ids=str)
def data(request):
    n, p, shared = DESIGNS[request.param]
    rng = np.random.default_rng(11)
    X = rng.standard_normal((n, p)) + shared * rng.standard_normal((n, 1))
    y = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] + rng.standard_normal(n)
    return 10 * X + 3, y - 7


def prepared(X, y):
    return (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()


def grid(Z, t, l1_ratio):
    return SHARES * np.abs(Z.T @ t).max() / len(t) / l1_ratio


def objective(Z, t, b, lambda_, l1_ratio):
    penalty = l1_ratio * np.abs(b).sum() + (1 - l1_ratio) / 2 * (b**2).sum()
    return ((t - Z @ b) ** 2).mean() / 2 + lambda_ * penalty


def compare(X, y, path, coefs):
    """Compare a path with a peer's coefficients (k, p) on standardized columns."""
    Z, t = prepared(X, y)
    n, l1_ratio = len(t), path.l1_ratio
    rounding = 1e-14 * (t**2).mean()
    peer_gap = PEER_TOL * (t**2).mean() + rounding
    assert (path.status == "converged").all()
    for k, lambda_ in enumerate(path.lambdas):
        own_gap = path.gap[k] * (t**2).mean() / 2 + rounding
        mine, theirs = path.coefs[k] * X.std(axis=0), coefs[k]
        ours, peers = (objective(Z, t, b, lambda_, l1_ratio) for b in (mine, theirs))
        # Neither can be better than the other by more than the other's gap.
        assert ours <= peers + own_gap
        assert peers <= ours + peer_gap
        fitted = np.sqrt(2 * n * own_gap) + np.sqrt(2 * n * peer_gap)
        assert np.linalg.norm(Z @ (mine - theirs)) <= fitted
        curvature = np.linalg.eigvalsh(Z.T @ Z / n)[0] + lambda_ * (1 - l1_ratio)
        if curvature > 1e-8:
            near = (np.sqrt(2 * own_gap) + np.sqrt(2 * peer_gap)) / np.sqrt(curvature)
            assert np.linalg.norm(mine - theirs) <= near
            # What one of them calls zero is no more than that in the other.
            assert np.abs(np.where(mine == 0, theirs, 0)).max() <= near
            assert np.abs(np.where(theirs == 0, mine, 0)).max() <= near


def test_lasso_is_scikit_learns(data):
    X, y = data
    Z, t = prepared(X, y)
    lambdas = grid(Z, t, 1.0)
    path = gaussian_path(X, y, lambdas=lambdas)
    options = {"tol": PEER_TOL, "max_iter": 10**6}
    compare(X, y, path, [Lasso(alpha=a, **options).fit(Z, t).coef_ for a in lambdas])


@pytest.mark.parametrize("l1_ratio", [0.9, 0.5, 0.1])
def test_elastic_net_is_scikit_learns(data, l1_ratio):
    X, y = data
    Z, t = prepared(X, y)
    lambdas = grid(Z, t, l1_ratio)
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas)
    options = {"l1_ratio": l1_ratio, "tol": PEER_TOL, "max_iter": 10**6}
    compare(X, y, path, [ElasticNet(alpha=a, **options).fit(Z, t).coef_ for a in lambdas])


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_lasso_and_elastic_net_are_celers(data, l1_ratio):
    X, y = data
    Z, t = prepared(X, y)
    lambdas = grid(Z, t, l1_ratio)
    path = gaussian_path(X, y, l1_ratio=l1_ratio, lambdas=lambdas)
    _, coefs, _ = celer.celer_path(
        np.asfortranarray(Z),
        t,
        pb="lasso",
        alphas=lambdas,
        l1_ratio=l1_ratio,
        tol=PEER_TOL,
        max_iter=200,
        max_epochs=200_000,
    )
    compare(X, y, path, coefs.T)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_unstandardized_fits_are_scikit_learns_as_called(data, fit_intercept):
    X, y = data
    options = {"fit_intercept": fit_intercept, "tol": PEER_TOL, "max_iter": 10**6}
    lambdas = np.array([20.0, 5.0, 1.0])
    path = gaussian_path(X, y, lambdas=lambdas, standardize=False, fit_intercept=fit_intercept)
    assert (path.status == "converged").all()
    for k, lambda_ in enumerate(lambdas):
        model = Lasso(alpha=lambda_, **options).fit(X, y)
        # As in `compare`; both gaps are relative to the mean square of y, centred or not.
        squares = (y**2).sum()
        fitted = np.sqrt((path.gap[k] + 1e-14) * squares) + np.sqrt(2 * PEER_TOL * squares)
        assert np.linalg.norm(path.predict(X)[k] - model.predict(X)) <= fitted


@pytest.mark.parametrize("standardize", [True, False])
def test_ridge_is_scikit_learns(data, standardize):
    X, y = data
    Z, _ = prepared(X, y)
    scale = X.std(axis=0) if standardize else np.ones(X.shape[1])
    A = Z if standardize else X
    lambdas = np.array([100.0, 1.0, 0.01])
    path = ridge_path(X, y, lambdas=lambdas, standardize=standardize)
    for k, lambda_ in enumerate(lambdas):
        # scikit-learn's penalty is alpha |b|^2 beside |y - Xb|^2.
        model = Ridge(alpha=len(y) * lambda_, solver="svd").fit(A, y)
        condition = np.linalg.norm(A, 2) ** 2 / len(y) / lambda_ + 1
        tolerance = 100 * np.finfo(float).eps * condition * max(1, np.abs(model.coef_).max())
        np.testing.assert_allclose(path.coefs[k] * scale, model.coef_, rtol=0, atol=tolerance)
        np.testing.assert_allclose(
            path.predict(X)[k],
            model.predict(A),
            rtol=0,
            atol=tolerance * np.abs(A).sum(axis=1).max(),
        )


def test_least_squares_is_scikit_learns(data):
    X, y = data
    Z, _ = prepared(X, y)
    fit = least_squares(X, y)
    model = LinearRegression(tol=1e-10).fit(Z, y)
    singular = np.linalg.svd(Z, compute_uv=False)
    singular = singular[singular > 1e-10 * singular[0]]
    condition = singular[0] / singular[-1]
    # Both factor the columns; the error grows by the square of the condition number at most.
    tolerance = 100 * np.finfo(float).eps * condition**2 * np.abs(model.coef_).max()
    found = fit.coefs[0] * X.std(axis=0)
    np.testing.assert_allclose(found, model.coef_, rtol=0, atol=tolerance)
