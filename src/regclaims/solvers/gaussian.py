"""Lasso and Elastic Net paths.

For now the kernels are scikit-learn's: least angle regression for the lasso, coordinate descent at
a tight tolerance for the Elastic Net. Callers see only `gaussian_path` and `Path`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import enet_path, lars_path

from regclaims.solvers.certificate import certified
from regclaims.solvers.path import Path
from regclaims.solvers.problem import Problem, prepare
from regclaims.vocabulary import FAILED, Array

TOLERANCE = 1e-8
"""scikit-learn's `tol`: at 1e-8 the measured KKT residuals are about 4e-9 of max |X'y|/n."""

REFINED_TOLERANCE = 1e-12
MAX_SWEEPS = 100_000
HAIR = 1e-12
CHUNK = 20
"""Lambdas solved before looking whether the path may end."""

Kernel = Callable[[Problem, float, Array, Array | None], Array]


def gaussian_path(
    X: ArrayLike,
    y: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    lambdas: Array | None = None,
    n_lambdas: int = 100,
    lambda_min_ratio: float | None = None,
    deviance_stop: float | None = None,
    standardize: bool = True,
    fit_intercept: bool = True,
) -> Path:
    """Fit the lasso or Elastic Net over decreasing lambdas.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    l1_ratio : float
        Share of L1 in the penalty, 0 < l1_ratio <= 1; 1 is the lasso.
    lambdas : (k,), optional
        Decreasing. By default `n_lambdas` from lambda_max, where the null model is optimal, to
        `lambda_min_ratio` of it (1e-4 for p < n, 1e-3 for p < 5n, else 1e-2), on a log scale.
    n_lambdas : int
    lambda_min_ratio : float, optional
    deviance_stop : float, optional
        End the path with the first fit that explains this share of the deviance.
    standardize, fit_intercept : bool

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If `l1_ratio` or a lambda is out of range, or as `prepare` does.
    """
    if not 0 < l1_ratio <= 1:
        raise ValueError(f"l1_ratio must be above 0 and at most 1; it is {l1_ratio}")
    problem = prepare(X, y, standardize=standardize, fit_intercept=fit_intercept)
    if lambdas is not None and not (np.asarray(lambdas) > 0).all():
        raise ValueError("lambdas must be positive; least_squares fits without a penalty")
    if lambdas is None:
        floor = lambda_min_ratio or default_floor(*problem.X.shape)
        lambdas = lambda_grid(problem.max_gradient / l1_ratio, floor, n_lambdas)
    kernel = _lasso if l1_ratio == 1 else _coordinate_descent
    coefs = _until_explained(problem, kernel, l1_ratio, lambdas, deviance_stop)
    path = _path(problem, coefs, l1_ratio, lambdas[: len(coefs)])
    return _refined(problem, certified(X, y, path), X, y)


def default_floor(n_samples: int, n_features: int) -> float:
    """Return the smallest lambda of a default grid as a share of lambda_max."""
    if n_features < n_samples:
        return 1e-4
    return 1e-3 if n_features < 5 * n_samples else 1e-2


def lambda_grid(lambda_max: float, lambda_min_ratio: float, n_lambdas: int) -> Array:
    """Return `n_lambdas` from `lambda_max` down to `lambda_min_ratio` of it, on a log scale.

    They are raised by a hair, so that rounding cannot let a coefficient into the null model.
    """
    return (1 + HAIR) * (lambda_max or 1.0) * np.geomspace(1.0, lambda_min_ratio, n_lambdas)


def _until_explained(
    problem: Problem, kernel: Kernel, l1_ratio: float, lambdas: Array, stop: float | None
) -> Array:
    if stop is None:
        return kernel(problem, l1_ratio, lambdas, None)
    total = problem.y @ problem.y
    done = np.zeros((0, problem.X.shape[1]))
    for begin in range(0, len(lambdas), CHUNK):
        start = done[-1] if len(done) else None
        fits = kernel(problem, l1_ratio, lambdas[begin : begin + CHUNK], start)
        left = ((problem.y - fits @ problem.X.T) ** 2).sum(axis=1)
        enough = np.flatnonzero(left <= (1 - stop) * total)
        if len(enough):
            return np.vstack([done, fits[: enough[0] + 1]])
        done = np.vstack([done, fits])
    return done


def _lasso(problem: Problem, l1_ratio: float, lambdas: Array, start: Array | None) -> Array:
    """Least angle regression: the lasso path is piecewise linear in lambda (Efron et al. 2004)."""
    if problem.max_gradient == 0.0:
        return np.zeros((len(lambdas), problem.X.shape[1]))
    knots, _, coefs = lars_path(problem.X, problem.y, method="lasso", alpha_min=lambdas[-1])
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


def _coordinate_descent(
    problem: Problem,
    l1_ratio: float,
    lambdas: Array,
    start: Array | None,
    tolerance: float = TOLERANCE,
) -> Array:
    _, coefs, _ = enet_path(
        problem.X,
        problem.y,
        l1_ratio=l1_ratio,
        alphas=lambdas,
        coef_init=start,
        tol=tolerance,
        max_iter=MAX_SWEEPS,
    )
    return np.asarray(coefs.T)


def _path(problem: Problem, coefs: Array, l1_ratio: float, lambdas: Array) -> Path:
    df = _degrees_of_freedom(problem, coefs, lambdas * (1 - l1_ratio))
    return problem.path(coefs, lambdas=lambdas, l1_ratio=l1_ratio, df=df)


def _refined(problem: Problem, path: Path, X: ArrayLike, y: ArrayLike) -> Path:
    """Solve again, tighter, where the certificate is not good enough."""
    failed = np.flatnonzero(path.status == FAILED)
    if not len(failed):
        return path
    coefs = path.coefs * problem.scale
    for k in failed:
        at = path.lambdas[k : k + 1]
        # From zero: the present fit may pass the stopping rule and still miss a condition.
        coefs[k] = _coordinate_descent(problem, path.l1_ratio, at, None, REFINED_TOLERANCE)[0]
    again = _path(problem, coefs, path.l1_ratio, path.lambdas)
    return certified(X, y, again)


def _degrees_of_freedom(problem: Problem, coefs: Array, l2: Array) -> Array:
    """Size of the support; with an L2 part the trace of its ridge smoother (Zou, Hastie 2005)."""
    if not l2.any():
        return np.count_nonzero(coefs, axis=1).astype(float)
    return np.array([_trace(problem.X[:, b != 0.0], at) for b, at in zip(coefs, l2, strict=True)])


def _trace(X: Array, l2: float) -> float:
    """tr X (X'X + n l2 I)^-1 X', by the smaller of the two Gram matrices."""
    n, size = X.shape
    if size == 0:
        return 0.0
    gram = (X.T @ X if size <= n else X @ X.T) / n
    gram.flat[:: len(gram) + 1] += l2
    return float(len(gram) - l2 * np.trace(np.linalg.inv(gram)))
