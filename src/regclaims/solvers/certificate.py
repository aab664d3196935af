"""Certificates: how far a fit is from optimal, computed from data and coefficients alone.

Nothing here knows which solver made a path. The objective is

    1/(2n) |y - Xb|^2 + lambda (l1_ratio |b|_1 + (1 - l1_ratio)/2 |b|^2)

on standardized columns, with an intercept that is not penalized.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from regclaims.solvers.path import Path
from regclaims.solvers.problem import Problem, prepare
from regclaims.vocabulary import CONVERGED, FAILED, Array

MAX_RESIDUAL = 1e-6
"""Worst KKT residual, and worst duality gap, of a fit that counts as converged."""


def certificate(X: ArrayLike, y: ArrayLike, path: Path) -> tuple[Array, Array]:
    """Evaluate the optimality of every fit of a path.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    path : Path

    Returns
    -------
    kkt : (k,)
        Largest violation of the optimality conditions, relative to max |X'y|/n; that of the
        intercept, the mean residual, relative to the root mean square of centred y.
    gap : (k,)
        Primal minus dual objective, relative to the null model's |y|^2/(2n).

    Raises
    ------
    ValueError
        As `prepare` does.
    """
    problem = prepare(X, y, standardize=path.standardize, fit_intercept=path.fit_intercept)
    coefs = path.coefs * problem.scale
    # The intercept is checked too: a wrong one leaves a mean in the residuals.
    offset = path.intercepts + path.coefs @ problem.center - problem.y_mean
    residuals = problem.y - coefs @ problem.X.T - offset[:, None]
    correlations = residuals @ problem.X / len(problem.y)
    l1 = path.lambdas * path.l1_ratio
    l2 = path.lambdas * (1 - path.l1_ratio)
    kkt = _kkt(coefs, correlations, l1, l2) / (problem.max_gradient or 1.0)
    null = float(_mean_square(problem.y))
    if path.fit_intercept:
        # In units of y, whatever the units of the columns.
        kkt = np.maximum(kkt, np.abs(residuals.mean(axis=1)) / (np.sqrt(null) or 1.0))
    gap = _gap(problem, coefs, residuals, correlations, l1, l2)
    if path.fit_intercept and not l1.any():
        # Centred columns are orthogonal to the intercept, so its part of the gap is its own.
        gap = gap + residuals.mean(axis=1) ** 2 / 2
    return kkt, np.maximum(gap, 0.0) / (null / 2 or 1.0)


def certified(X: ArrayLike, y: ArrayLike, path: Path, limit: float = MAX_RESIDUAL) -> Path:
    """Return the path with its certificate, and ``"failed"`` where that is above `limit`."""
    kkt, gap = certificate(X, y, path)
    good = (kkt <= limit) & (gap <= limit)
    return replace(path, kkt=kkt, gap=gap, status=np.where(good, CONVERGED, FAILED))


def _kkt(coefs: Array, correlations: Array, l1: Array, l2: Array) -> Array:
    """Distance of the smooth part's gradient to the penalty's subdifferential, worst coordinate."""
    gradient = correlations - l2[:, None] * coefs
    l1 = l1[:, None]
    active = np.abs(gradient - l1 * np.sign(coefs))
    inactive = np.maximum(np.abs(gradient) - l1, 0.0)
    return np.asarray(np.where(coefs != 0.0, active, inactive).max(axis=1))


def _gap(
    problem: Problem, coefs: Array, residuals: Array, correlations: Array, l1: Array, l2: Array
) -> Array:
    if not l1.any():
        return _smooth_gap(problem, coefs, correlations, l2)
    # The Elastic Net is a lasso on rows sqrt(n l2) I below X: its residual there is -sqrt(n l2) b.
    # Scaled into the dual's feasible set, that residual is a dual point (Massias et al. 2018).
    fit = _mean_square(residuals) + l2 * (coefs**2).sum(axis=1)
    gradient = np.abs(correlations - l2[:, None] * coefs).max(axis=1)
    scale = np.minimum(1.0, l1 / np.maximum(gradient, np.finfo(float).tiny))
    aligned = residuals @ problem.y / len(problem.y)
    primal = fit / 2 + l1 * np.abs(coefs).sum(axis=1)
    return np.asarray(primal - scale * aligned + scale**2 * fit / 2)


def _smooth_gap(problem: Problem, coefs: Array, correlations: Array, l2: Array) -> Array:
    """Gap of ridge, and of least squares, whose optimum is the projection on the columns of X.

    The objective is quadratic with Hessian X'X/n + l2 I, so the gap is half of the gradient's
    squared norm in that Hessian's inverse: exact, and free of the cancellation in primal - dual.
    """
    gradient = correlations - l2[:, None] * coefs
    _, singular, right = np.linalg.svd(problem.X, full_matrices=False)
    rank = singular > len(problem.y) * np.finfo(float).eps * singular.max(initial=0.0)
    rotated = gradient @ right[rank].T
    curvature = singular[rank] ** 2 / len(problem.y) + l2[:, None]
    inside = (rotated**2 / curvature).sum(axis=1)
    outside = (gradient**2).sum(axis=1) - (rotated**2).sum(axis=1)
    penalized = l2 > 0
    # Outside the row space of X only the penalty bends the objective; least squares is flat there.
    inside[penalized] += np.maximum(outside[penalized], 0.0) / l2[penalized]
    return np.asarray(inside / 2)


def _mean_square(values: Array) -> Array:
    return np.asarray((values**2).mean(axis=-1))
