"""The same paths by scikit-learn's solvers: a second opinion on a whole study.

Least angle regression for the lasso, coordinate descent at tight tolerances for the Elastic Net,
LAPACK for ridge and least squares. Problems are prepared, and fits certified, as for our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, Ridge, enet_path, lars_path

from regclaims.solvers.certificate import certified
from regclaims.solvers.cross_validation import FoldErrors
from regclaims.solvers.freedom import degrees_of_freedom
from regclaims.solvers.grid import checked_lambdas
from regclaims.solvers.path import Degrees, Path
from regclaims.solvers.preparation import pose, prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.ridge import default_ridge_grid
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import FAILED, Array

TOLERANCES = (1e-12, 1e-16)
"""scikit-learn's `tol`, a duality gap; the second where the first leaves the certificate bad."""

MAX_SWEEPS = 1_000_000
UNCOUNTED = -1


@one_thread()
def gaussian_path(
    X: Array,
    y: Array,
    *,
    l1_ratio: float = 1.0,
    lambdas: Array | None = None,
    n_lambdas: int = 100,
    lambda_min_ratio: float | None = None,
    deviance_stop: float | None = None,
) -> Path:
    """Fit the lasso or Elastic Net; parameters and errors as `regclaims.solvers.gaussian_path`."""
    problem, ratio, grid = pose(
        X,
        y,
        l1_ratio=l1_ratio,
        lambdas=lambdas,
        n_lambdas=n_lambdas,
        lambda_min_ratio=lambda_min_ratio,
        standardize=True,
        fit_intercept=True,
    )
    coefs = np.zeros((len(grid), problem.p))
    if problem.max_gradient > 0:
        coefs = (_least_angle if ratio == 1 else _descent)(problem, ratio, grid)
    stop = _explained_at(problem, coefs, deviance_stop)
    path = _as_path(problem, coefs[:stop], ratio, grid[:stop])
    failed = np.flatnonzero(path.status == FAILED)
    for k in failed:
        # From zero: the present fit may pass the stopping rule and still miss a condition.
        coefs[k] = _descent(problem, ratio, grid[k : k + 1], TOLERANCES[1])[0]
    return _as_path(problem, coefs[:stop], ratio, grid[:stop]) if len(failed) else path


@one_thread()
def ridge_path(X: Array, y: Array, *, lambdas: Array | None = None, n_lambdas: int = 100) -> Path:
    """Fit ridge; parameters and errors as `regclaims.solvers.ridge_path`."""
    problem = prepare(X, y, standardize=True, fit_intercept=True)
    Z = problem.dense()
    eigenvalues = np.linalg.svd(Z, compute_uv=False) ** 2 / problem.n
    if lambdas is None:
        grid = default_ridge_grid(eigenvalues, n_lambdas)
    else:
        grid = checked_lambdas(lambdas)
    # scikit-learn's penalty is alpha |b|^2 beside |y - Xb|^2.
    model = Ridge(fit_intercept=False, solver="svd")
    fits = [model.set_params(alpha=problem.n * at).fit(Z, problem.y).coef_ for at in grid]
    df = (eigenvalues / (eigenvalues + grid[:, None])).sum(axis=1)
    return _as_path(problem, np.array(fits), 0.0, grid, df)


@one_thread()
def least_squares(X: Array, y: Array) -> Path:
    """Fit least squares, of least norm; as `regclaims.solvers.least_squares`."""
    problem = prepare(X, y, standardize=True, fit_intercept=True)
    model = LinearRegression(fit_intercept=False).fit(problem.dense(), problem.y)
    df = np.array([float(model.rank_)])
    return _as_path(problem, model.coef_[None], 0.0, np.zeros(1), df)


def cv_paths(
    X: Array, y: Array, requests: Sequence[tuple[float, Array]], *, folds: NDArray[np.int64]
) -> list[FoldErrors]:
    """Fit without each fold in turn; as `regclaims.solvers.cv_paths`."""
    return [_fold_errors(X, y, ratio, lambdas, folds) for ratio, lambdas in requests]


