"""The adaptive lasso: each column's penalty by an initial estimate of its size (Zou 2006)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from regclaims.errors import UnfitError
from regclaims.solvers.gaussian import gaussian_path
from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.ridge import solve_ridge
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

REACH = 100
"""Powers of ten over which factors range, lest squares of what they divide leave the numbers."""


def adaptive_path(
    X: ArrayLike,
    y: ArrayLike,
    *,
    initial: ArrayLike | None = None,
    gamma: float = 1.0,
    lambdas: ArrayLike | None = None,
    n_lambdas: int = 100,
    lambda_min_ratio: float | None = None,
    deviance_stop: float | None = None,
    standardize: bool = True,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
) -> Path:
    """Fit the adaptive lasso over decreasing lambdas.

    Minimizes 1/(2n) |y - b0 - Xb|^2 + lambda sum |b_j| / |b_init,j|^gamma, both b on the scale of
    standardized columns (if they are), rows weighted. The factors 1/|b_init|^gamma are Zou's as
    they are, not rescaled to a mean or a minimum of 1: lambda is the one of the formula, and its
    unit depends on that of y and on gamma. A default grid takes this into account.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        A sparse X stays sparse.
    y : (n,)
    initial : (p,), optional
        Coefficients on the scale of the original columns; where they are 0, the column is kept out.
        By default ridge, at the lambda where generalized cross-validation (Golub, Heath and Wahba
        1979) is least: it exists when p > n, gives no column up, and needs no folds to be drawn.
    gamma : float
        Above 0.
    lambdas, n_lambdas, lambda_min_ratio, deviance_stop, standardize, fit_intercept, sample_weight
        As for `gaussian_path`.

    Returns
    -------
    Path
        With the factors as its `penalty_factors`.

    Raises
    ------
    ValueError
        If `initial`, `gamma` or all factors are out of range, or as `gaussian_path` does.
    UnfitError
        A ValueError: if no ridge fit to start from is certified.
    """
    if not 0 < gamma < np.inf:
        raise ValueError(f"gamma must be above 0 and finite; it is {gamma}")
    problem = prepare(
        X, y, standardize=standardize, fit_intercept=fit_intercept, sample_weight=sample_weight
    )
    start = _ridge(problem) if initial is None else _checked(initial, problem.p)
    # A constant column has no scale, and no say.
    size = np.where(problem.usable, np.abs(start) * problem.scale, 0.0)
    return gaussian_path(
        X,
        y,
        lambdas=lambdas,
        n_lambdas=n_lambdas,
        lambda_min_ratio=lambda_min_ratio,
        deviance_stop=deviance_stop,
        standardize=standardize,
        fit_intercept=fit_intercept,
        sample_weight=sample_weight,
        penalty_factors=_factors(size, gamma),
    )


def _factors(size: Array, gamma: float) -> Array:
    """Return 1/size^gamma, infinite where size is 0, or next to it beside the largest."""
    factors, powers = np.full(len(size), np.inf), np.full(len(size), np.inf)
    if not size.any():
        return factors
    # By logarithms, so that nothing overflows before it is looked at.
    powers[size > 0] = -gamma * np.log10(size[size > 0])
    least = powers.min()
    if abs(least) > REACH:
        raise ValueError(
            f"the least penalty factor is 1e{least:.0f}: choose other units for y, or another gamma"
        )
    close = powers - least <= REACH
    factors[close] = size[close] ** -gamma
    return factors


def _ridge(problem: Problem) -> Array:
    """Return the ridge fit (p,) of least generalized cross-validation error, |r|^2/(n - df)^2.

    df counts the intercept. Where it leaves nothing of n there is no error to go by.
    """
    with one_thread():
        path = solve_ridge(problem)
        fitted = problem.combine(path.coefs * problem.scale)
    squares = ((problem.y - fitted) ** 2).sum(axis=1)
    left = problem.n - path.df - problem.fit_intercept
    known = path.certified & (left > np.finfo(float).eps * problem.n)
    if not known.any():
        raise UnfitError("no ridge fit to start from is certified: give initial coefficients")
    errors = np.divide(squares, left**2, out=np.full(len(path), np.inf), where=known)
    # Of equal errors, as on a constant y, the first: the one that shrinks most.
    return np.asarray(path.coefs[errors.argmin()])


def _checked(initial: ArrayLike, p: int) -> Array:
    try:
        found = np.asarray(initial, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"initial must be numbers: {error}") from None
    if found.shape != (p,) or not np.isfinite(found).all():
        raise ValueError(f"initial must be ({p},) and finite")
    return found
