"""Degrees of freedom of lasso and Elastic Net fits."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtri
from scipy.special import expit

from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

SMALL = 35
"""Halves of fewer columns are not worth a call each (measured)."""


@one_thread()
def degrees_of_freedom(problem: Problem, coefs: Array, l2: Array) -> Array:
    """Return the trace of each fit's smoother (Zou and Hastie 2005); without l2 the support's size.

    Parameters
    ----------
    problem : Problem
    coefs : (k, p)
        Zero where the columns are out.
    l2 : (k,)

    Returns
    -------
    (k,)
    """
    if not l2.any():
        return np.count_nonzero(coefs, axis=1).astype(float)
    # Where it is the smaller one, the solver has formed Z'Z already.
    whole = problem.gram if problem.p <= problem.n else None
    traces = []
    for b, at in zip(coefs, l2, strict=True):
        chosen = np.flatnonzero(b)
        if whole is None:
            gram = _smaller_gram(problem.dense(chosen))
        else:
            gram = whole[chosen][:, chosen]
        traces.append(_trace(gram, at))
    return np.array(traces)


def _smaller_gram(Z: Array) -> Array:
    n, size = Z.shape
    return np.asarray((Z.T @ Z if size <= n else Z @ Z.T) / n)


def _trace(gram: Array, l2: float) -> float:
    """Return tr K (K + l2 I)^-1 of a Gram matrix K, which is overwritten.

    That is its size less l2 |L^-1|^2, LL' = K + l2 I.
    """
    if not len(gram):
        return 0.0
    gram.flat[:: len(gram) + 1] += l2
    # Transposed, as LAPACK goes by columns: the matrix is symmetric. Upper factors take longer.
    factor, failed = dpotrf(gram.T, lower=1, clean=1)
    if failed:
        return float(len(gram) - l2 * np.trace(np.linalg.pinv(gram, hermitian=True)))
    return float(len(gram) - l2 * np.linalg.norm(_inverse(factor)) ** 2)


def _inverse(L: Array) -> Array:
    """Invert a lower triangular matrix, by halves: products are faster than LAPACK's columns."""
    half = len(L) // 2
    if half < SMALL:
        return np.asarray(dtrtri(L, lower=1)[0])
    inverse = np.zeros_like(L)
    first, last = _inverse(L[:half, :half]), _inverse(L[half:, half:])
    inverse[:half, :half], inverse[half:, half:] = first, last
    inverse[half:, :half] = -last @ L[half:, :half] @ first
    return inverse


@one_thread()
def weighted_degrees_of_freedom(
    problem: Problem, coefs: Array, intercepts: Array, l2: Array
) -> Array:
    """Return the same of logistic fits, with rows weighted as in the last Newton step.

    Parameters
    ----------
    problem : Problem
    coefs : (k, p)
        On the prepared scale.
    intercepts : (k,)
        Likewise.
    l2 : (k,)
    """
    if not l2.any():
        return np.count_nonzero(coefs, axis=1).astype(float)
    predictions = problem.combine(coefs) + intercepts[:, None]
    probabilities = expit(predictions)
    curvature = problem.weights * probabilities * (1 - probabilities)
    traces = []
    for b, w, at in zip(coefs, curvature, l2, strict=True):
        Z = problem.dense(np.flatnonzero(b))
        if problem.fit_intercept:
            Z = Z - w @ Z / max(w.sum(), np.finfo(float).tiny)
        traces.append(_trace(_smaller_gram(np.sqrt(w)[:, None] * Z), at))
    return np.array(traces)
