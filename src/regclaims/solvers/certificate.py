"""Certificates: how far a fit is from optimal, computed from data and coefficients alone.

Nothing here knows which solver made a path. The objective is

    F(b0 + Zb) + lambda (l1_ratio |b|_1 + (1 - l1_ratio)/2 |b|^2)

on the prepared columns Z, F the mean loss, with an intercept b0 that is not penalized.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare_like
from regclaims.solvers.problem import Problem
from regclaims.solvers.smooth_gap import smooth_gap
from regclaims.solvers.threads import one_thread
from regclaims.solvers.uniqueness import unique
from regclaims.vocabulary import CONVERGED, FAILED, NOT_UNIQUE, Array

MAX_RESIDUAL = 1e-9
"""Worst KKT residual, and worst duality gap, of a fit that counts as converged."""


@one_thread()
def certificate(X: Any, y: ArrayLike, path: Path) -> tuple[Array, Array]:
    """Evaluate the optimality of every fit of a path.

    Parameters
    ----------
    X : (n, p), dense or scipy sparse
    y : (n,)
    path : Path

    Returns
    -------
    kkt : (k,)
        Largest violation of the optimality conditions, relative to the null model's largest
        gradient, max |Z'r|/n; that of the intercept, the mean residual, relative to the root mean
        square of the null model's residuals.
    gap : (k,)
        Primal minus dual objective, relative to the null model's objective.

    Raises
    ------
    ValueError
        As `prepare` does.
    """
    check = _check(prepare_like(X, y, path), path)
    return check.kkt, check.gap


def certified(
    problem: Problem, path: Path, limit: float = MAX_RESIDUAL, *, independent: bool = False
) -> Path:
    """Return the path with its certificate and status.

    Parameters
    ----------
    problem : Problem
    path : Path
    limit : float
        Worst KKT residual, and worst gap, that is good enough.
    independent : bool
        The solver vouches that no support holds columns which depend on each other, as one that
        factors X_A'X_A does: then only ties at the edge of the support are looked at.
    """
    check = _check(problem, path)
    good = (check.kkt <= limit) & (check.gap <= limit)
    status = np.where(good, CONVERGED, FAILED).astype("<U10")
    alone = unique(problem, path, check.correlations, independent)
    status[good & ~alone] = NOT_UNIQUE
    return replace(path, kkt=check.kkt, gap=check.gap, status=status)


@dataclass(frozen=True)
class _Check:
    kkt: Array
    gap: Array
    correlations: Array


def _check(problem: Problem, path: Path) -> _Check:
    coefs, intercepts = problem.prepared(path)
    used = np.flatnonzero((coefs != 0.0).any(axis=0))
    fitted = _fitted(problem, coefs, used)
    # Squared loss has y centred; for the other the intercept is part of the prediction. Either way
    # a wrong one leaves a mean in the residuals.
    base = intercepts - (problem.y_mean if problem.loss.weighs_rows else 0.0)
    predictions = fitted + base[:, None] * problem.root
    residuals = problem.loss.residuals(problem.y, predictions, problem.weights)
    correlations = problem.correlate(residuals)
    l1, l2 = path.lambdas * path.l1_ratio, path.lambdas * (1 - path.l1_ratio)
    gradient = correlations[:, used] - l2[:, None] * coefs[:, used]
    outside = np.abs(correlations)
    outside[:, used] = np.abs(gradient)
    largest = outside.max(axis=1)
    coefs = coefs[:, used]
    # A column in the support whose gradient is beyond l1 is found by both parts.
    kkt = np.maximum(np.maximum(largest - l1, 0.0), _active(gradient, coefs, l1))
    kkt /= problem.max_gradient or 1.0
    if path.fit_intercept:
        # In units of y, whatever the units of the columns.
        mean = np.abs(residuals @ problem.root) / problem.n
        kkt = np.maximum(kkt, mean / (np.sqrt((problem.null_residual**2).mean()) or 1.0))
    gap = _gap(problem, path, coefs, used, predictions, residuals, largest)
    null = np.full((1, problem.n), problem.loss.null_predictor(problem.y_mean))
    worst = float(problem.loss.value(problem.y, null, problem.weights)[0])
    return _Check(kkt, np.maximum(gap, 0.0) / (worst or 1.0), correlations)


def _fitted(problem: Problem, coefs: Array, used: NDArray[np.intp]) -> Array:
    """Zb, over the columns that any fit uses."""
    if problem.sparse is None:
        return np.asarray(coefs[:, used] @ problem.rows[used])
    return problem.combine(coefs)


def _active(gradient: Array, coefs: Array, l1: Array) -> Array:
    """Return how far the support's gradients are from l1 times the signs."""
    off = np.abs(gradient - l1[:, None] * np.sign(coefs))
    off[coefs == 0.0] = 0.0
    return np.asarray(off.max(axis=1, initial=0.0))


