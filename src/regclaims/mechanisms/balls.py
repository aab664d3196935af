"""Least squares within a ball: minimize |y - Xb|^2 / 2 over |b|_1 <= radius or |b|_2 <= radius.

Neither solver knows a penalty or a lambda. What they return is judged by `gap`, which bounds the
distance from the optimum by data and coefficients alone.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.linalg import qr
from scipy.linalg.lapack import dpotrf, dpotrs, dtrtrs
from scipy.optimize import nnls

from regclaims.vocabulary import Array

DUAL = {1: np.inf, 2: 2}
"""The dual of each norm, by its number."""

STEPS = 200
"""Newton takes about ten; this many mean that something is wrong."""


def l1_ball(X: Array, y: Array, radius: float) -> Array:
    """Fit least squares with |b|_1 <= radius.

    The fits Xb are a polytope with corners +-radius x_j. Its point nearest to y is the point of
    least norm of the same polytope moved by -y, which non-negative least squares finds in finitely
    many steps (Lawson and Hanson 1974, chapter 23): with its corners as the columns of P, weights
    that minimize ``|Pu|^2 + (sum(u) - 1)^2`` over u >= 0 are, up to their sum, those of that point.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    radius : float
        Positive. Where it does not bind, the solution is one of several.

    Returns
    -------
    (p,)
        A coefficient that no corner in use speaks for is 0.0.

    Raises
    ------
    RuntimeError
        If the active set does not settle.
    """
    p = X.shape[1]
    unit = np.linalg.norm(y) or 1.0
    corners = np.hstack([X, -X]) * (radius / unit) - (y / unit)[:, None]
    target = np.zeros(len(y) + 1)
    target[-1] = 1.0
    found, _ = nnls(np.vstack([corners, np.ones(2 * p)]), target, maxiter=100 * (p + 1))
    weights = found / found.sum()
    return np.asarray(radius * (weights[:p] - weights[p:]))


def l2_ball(X: Array, y: Array, radius: float) -> Array:
    """Fit least squares with |b|_2 <= radius.

    Newton's method on the secular equation 1/|b(mu)| = 1/radius of the multiplier mu, with a
    Cholesky factor a step (Moré and Sorensen 1983); it climbs to the root from below.

    Parameters
    ----------
    X : (n, p)
        Of full rank.
    y : (n,)
    radius : float
        Positive. Where it does not bind, least squares (of least norm if p > n) are returned.

    Returns
    -------
    (p,)

    Raises
    ------
    ValueError
        If X is not of full rank.
    RuntimeError
        If Newton's method does not settle.
    """
    if X.shape[1] > X.shape[0]:
        # The solution lies in the span of the rows.
        basis, triangle = qr(X.T, mode="economic")
        return np.asarray(basis @ l2_ball(triangle.T, y, radius))
    hessian, linear, multiplier = X.T @ X, X.T @ y, 0.0
    for _ in range(STEPS):
        shifted = hessian.copy()
        shifted.flat[:: len(linear) + 1] += multiplier
        factor, failed = dpotrf(shifted, lower=1, clean=0)
        if failed:
            raise ValueError("X must be of full rank")
        coef = np.asarray(dpotrs(factor, linear, lower=1)[0])
        half = dtrtrs(factor, coef, lower=1)[0]
        square = float(coef @ coef)
        step = square / float(half @ half) * (math.sqrt(square) / radius - 1)
        if multiplier + step <= multiplier:
            return coef  # the root, up to rounding; or the ball does not bind
        multiplier += step
    raise RuntimeError("Newton's method on the secular equation did not settle")


def gap(X: Array, y: Array, coef: Array, radius: float, norm: int) -> float:
    """Bound how far a fit is from the best within a ball.

    With the gradient g, no v in the ball has ``f(v) < f(b) - (g'b + radius |g|_dual)`` (Frank and
    Wolfe 1956).

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    coef : (p,)
    radius : float
    norm : {1, 2}

    Returns
    -------
    float
        That bound in units of the objective at zero, or how far b lies outside of the ball in units
        of the radius, whichever is larger.
    """
    gradient = X.T @ (X @ coef - y)
    bound = float(gradient @ coef) + radius * float(np.linalg.norm(gradient, DUAL[norm]))
    outside = float(np.linalg.norm(coef, norm)) / radius - 1
    return max(bound / (float(y @ y) / 2 or 1.0), outside, 0.0)


def zero_margin(X: Array, y: Array, coef: Array) -> float:
    """Measure how far the zeros of a fit within the L1 ball are from being otherwise.

    A zero is strict where the gradient is below its maximum, a non-zero where it is not rounding.

    Parameters
    ----------
    X : (n, p)
    y : (n,)
    coef : (p,)

    Returns
    -------
    float
        The least of 1 - |g_j| / max |g| over zeros, and of |b_j| / max |b| over the others.
    """
    gradient = np.abs(X.T @ (X @ coef - y))
    zero, size = coef == 0.0, np.abs(coef)
    inside = 1 - gradient / (float(gradient.max()) or 1.0)
    slack: Array = np.where(zero, inside, size / size.max())
    return float(slack.min())
