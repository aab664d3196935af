"""Whether a lasso fit is the only optimal one.

All optimal fits have the same predictions, hence the same residuals, and the same columns E whose
gradient reaches l1 (Tibshirani 2013, The lasso problem and uniqueness). Another fit differs by a d
with Z_E d = 0 that moves no zero against its gradient's sign s: s_j d_j >= 0 there. Its L1 norm is
then the same, as s'd = r'Z_E d/(n l1) = 0. With an L2 part or independent columns there is none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from regclaims.solvers.path import Path
from regclaims.solvers.problem import Problem
from regclaims.solvers.projection import independent as all_independent
from regclaims.vocabulary import Array

TIE = 1e-10
"""A gradient this close to l1, as a share of lambda_max, has reached it."""

LEAST_MOVE = 1e-6
"""A move below this is the linear program's tolerance."""


def unique(
    problem: Problem, path: Path, correlations: Array, independent: bool
) -> NDArray[np.bool_]:
    """Tell for every fit whether no other coefficients are optimal.

    Parameters
    ----------
    problem : Problem
    path : Path
    correlations : (k, p)
        Z'r/n.
    independent : bool
        The columns of each support are known to be independent.
    """
    alone = np.ones(len(path), dtype=bool)
    if path.l1_ratio < 1:
        if not path.lambdas.all():
            alone[path.lambdas == 0.0] = all_independent(problem)
        return alone
    reach = path.lambdas - TIE * (problem.max_gradient or 1.0)
    supports = path.coefs != 0.0
    ties = (np.abs(correlations) >= reach[:, None]) & problem.usable
    # Where a zero's gradient is at the edge, or the support is not known to be independent.
    ask = (ties & ~supports).any(axis=1) if independent else np.ones(len(path), dtype=bool)
    seen: dict[bytes, bool] = {}
    for k in np.flatnonzero(ask):
        reached = ties[k] | supports[k]
        key = reached.tobytes() + supports[k].tobytes()
        if key not in seen:
            seen[key] = _unique_at(problem, supports[k], reached, np.sign(correlations[k]))
        alone[k] = seen[key]
    return alone


def _unique_at(
    problem: Problem, support: NDArray[np.bool_], reached: NDArray[np.bool_], signs: Array
) -> bool:
    chosen = np.flatnonzero(reached)
    if len(chosen) <= 1:  # no constant column has a gradient
        return True
    Z = problem.dense(chosen)
    Z = Z / np.linalg.norm(Z, axis=0)
    if np.linalg.matrix_rank(Z) == len(chosen):
        return True
    inside = support[chosen]
    if np.linalg.matrix_rank(Z[:, inside]) < inside.sum():
        return False
    return not _can_enter(Z, inside, signs[chosen])


def _can_enter(Z: Array, inside: NDArray[np.bool_], signs: Array) -> bool:
    """Tell whether a zero at the edge can grow while the support makes up for it: a linear program.

    Maximize sum s_j d_j over the zeros, with Zd = 0 and 0 <= s_j d_j <= 1 there.
    """
    # The triangle of a QR decomposition has the same null space, and no more rows than columns.
    triangle = np.linalg.qr(Z, mode="r")
    bounds = [
        (None, None) if support else ((0.0, 1.0) if sign > 0 else (-1.0, 0.0))
        for support, sign in zip(inside, signs, strict=True)
    ]
    program = linprog(
        np.where(inside, 0.0, -signs), A_eq=triangle, b_eq=np.zeros(len(triangle)), bounds=bounds
    )
    # d = 0 is always feasible; where the solver gives up all the same, uniqueness is not claimed.
    return program.status != 0 or -program.fun > LEAST_MOVE
