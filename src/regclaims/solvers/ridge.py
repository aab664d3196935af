"""Ridge and least squares: every lambda from one singular value decomposition."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from regclaims.solvers.certificate import certified
from regclaims.solvers.path import Path
from regclaims.solvers.problem import prepare
from regclaims.vocabulary import Array

SPAN = (1e6, 1e-6)
"""Ends of ridge's grid, in units of the largest eigenvalue of X'X/n."""

NULL_DF = 0.01
"""A ridge fit with fewer degrees of freedom counts as the null model."""


def ridge_path(
    X: ArrayLike,
    y: ArrayLike,
    *,
    lambdas: Array | None = None,
    n_lambdas: int = 100,
    standardize: bool = True,
    fit_intercept: bool = True,
) -> Path:
    """Fit ridge regression: 1/(2n) |y - Xb|^2 + lambda/2 |b|^2.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    lambdas : (k,), optional
        Decreasing. By default `n_lambdas` from 1e6 to 1e-6 of the largest eigenvalue of X'X/n, the
        upper end widened until it is the null model (df < .01).
    n_lambdas : int
    standardize, fit_intercept : bool

    Returns
    -------
    Path
        ``df = sum d^2/(d^2 + n lambda)`` over singular values d (Hoerl and Kennard 1970).

    Raises
    ------
    ValueError
        If a lambda is not positive, or as `prepare` does.
    """
    problem = prepare(X, y, standardize=standardize, fit_intercept=fit_intercept)
    left, singular, right = np.linalg.svd(problem.X, full_matrices=False)
    eigenvalues = singular**2 / len(problem.y)
    if lambdas is None:
        lambdas = _grid(eigenvalues, n_lambdas)
    if not (np.asarray(lambdas) > 0).all():
        raise ValueError("lambdas must be positive; least_squares fits without a penalty")
    shrunk = eigenvalues / (eigenvalues + lambdas[:, None])
    coefs = _solve(left, singular, right, shrunk, problem.y)
    path = problem.path(coefs, lambdas=lambdas, l1_ratio=0.0, df=shrunk.sum(axis=1))
    return certified(X, y, path)


def ridge_lambda(
    X: ArrayLike, y: ArrayLike, df: float, *, standardize: bool = True, fit_intercept: bool = True
) -> float:
    """Find the lambda at which ridge has `df` degrees of freedom.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    df : float
        Above 0, and below the rank of the prepared columns.
    standardize, fit_intercept : bool

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `df` is out of range, or as `prepare` does.
    """
    problem = prepare(X, y, standardize=standardize, fit_intercept=fit_intercept)
    eigenvalues = np.linalg.svd(problem.X, compute_uv=False) ** 2 / len(problem.y)
    largest = eigenvalues.max(initial=0.0)

    def excess(log_lambda: float) -> float:
        return float((eigenvalues / (eigenvalues + np.exp(log_lambda))).sum()) - df

    # df falls from the rank to 0 as lambda grows; these ends are beyond any that is asked for.
    low, high = np.log(largest or 1.0) - 60, np.log(largest or 1.0) + 60
    if not excess(low) > 0 > excess(high):
        raise ValueError(f"df must be above 0 and below the rank of X; it is {df}")
    return float(np.exp(brentq(excess, low, high, xtol=1e-12)))


def least_squares(
    X: ArrayLike, y: ArrayLike, *, standardize: bool = True, fit_intercept: bool = True
) -> Path:
    """Fit least squares; where it is not unique, the fit of least norm on the prepared columns.

    Returns
    -------
    Path
        With one fit, lambda = 0.

    Raises
    ------
    ValueError
        As `prepare` does.
    """
    problem = prepare(X, y, standardize=standardize, fit_intercept=fit_intercept)
    left, singular, right = np.linalg.svd(problem.X, full_matrices=False)
    # numpy.linalg.matrix_rank's rule: smaller singular values are rounding.
    rank = singular > max(problem.X.shape) * np.finfo(float).eps * singular.max(initial=0.0)
    if fit_intercept:
        rank[len(problem.y) - 1 :] = False  # centred columns span n - 1 dimensions at most
    shrunk = rank.astype(float)[None, :]
    coefs = _solve(left, np.where(rank, singular, 1.0), right, shrunk, problem.y)
    path = problem.path(coefs, lambdas=np.zeros(1), l1_ratio=0.0, df=shrunk.sum(axis=1))
    return certified(X, y, path)


def _grid(eigenvalues: Array, n_lambdas: int) -> Array:
    largest = eigenvalues.max(initial=0.0) or 1.0
    upper, lower = SPAN[0] * largest, SPAN[1] * largest
    while (eigenvalues / (eigenvalues + upper)).sum() >= NULL_DF:
        upper *= 10
    return np.geomspace(upper, lower, n_lambdas)


def _solve(left: Array, singular: Array, right: Array, shrunk: Array, y: Array) -> Array:
    projected = left.T @ y
    ratio = np.divide(projected, singular, out=np.zeros_like(singular), where=singular > 0)
    return np.asarray((shrunk * ratio) @ right)
