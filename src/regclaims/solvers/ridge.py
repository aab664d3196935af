"""Ridge, every lambda from one eigendecomposition; and least squares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh, eigvalsh
from scipy.optimize import brentq

from regclaims.solvers.certificate import certified
from regclaims.solvers.grid import checked_count, checked_lambdas
from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.projection import interpolate, largest_rank, project
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import FAILED, Array

SPAN = (1e6, 1e-6)
"""Ends of ridge's grid, in units of the largest eigenvalue of X'X/n."""

NULL_DF = 0.01
"""A ridge fit with fewer degrees of freedom counts as the null model."""


@one_thread()
def ridge_path(
    X: Any,
    y: ArrayLike,
    *,
    lambdas: ArrayLike | None = None,
    n_lambdas: int = 100,
    standardize: bool = True,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
) -> Path:
    """Fit ridge regression: 1/(2n) |y - Xb|^2 + lambda/2 |b|^2.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        Of a sparse X only the smaller of X'X and XX' is formed.
    y : (n,)
    lambdas : (k,), optional
        Decreasing. By default `n_lambdas` from 1e6 to 1e-6 of the largest eigenvalue of X'X/n, the
        upper end widened until it is the null model (df < .01).
    n_lambdas : int
    standardize, fit_intercept : bool
    sample_weight : (n,), optional

    Returns
    -------
    Path
        ``df = sum d^2/(d^2 + n lambda)`` over singular values d (Hoerl and Kennard 1970).

    Raises
    ------
    ValueError
        If a lambda is not positive, or as `prepare` does.
    """
    problem = prepare(
        X, y, standardize=standardize, fit_intercept=fit_intercept, sample_weight=sample_weight
    )
    grid = None if lambdas is None else checked_lambdas(lambdas)
    count = checked_count(n_lambdas)
    return solve_ridge(problem, grid, count)


def solve_ridge(problem: Problem, lambdas: Array | None = None, n_lambdas: int = 100) -> Path:
    """Fit a prepared problem at every lambda, from one decomposition."""
    wide = problem.p > problem.n
    matrix = problem.kernel if wide else problem.gram
    found, vectors = eigh(matrix, driver="evd", check_finite=False)
    eigenvalues = np.maximum(found, 0.0)
    if lambdas is None:
        lambdas = default_ridge_grid(eigenvalues, n_lambdas)
    shrunk = 1 / (eigenvalues + lambdas[:, None])

    def solve(targets: Array) -> Array:
        """(Z'Z/n + lambda I)^-1 g for each lambda's row g of `targets`, or for one row."""
        if wide:
            # By Woodbury: (g - Z'(ZZ'/n + lambda I)^-1 Zg/n) / lambda
            inner = (shrunk * (problem.combine(targets) @ vectors)) @ vectors.T
            return np.asarray((targets - problem.correlate(inner)) / lambdas[:, None])
        return np.asarray((shrunk * (targets @ vectors)) @ vectors.T)

    if wide:
        # b = Z'(ZZ'/n + lambda I)^-1 y/n, without the cancellation in the above.
        coefs = problem.correlate((shrunk * (problem.y @ vectors)) @ vectors.T)
    else:
        coefs = solve(problem.linear)
    df, size = (eigenvalues * shrunk).sum(axis=1), len(matrix)
    path = _as_path(problem, coefs, lambdas, df, size)
    if (path.status != FAILED).all():
        return path
    # Iterative refinement makes good what the decomposition lacks where Z'Z is nearly singular.
    residuals = problem.y - problem.combine(coefs)
    coefs = coefs + solve(problem.correlate(residuals) - lambdas[:, None] * coefs)
    return _as_path(problem, coefs, lambdas, df, size)


def _as_path(problem: Problem, coefs: Array, lambdas: Array, df: Array, size: int) -> Path:
    operations = np.full(len(lambdas), size * (size + problem.p))
    path = problem.path(coefs, None, lambdas=lambdas, l1_ratio=0.0, df=df, operations=operations)
    return certified(problem, path)


@one_thread()
def ridge_lambda(
    X: Any, y: ArrayLike, df: float, *, standardize: bool = True, fit_intercept: bool = True
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
    matrix = problem.kernel if problem.p > problem.n else problem.gram
    eigenvalues = np.maximum(eigvalsh(matrix, check_finite=False), 0.0)
    largest = eigenvalues.max(initial=0.0)

    def excess(log_lambda: float) -> float:
        return float((eigenvalues / (eigenvalues + np.exp(log_lambda))).sum()) - df

    # df falls from the rank to 0 as lambda grows; these ends are beyond any that is asked for.
    low, high = np.log(largest or 1.0) - 60, np.log(largest or 1.0) + 60
    if not excess(low) > 0 > excess(high):
        raise ValueError(f"df must be above 0 and below the rank of X; it is {df}")
    return float(np.exp(brentq(excess, low, high, xtol=1e-12)))


@one_thread()
def least_squares(
    X: Any,
    y: ArrayLike,
    *,
    standardize: bool = True,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
) -> Path:
    """Fit least squares; where it is not unique, the fit of least norm on the prepared columns.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        A sparse X is made dense.
    y : (n,)
    standardize, fit_intercept : bool
    sample_weight : (n,), optional

    Returns
    -------
    Path
        With one fit, lambda = 0.

    Raises
    ------
    ValueError
        As `prepare` does.
    """
    problem = prepare(
        X, y, standardize=standardize, fit_intercept=fit_intercept, sample_weight=sample_weight
    )
    coefs, rank = _least_squares(problem)
    path = problem.path(
        coefs[None],
        None,
        lambdas=np.zeros(1),
        l1_ratio=0.0,
        df=np.array([float(rank)]),
        operations=np.array([problem.n * problem.p * min(problem.n, problem.p)]),
    )
    return certified(problem, path)


def _least_squares(problem: Problem) -> tuple[Array, int]:
    """Return coefficients (p,) of least norm, and the rank of Z."""
    columns = int(problem.usable.sum())
    if columns <= largest_rank(problem):
        found = project(problem, problem.usable[None])
        if found.independent[0]:
            return found.coefs[0], columns
    elif (coefs := interpolate(problem)) is not None:
        return coefs, largest_rank(problem)
    return _by_singular_values(problem)


def _by_singular_values(problem: Problem) -> tuple[Array, int]:
    left, singular, right = np.linalg.svd(problem.dense(), full_matrices=False)
    # numpy.linalg.matrix_rank's rule: smaller singular values are rounding.
    least = max(problem.n, problem.p) * np.finfo(float).eps * singular.max(initial=0.0)
    rank = min(int((singular > least).sum()), largest_rank(problem))
    coefs = ((left.T @ problem.y)[:rank] / singular[:rank]) @ right[:rank]
    return np.asarray(coefs), rank


def default_ridge_grid(eigenvalues: Array, n_lambdas: int) -> Array:
    """Return lambdas from the null model (df < .01) down to hardly any penalty, on a log scale."""
    largest = eigenvalues.max(initial=0.0) or 1.0
    upper, lower = SPAN[0] * largest, SPAN[1] * largest
    while (eigenvalues / (eigenvalues + upper)).sum() >= NULL_DF:
        upper *= 10
    return np.geomspace(upper, lower, n_lambdas)
