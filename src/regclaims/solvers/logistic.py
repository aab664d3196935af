"""Logistic lasso and Elastic Net paths, exact at every lambda."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers.certificate import certified
from regclaims.solvers.freedom import weighted_degrees_of_freedom
from regclaims.solvers.gaussian import LAST_DIGIT, NEVER, NOISE
from regclaims.solvers.kernels.logistic import logistic_path as logistic_kernel
from regclaims.solvers.path import Degrees, Path
from regclaims.solvers.preparation import pose
from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import FAILED, Array


@one_thread()
def logistic_path(
    X: Any,
    y: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    lambdas: ArrayLike | None = None,
    n_lambdas: int = 100,
    lambda_min_ratio: float | None = None,
    deviance_stop: float | None = None,
    standardize: bool = True,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
    penalty_factors: ArrayLike | None = None,
) -> Path:
    """Fit the logistic lasso or Elastic Net over decreasing lambdas.

    Minimizes the mean of log(1 + exp f) - y f, f = b0 + Xb, plus the penalty of `gaussian_path`. A
    penalized fit exists whenever y has both classes, separable or not.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        A sparse X stays sparse.
    y : (n,)
        0 and 1.
    l1_ratio, lambdas, n_lambdas, lambda_min_ratio, deviance_stop, standardize, fit_intercept
        As for `gaussian_path`.
    sample_weight, penalty_factors
        As for `gaussian_path`.

    Returns
    -------
    Path

    Raises
    ------
    ValueError
        If `l1_ratio` or a lambda is out of range, or as `prepare` does.
    """
    problem, ratio, grid = pose(
        X,
        y,
        l1_ratio=l1_ratio,
        lambdas=lambdas,
        n_lambdas=n_lambdas,
        lambda_min_ratio=lambda_min_ratio,
        standardize=standardize,
        fit_intercept=fit_intercept,
        sample_weight=sample_weight,
        penalty_factors=penalty_factors,
        loss="logistic",
    )
    return solve_logistic(problem, ratio, grid, deviance_stop)


def solve_logistic(
    problem: Problem, l1_ratio: float, lambdas: Array, stop: float | None = None
) -> Path:
    """Fit a prepared problem over a checked grid; every fit is certified."""
    coefs, intercepts, operations = _solve(
        problem, l1_ratio, lambdas, NEVER if stop is None else stop
    )
    path = _as_path(problem, coefs, intercepts, operations, l1_ratio, lambdas[: len(coefs)])
    failed = np.flatnonzero(path.status == FAILED)
    if not len(failed):
        return path
    for k in failed:
        # From the null model, and to the last digit: another way to the same fit.
        at = _solve(problem, l1_ratio, lambdas[k : k + 1], NEVER, LAST_DIGIT)
        coefs[k], intercepts[k] = at[0][0], at[1][0]
        operations[k] += at[2][0]
    return _as_path(problem, coefs, intercepts, operations, l1_ratio, path.lambdas)


def _as_path(
    problem: Problem,
    coefs: Array,
    intercepts: Array,
    operations: NDArray[np.int64],
    l1_ratio: float,
    lambdas: Array,
) -> Path:
    l2 = lambdas * (1 - l1_ratio)
    path = problem.path(
        coefs,
        intercepts,
        lambdas=lambdas,
        l1_ratio=l1_ratio,
        df=Degrees(
            lambda at: weighted_degrees_of_freedom(problem, coefs[at], intercepts[at], l2[at]),
            len(coefs),
        ),
        operations=operations,
    )
    return certified(problem, path, independent=True)


def _solve(
    problem: Problem, l1_ratio: float, lambdas: Array, explained: float, noise: float = NOISE
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return coefficients (k, p) on the prepared scale, intercepts and operations."""
    k = len(lambdas)
    coefs, intercepts = np.zeros((k + 1, problem.p)), np.zeros(k + 1)
    operations = np.zeros(k, dtype=np.int64)
    base = problem.loss.null_predictor(problem.y_mean)
    intercepts[0] = base
    null = np.full((1, problem.n), base)
    done, _ = logistic_kernel(
        problem.for_kernel(),
        problem.y,
        problem.weights,
        problem.fit_intercept,
        lambdas,
        l1_ratio,
        problem.max_gradient or 1.0,
        noise * problem.max_gradient,
        float(problem.loss.value(problem.y, null, problem.weights)[0]),
        explained,
        coefs,
        intercepts,
        operations,
    )
    return coefs[1 : done + 1], intercepts[1 : done + 1], operations[:done]
