"""Logistic ridge: every lambda by Newton's method, with a certificate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigvalsh

from regclaims.solvers.certificate import certified
from regclaims.solvers.gaussian import NEVER
from regclaims.solvers.grid import checked_count, checked_lambdas
from regclaims.solvers.newton import Newton
from regclaims.solvers.path import Degrees, Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.ridge import default_ridge_grid
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

EXPLAINED = 0.999
"""The default grid ends with the first fit that explains this share of the deviance."""


@one_thread()
def logistic_ridge_path(
    X: Any,
    y: ArrayLike,
    *,
    lambdas: ArrayLike | None = None,
    n_lambdas: int = 100,
    deviance_stop: float | None = None,
    standardize: bool = True,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
) -> Path:
    """Fit logistic ridge: the mean of log(1 + exp f) - y f, f = b0 + Xb, plus lambda/2 |b|^2.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        A sparse X is made dense.
    y : (n,)
        0 and 1.
    lambdas : (k,), optional
        Decreasing. By default `n_lambdas` from 1e6 to 1e-6 of the largest eigenvalue of X'WX/n, W
        the null model's p(1 - p), the upper end widened until it is the null model (df < .01).
    n_lambdas : int
    deviance_stop : float, optional
        End the path with the first fit that explains this share of the deviance. By default .999
        on the default grid, as separable classes have no fit without a penalty; never on `lambdas`.
    standardize, fit_intercept : bool
        The intercept is not penalized.
    sample_weight : (n,), optional

    Returns
    -------
    Path
        ``df`` is the trace of the last Newton step's weighted smoother (le Cessie and van
        Houwelingen 1992).

    Raises
    ------
    ValueError
        If a lambda is not positive, or as `prepare` does.
    """
    problem = prepare(
        X,
        y,
        standardize=standardize,
        fit_intercept=fit_intercept,
        sample_weight=sample_weight,
        loss="logistic",
    )
    grid = None if lambdas is None else checked_lambdas(lambdas)
    return solve_logistic_ridge(problem, grid, checked_count(n_lambdas), deviance_stop)


def solve_logistic_ridge(
    problem: Problem,
    lambdas: Array | None = None,
    n_lambdas: int = 100,
    stop: float | None = None,
) -> Path:
    """Fit a prepared problem over a checked grid; every fit is certified.

    Newton's method ends at rounding: a fit that fails has nothing left to be refined by.
    """
    if lambdas is None:
        lambdas = default_logistic_ridge_grid(problem, n_lambdas)
        stop = EXPLAINED if stop is None else stop
    newton = Newton.of(problem)
    inner, operations = newton.follow(lambdas, NEVER if stop is None else stop)
    lambdas = lambdas[: len(inner)]
    coefs, intercepts = newton.coefficients(inner)
    path = problem.path(
        coefs,
        intercepts,
        lambdas=lambdas,
        l1_ratio=0.0,
        df=Degrees(lambda at: newton.degrees_of_freedom(inner[at], lambdas[at]), len(inner)),
        operations=operations,
    )
    return certified(problem, path)


def default_logistic_ridge_grid(problem: Problem, n_lambdas: int) -> Array:
    """Return ridge's default grid for X'WX/n, W the curvature of the null model's loss."""
    matrix = problem.kernel if problem.p > problem.n else problem.gram
    share = problem.y_mean
    eigenvalues = share * (1 - share) * eigvalsh(matrix, check_finite=False)
    return default_ridge_grid(np.maximum(eigenvalues, 0.0), n_lambdas)