def _fold_errors(
    X: Array, y: Array, l1_ratio: float, lambdas: Array, folds: NDArray[np.int64]
) -> FoldErrors:
    errors, converged = [], []
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        options: dict[str, Any] = {"lambdas": lambdas}
        if l1_ratio == 0:
            path = ridge_path(X[~out], y[~out], **options)
        else:
            path = gaussian_path(X[~out], y[~out], l1_ratio=l1_ratio, **options)
        errors.append(((path.predict(X[out]) - y[out]) ** 2).mean(axis=1))
        converged.append(path.certified)
    return FoldErrors(lambdas, np.array(errors), np.array(converged))


def _as_path(
    problem: Problem, coefs: Array, l1_ratio: float, lambdas: Array, df: Array | None = None
) -> Path:
    l2 = lambdas * (1 - l1_ratio)
    found = Degrees(lambda at: degrees_of_freedom(problem, coefs[at], l2[at]), len(coefs))
    path = problem.path(
        coefs,
        None,
        lambdas=lambdas,
        l1_ratio=l1_ratio,
        df=found if df is None else df,
        operations=np.full(len(lambdas), UNCOUNTED),
    )
    return certified(problem, path)


def _explained_at(problem: Problem, coefs: Array, stop: float | None) -> int:
    """Return after how many fits `stop` of the deviance is explained."""
    if stop is None:
        return len(coefs)
    left = ((problem.y - problem.combine(coefs)) ** 2).sum(axis=1)
    enough = np.flatnonzero(left <= (1 - stop) * (problem.y @ problem.y))
    return int(enough[0]) + 1 if len(enough) else len(coefs)


def _least_angle(problem: Problem, l1_ratio: float, lambdas: Array) -> Array:
    """Least angle regression: the lasso path is piecewise linear in lambda (Efron et al. 2004)."""
    Z = np.asfortranarray(problem.dense())
    knots, _, coefs = lars_path(Z, problem.y, method="lasso", alpha_min=lambdas[-1])
    return _between_knots(knots, _dropped(coefs.T), lambdas)


def _dropped(coefs: Array) -> Array:
    """Make a coefficient that leaves at a knot exactly zero there; it arrives as a rounding error.

    Left alone it would be interpolated to a non-zero of 1e-18. The bound is a few thousand units of
    rounding of the largest coefficient; the certificate has the last word.
    """
    gone = np.zeros(coefs.shape, dtype=bool)
    gone[:-1] = (coefs[1:] == 0.0) & (np.abs(coefs[:-1]) <= 1e-12 * np.abs(coefs).max())
    return np.where(gone, 0.0, coefs)


def _between_knots(knots: Array, coefs: Array, lambdas: Array) -> Array:
    """Interpolate coefficients (m, p) at decreasing knots (m,); constant beyond the ends."""
    if len(knots) == 1:
        return np.repeat(coefs, len(lambdas), axis=0)
    inside = np.clip(lambdas, knots[-1], knots[0])
    right = np.clip(np.searchsorted(-knots, -inside, side="left"), 1, len(knots) - 1)
    width = knots[right - 1] - knots[right]
    share = np.divide(knots[right - 1] - inside, width, out=np.ones_like(width), where=width > 0)
    weight = share[:, None]
    # A convex combination, not a slope: where both knots hold 0.0 the result is exactly 0.0.
    return np.asarray((1 - weight) * coefs[right - 1] + weight * coefs[right])


def _descent(
    problem: Problem, l1_ratio: float, lambdas: Array, tolerance: float = TOLERANCES[0]
) -> Array:
    _, coefs, _ = enet_path(
        np.asfortranarray(problem.dense()),
        problem.y,
        l1_ratio=l1_ratio,
        alphas=lambdas,
        tol=tolerance,
        max_iter=MAX_SWEEPS,
    )
    return np.asarray(coefs.T)