def _gap(
    problem: Problem,
    path: Path,
    coefs: Array,
    used: NDArray[np.intp],
    predictions: Array,
    residuals: Array,
    largest: Array,
) -> Array:
    l1, l2 = path.lambdas * path.l1_ratio, path.lambdas * (1 - path.l1_ratio)
    if not l1.any():
        return smooth_gap(problem, path, residuals, l2)
    squares = (coefs**2).sum(axis=1)
    penalty = l1 * np.abs(coefs).sum(axis=1) + l2 * squares / 2
    # The ridge part is a squared loss of its own on rows sqrt(n l2) I; its residual there is
    # -sqrt(n l2) b. Scaled into the dual's feasible set, |Z'r/n - l2 b| <= l1, the residuals are a
    # dual point (Massias, Gramfort and Salmon 2018).
    if problem.loss.weighs_rows:
        scale = _into_feasible_set(l1, largest)
        fit = _squared_gap(problem, residuals, scale, path.fit_intercept)
        return np.asarray(fit + penalty + scale**2 * l2 * squares / 2)
    dual = residuals
    if path.fit_intercept:
        dual = _orthogonal_to_intercept(dual)
        moved = problem.correlate(dual)
        moved[:, used] -= l2[:, None] * coefs
        largest = np.abs(moved).max(axis=1)
    scale = _into_feasible_set(l1, largest)
    primal = problem.loss.value(problem.y, predictions, problem.weights) + penalty
    against = problem.loss.conjugate(problem.y, scale[:, None] * dual, problem.weights)
    return np.asarray(primal + against + scale**2 * l2 * squares / 2)


def _into_feasible_set(l1: Array, largest: Array) -> Array:
    """Return the factor (k,) that brings gradients of this size within l1."""
    return np.divide(l1, largest, out=np.ones_like(l1), where=largest > l1)


def _squared_gap(problem: Problem, residuals: Array, scale: Array, intercept: bool) -> Array:
    """Return the squared loss of residuals r plus the conjugate at the dual point, `scale` r.

    With an intercept the dual point is moved to where its condition holds exactly, which centred
    columns do not see. Both losses come down to r'r and r'y.
    """
    n, y = problem.n, problem.y
    square = np.einsum("ki,ki->k", residuals, residuals) / n
    dual, linear = square, residuals @ y / n
    if intercept:
        mean = residuals @ problem.root / n
        dual = square - mean**2  # the weights' mean is 1
        linear = linear - mean * (problem.root @ y / n)
    return np.asarray(square / 2 + scale**2 * dual / 2 - scale * linear)


def _orthogonal_to_intercept(dual: Array) -> Array:
    """Move the logistic loss's dual points (k, n) to where the intercept's condition holds exactly.

    It wants every |r| below its weight, so the positive or the negative part is shrunk.
    """
    positive = np.maximum(dual, 0.0).sum(axis=1, keepdims=True)
    negative = np.maximum(-dual, 0.0).sum(axis=1, keepdims=True)
    less = np.minimum(positive, negative)
    # Where a sum is 0 there is nothing to shrink.
    up = np.divide(less, positive, out=np.ones_like(less), where=positive > 0)
    down = np.divide(less, negative, out=np.ones_like(less), where=negative > 0)
    return np.where(dual > 0, up * dual, down * dual)
