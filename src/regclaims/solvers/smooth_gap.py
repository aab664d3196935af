"""Duality gaps of fits without an L1 part: ridge, least squares, logistic ridge."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, xlog1py

from regclaims.solvers.path import Path
from regclaims.solvers.problem import Problem
from regclaims.solvers.projection import gain
from regclaims.vocabulary import Array


def smooth_gap(problem: Problem, path: Path, residuals: Array, l2: Array) -> Array:
    """Bound how far fits without an L1 part are from the minimum.

    Ridge, and least squares, whose optimum is the projection on the columns of X, come down to a
    squared norm of the gradient, free of the cancellation in primal - dual: over 2 l2 for ridge
    with the dual point r; in the inverse of Z'Z/n for least squares.

    Parameters
    ----------
    problem : Problem
    path : Path
        With l1_ratio 0.
    residuals : (k, n)
    l2 : (k,)
        0 for least squares; above 0 for the logistic loss.

    Returns
    -------
    (k,)
        In units of the objective.
    """
    if not problem.loss.weighs_rows:
        return _logistic_ridge_gap(problem, path)
    coefs, _ = problem.prepared(path)
    gradient = problem.correlate(residuals) - l2[:, None] * coefs
    gap = np.zeros(len(l2))
    ridge = l2 > 0
    gap[ridge] = (gradient[ridge] ** 2).sum(axis=1) / (2 * l2[ridge])
    if not ridge.all():
        gap[~ridge] = gain(problem, gradient[~ridge])
    if path.fit_intercept:
        # Centred columns are orthogonal to the intercept, so its part of the gap is its own.
        gap = gap + (residuals @ problem.root / problem.n) ** 2 / 2
    return gap


def _logistic_ridge_gap(problem: Problem, path: Path) -> Array:
    """Bound how far each fit's objective is from the minimum, whatever solved it.

    With residuals r and a dual point d, of sum 0 and no row beyond its weight, primal - dual is

        D(d, r) + |Z'd/n - lambda b|^2/(2 lambda),

    D the Bregman divergence of the conjugate loss: the mean Kullback-Leibler divergence of |d|/w
    from |r|/w, a row's probability of the other class. Neither term has the cancellation of
    primal - dual. d is r, its positive or negative part shrunk until the sum is 0.
    """
    coefs, intercepts = problem.prepared(path)
    predictions = problem.combine(coefs) + intercepts[:, None]
    signs = np.where(problem.y > 0, 1.0, -1.0)
    other, own = expit(-signs * predictions), expit(signs * predictions)
    excess = np.zeros_like(other)  # the share of a row's residual that d lacks
    if problem.fit_intercept:
        excess = _excess(problem.weights * other, signs)
    less = excess * other
    # Where a row's own class has probability 0 no other d is at a finite distance.
    ratio = np.divide(less, own, out=np.where(less > 0, np.inf, 0.0), where=own > 0)
    divergence = xlog1py(other - less, -excess) + xlog1py(own + less, ratio)
    gradient = problem.correlate(problem.weights * signs * (other - less))
    gradient -= path.lambdas[:, None] * coefs
    gap = divergence @ problem.weights / problem.n + (gradient**2).sum(axis=1) / (2 * path.lambdas)
    return np.asarray(gap)


def _excess(sizes: Array, signs: Array) -> Array:
    """Share of residuals of sizes (k, n) by which the larger class exceeds the other's sum."""
    one, zero = ((sizes * (signs == side)).sum(axis=1, keepdims=True) for side in (1, -1))
    larger, beyond = np.where(signs > 0, one, zero), np.where(signs > 0, one - zero, zero - one)
    return np.divide(np.maximum(beyond, 0.0), larger, out=np.zeros_like(sizes), where=larger > 0)
