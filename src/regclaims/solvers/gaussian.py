"""Lasso and Elastic Net paths, exact at every lambda.

Two kernels, chosen by sizes as the path goes: faces (`kernels.face`), whose cost grows with the
cube of the support, and Newton's method on the dual (`kernels.dual`), whose cost grows with that of
n. docs/solvers.md has the mathematics.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers.certificate import certified
from regclaims.solvers.freedom import degrees_of_freedom
from regclaims.solvers.kernels.dual import dual_path
from regclaims.solvers.kernels.gaussian import face_path
from regclaims.solvers.kernels.states import EXPLAINED, STUCK, SWITCHED
from regclaims.solvers.path import Degrees, Path
from regclaims.solvers.preparation import pose
from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import FAILED, Array

SWITCH = 0.8
"""The dual takes over where an Elastic Net's support exceeds this multiple of n."""

UNBOUNDED = 2**62
NOISE, LAST_DIGIT = 1e-13, 1e-15
"""By how much of max |Z'r|/n rounding may move a gradient; the second for a fit that failed."""

NEVER = 2.0
"""A share of the deviance that no fit explains."""


@one_thread()
def gaussian_path(
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
    """Fit the lasso or Elastic Net over decreasing lambdas.

    Minimizes 1/(2n) |y - b0 - Xb|^2 + lambda (l1_ratio |b|_1 + (1 - l1_ratio)/2 |b|^2), b on the
    scale of standardized columns (if they are), rows weighted.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
        A sparse X stays sparse.
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
    sample_weight : (n,), optional
        Not negative; only their ratios matter.
    penalty_factors : (p,), optional
        The lasso's penalty of each column is multiplied by its own; infinity keeps a column out.

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
        loss="squared",
    )
    return solve(problem, ratio, grid, deviance_stop)


def solve(problem: Problem, l1_ratio: float, lambdas: Array, stop: float | None = None) -> Path:
    """Fit a prepared problem over a checked grid; every fit is certified."""
    explained = NEVER if stop is None else stop
    coefs, operations = _solve(problem, l1_ratio, lambdas, explained)
    path = _as_path(problem, coefs, operations, l1_ratio, lambdas[: len(coefs)])
    failed = np.flatnonzero(path.status == FAILED)
    if not len(failed):
        return path
    for k in failed:
        # From zero, by faces alone, by residuals and not X'X: another way to the same fit.
        again, spent = _solve(problem, l1_ratio, lambdas[k : k + 1], NEVER, anew=True)
        coefs[k] = again[0]
        operations[k] += spent[0]
    return _as_path(problem, coefs, operations, l1_ratio, path.lambdas)


def _as_path(
    problem: Problem, coefs: Array, operations: NDArray[np.int64], l1_ratio: float, lambdas: Array
) -> Path:
    l2 = lambdas * (1 - l1_ratio)
    path = problem.path(
        coefs,
        None,
        lambdas=lambdas,
        l1_ratio=l1_ratio,
        df=Degrees(lambda at: degrees_of_freedom(problem, coefs[at], l2[at]), len(coefs)),
        operations=operations,
    )
    return certified(problem, path, independent=True)


def _solve(
    problem: Problem, l1_ratio: float, lambdas: Array, explained: float, anew: bool = False
) -> tuple[Array, NDArray[np.int64]]:
    """Return coefficients (k, p) on the prepared scale, and operations, by the kernels in turn."""
    k = len(lambdas)
    coefs, operations = np.zeros((k + 1, problem.p)), np.zeros(k, dtype=np.int64)
    if problem.max_gradient == 0.0:
        return coefs[1:], operations
    y, linear = problem.y, problem.linear
    gram = problem.sparse is None and problem.p <= problem.n and not anew
    faces = problem.for_kernel(gram)
    square = float(y @ y) / problem.n
    noise = (LAST_DIGIT if anew else NOISE) * problem.max_gradient
    may_switch = l1_ratio < 1 and problem.sparse is None and problem.p > problem.n and not anew
    limit = int(SWITCH * problem.n) if may_switch else UNBOUNDED
    at, on_dual, state = 0, False, SWITCHED
    while at < k and state != EXPLAINED:
        into = (explained, coefs[at:], operations[at:])
        if on_dual:
            columns = problem.for_kernel()
            done, state = dual_path(columns, y, linear, lambdas[at:], l1_ratio, limit // 2, *into)
        else:
            # The strong rule looks back at the penalty before.
            before = l1_ratio * lambdas[max(at - 1, 0)]
            done, state = face_path(
                faces, y, linear, square, lambdas[at:], l1_ratio, before, noise, limit, *into
            )
        if state == STUCK:
            limit = UNBOUNDED  # l2 only falls from here: faces to the end
        at += done
        on_dual = not on_dual
    return coefs[1 : at + 1], operations[:at]
