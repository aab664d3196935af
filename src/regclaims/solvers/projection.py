"""Least squares on chosen columns: normal equations where they are safe, else orthogonal factors.

The normal equations Z_A'Z_A b = Z_A'y square the condition number, yet one step of refinement from
the residuals makes that good while the square is well below 1/eps (Björck 1987, corrected
seminormal equations). Where it may not be, or the certificate is not good enough, a QR
decomposition decides, and where columns depend on each other the singular values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lstsq, qr, solve_triangular
from scipy.linalg.lapack import dpocon, dpotrf, dpotrs, dtrtrs

from regclaims.solvers.problem import Problem
from regclaims.vocabulary import Array

WELL_CONDITIONED = 1e-10
"""Reciprocal condition number of Z'Z from which the normal equations do.

An error of cond(Z'Z) eps is then about 1e-6, and after refinement its square: below the
cond(Z) eps that orthogonal factors leave. A square root of it, 1e-5, is far from the n eps at which
columns count as dependent.
"""

GOOD = 1e-9
"""Worst KKT residual, and worst gap, of normal equations that are left at that."""


@dataclass(frozen=True)
class Projection:
    """Least squares on supports, on the prepared scale.

    Attributes
    ----------
    coefs : (k, p)
        Zero off the support; of least norm where columns of the support depend on each other.
    independent : (k,) of bool
        Whether the columns of the support are independent.
    kkt : (k,)
        Largest gradient over the support, relative to that of the null model over all columns.
    gap : (k,)
        What least squares would still gain, relative to the null model's objective.
    """

    coefs: Array
    independent: NDArray[np.bool_]
    kkt: Array
    gap: Array


def project(problem: Problem, supports: NDArray[np.bool_]) -> Projection:
    """Fit least squares to each support, equal ones once.

    Parameters
    ----------
    problem : Problem
        Of the squared loss. Of a sparse X the columns in any support are made dense.
    supports : (k, p) of bool

    Returns
    -------
    Projection
    """
    numbers: dict[bytes, int] = {}
    which = np.array([numbers.setdefault(row.tobytes(), len(numbers)) for row in supports])
    distinct = supports[np.unique(which, return_index=True)[1]]
    found, safe = _by_normal_equations(problem, distinct)
    good = safe & (found.kkt <= GOOD) & (found.gap <= GOOD)
    for i in np.flatnonzero(~good).tolist():
        _by_orthogonal_factors(problem, distinct[i], found, i)
    return Projection(
        found.coefs[which], found.independent[which], found.kkt[which], found.gap[which]
    )


def interpolate(problem: Problem) -> Array | None:
    """Return the coefficients (p,) of least norm that predict y, where Z has full row rank.

    None where that is in doubt.
    """
    factor = _kernel_factor(problem)
    if factor is None:
        return None
    coefs, residuals = np.zeros(problem.p), problem.y
    for _ in range(2):  # the second time is the refinement
        coefs += problem.correlate(dpotrs(factor, residuals, lower=1)[0][None])[0]
        residuals = problem.y - problem.combine(coefs[None])[0]
    return coefs


def gain(problem: Problem, gradient: Array) -> Array:
    """Return how much higher the objective is than that of least squares on all columns.

    Parameters
    ----------
    problem : Problem
    gradient : (k, p)
        Z'r/n of residuals r.

    Returns
    -------
    (k,)
        g'(Z'Z/n)^+ g / 2.
    """
    usable = problem.usable
    if usable.sum() <= largest_rank(problem):
        factor = cholesky(problem.gram[usable][:, usable])
        if factor is not None:
            half = dtrtrs(factor, gradient[:, usable].T, lower=1)[0]
            return np.asarray((half**2).sum(axis=0) / 2)
    elif (factor := _kernel_factor(problem)) is not None:
        # g is Z'r/n, so Zg is (ZZ'/n) r.
        residuals = dpotrs(factor, problem.combine(gradient).T, lower=1)[0]
        return np.asarray((residuals**2).sum(axis=0) / (2 * problem.n))
    _, singular, right = np.linalg.svd(problem.dense(), full_matrices=False)
    rank = singular > max(problem.n, problem.p) * np.finfo(float).eps * singular.max(initial=0)
    rotated = gradient @ right[rank].T / singular[rank]
    return np.asarray((rotated**2).sum(axis=1) * problem.n / 2)


def independent(problem: Problem) -> bool:
    """Tell whether the columns that are not constant are independent."""
    usable = problem.usable
    if usable.sum() > largest_rank(problem):
        return False
    if cholesky(problem.gram[usable][:, usable]) is not None:
        return True
    return bool(np.linalg.matrix_rank(problem.dense(usable)) == usable.sum())


def _kernel_factor(problem: Problem) -> Array | None:
    """Return the Cholesky factor of ZZ'/n, the intercept's direction filled up, as `cholesky`."""
    kernel = problem.kernel.copy()
    if problem.fit_intercept:
        # Centred columns leave that direction out; so do y and residuals.
        kernel += kernel.trace() / problem.n**2 * np.outer(problem.root, problem.root)
    return cholesky(kernel)


def largest_rank(problem: Problem) -> int:
    """Return how many columns can be independent: centred ones span n - 1 dimensions at most."""
    return problem.n - problem.fit_intercept


def cholesky(matrix: Array, checked: bool = False) -> Array | None:
    """Factor a positive definite matrix, which is overwritten.

    Returns the lower factor (its upper triangle is not cleared), or None where the matrix is not
    well conditioned, which may be known already to be so.
    """
    trace = float(matrix.trace())  # bounds the largest eigenvalue
    factor, failed = dpotrf(matrix.T, lower=1, clean=0, overwrite_a=1)
    if failed or not (checked or dpocon(factor, trace, uplo="L")[0] >= WELL_CONDITIONED):
        return None
    return np.asarray(factor)


def _by_normal_equations(
    problem: Problem, supports: NDArray[np.bool_]
) -> tuple[Projection, NDArray[np.bool_]]:
    """Fit each support (k, p) by its Gram matrix; and tell for which this was safe."""
    possible = supports.sum(axis=1) <= largest_rank(problem)
    used = np.flatnonzero(supports[possible].any(axis=0))
    Z, n = problem.dense(used).T, problem.n
    inside = supports[:, used]
    factors = _factors(Z @ Z.T / n, inside, possible & inside.any(axis=1))
    safe = supports.sum(axis=1) == 0
    safe[list(factors)] = True
    coefs, gap = np.zeros(inside.shape), np.zeros(len(supports))
    gradient = np.tile(problem.linear[used], (len(supports), 1))
    for _ in range(2):  # the second time is the refinement
        for i, (chosen, factor) in factors.items():
            coefs[i, chosen] += dpotrs(factor, gradient[i, chosen], lower=1)[0]
        gradient = (problem.y - coefs @ Z) @ Z.T / n
    # Least squares gains what of the residuals lies in the span of the columns: n g'(Z'Z/n)^-1 g.
    for i, (chosen, factor) in factors.items():
        gap[i] = n * (dtrtrs(factor, gradient[i, chosen], lower=1)[0] ** 2).sum()
    kkt = np.abs(gradient * inside).max(axis=1, initial=0.0)
    everywhere = np.zeros(supports.shape)
    everywhere[:, used] = coefs
    null = problem.max_gradient or 1.0, float(problem.y @ problem.y) or 1.0
    return Projection(everywhere, safe.copy(), kkt / null[0], gap / null[1]), safe


Factors = dict[int, tuple[NDArray[np.intp], Array]]


def _factors(gram: Array, supports: NDArray[np.bool_], possible: NDArray[np.bool_]) -> Factors:
    """Factor the Gram matrix of each possible support, where that is well conditioned."""
    found: Factors = {}
    checked = np.zeros((0, supports.shape[1]), dtype=bool)
    # The largest first: eigenvalues of a part lie between those of the whole (Cauchy), so what is
    # within a well conditioned support is well conditioned.
    for i in sorted(np.flatnonzero(possible).tolist(), key=lambda i: -int(supports[i].sum())):
        chosen = np.flatnonzero(supports[i])
        within = bool(checked[:, chosen].all(axis=1).any())
        factor = cholesky(gram[chosen][:, chosen], within)
        if factor is not None:
            found[i] = chosen, factor
            checked = checked if within else np.vstack([checked, supports[i]])
    return found


def _by_orthogonal_factors(
    problem: Problem, support: NDArray[np.bool_], into: Projection, i: int
) -> None:
    """Fit one support by QR with pivots, or of least norm by singular values."""
    y, Z = problem.y, problem.dense(np.flatnonzero(support))
    basis, triangle, order = qr(Z, mode="economic", pivoting=True, check_finite=False)
    tolerance = max(Z.shape) * np.finfo(float).eps
    diagonal = np.abs(np.diag(triangle))
    # What is left of columns beyond the largest rank is rounding.
    rank = min(int((diagonal > tolerance * diagonal[0]).sum()), largest_rank(problem))
    coefs = np.zeros(Z.shape[1])
    if rank == Z.shape[1]:
        coefs[order] = solve_triangular(triangle, basis.T @ y, check_finite=False)
    else:
        coefs = lstsq(Z, y, cond=tolerance, check_finite=False)[0]
    residuals = y - Z @ coefs
    into.coefs[i] = 0.0
    into.coefs[i, support] = coefs
    into.independent[i] = rank == Z.shape[1]
    into.kkt[i] = np.abs(residuals @ Z).max() / problem.n / (problem.max_gradient or 1.0)
    into.gap[i] = ((residuals @ basis[:, :rank]) ** 2).sum() / (float(y @ y) or 1.0)
