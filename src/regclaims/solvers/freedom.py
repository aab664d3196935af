"""Degrees of freedom of lasso and Elastic Net fits."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtri
from scipy.special import expit

from regclaims.solvers.problem import Problem
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array


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
    return np.array(
        [_trace(problem.dense(np.flatnonzero(b)), at) for b, at in zip(coefs, l2, strict=True)]
    )


def _trace(Z: Array, l2: float) -> float:
    """tr Z (Z'Z + n l2 I)^-1 Z', by the smaller of the two Gram matrices."""
    n, size = Z.shape
    if size == 0:
        return 0.0
    gram = (Z.T @ Z if size <= n else Z @ Z.T) / n
    gram.flat[:: len(gram) + 1] += l2
    factor, failed = dpotrf(gram, lower=0, clean=1)
    if failed:
        return float(len(gram) - l2 * np.trace(np.linalg.pinv(gram, hermitian=True)))
    inverse, _ = dtrtri(factor)
    return float(len(gram) - l2 * (inverse**2).sum())


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
        traces.append(_trace(np.sqrt(w)[:, None] * Z, at))
    return np.array(traces)
