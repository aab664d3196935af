"""Fits through the data, of least L1 norm and of least L2 norm; and when L1 finds the truth.

With fewer rows than columns many fits interpolate. That of least L1 norm (basis pursuit) is a
linear program, whose solution HiGHS gives at a vertex: all but n coefficients are off its basis,
where they are 0.0 by construction. A basic coefficient can be zero too, up to rounding; it counts
as such if the fit goes through the data without its column.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, linprog
from scipy.stats import norm

from regclaims.vocabulary import Array

NEGLIGIBLE = 1e-9
"""Coefficients below this share of the largest are tried without their columns."""

INTERPOLATES = 1e-11
"""Residual, as a share of the response, of a fit that goes through the data up to rounding."""

TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
"""What HiGHS goes by at its tightest."""

LARGEST_Z = 38.0
"""Beyond it the normal density is no normal double."""


@dataclass(frozen=True)
class Interpolation:
    """A fit through the data.

    Attributes
    ----------
    coef : (p,)
    gap : float
        How far it may be from optimal, relative to its norm; infinite if it does not go through
        the data up to rounding.
    """

    coef: Array
    gap: float


def least_l1(X: Array, y: Array) -> Interpolation:
    """Find the fit of least L1 norm with Xb = y, by linear programming (Chen et al. 1998).

    Parameters
    ----------
    X : (n, p)
        n < p, of full rank.
    y : (n,)

    Returns
    -------
    Interpolation
        Its gap is from the dual: y'v bounds the L1 norm from below where max |X'v| <= 1.

    Raises
    ------
    RuntimeError
        If the linear program is not solved.
    """
    p = X.shape[1]
    parts = np.hstack([X, -X])
    found = linprog(np.ones(2 * p), A_eq=parts, b_eq=y, method="highs-ds", options=TIGHT)
    if not found.success:
        raise RuntimeError(f"basis pursuit: {found.message}")
    coef = _on_support(X, y, found.x[:p] - found.x[p:])
    size = float(np.abs(coef).sum())
    dual = found.eqlin.marginals
    bound = float(y @ dual) / max(1.0, float(np.abs(X.T @ dual).max()))
    return Interpolation(coef, max(1 - bound / size, _missed(X, y, coef)))


def _on_support(X: Array, y: Array, vertex: Array) -> Array:
    """Solve on the columns that are needed: the larger coefficients, if they interpolate."""
    size = np.abs(vertex)
    for support in (size > NEGLIGIBLE * size.max(), size > 0):
        coef = np.zeros_like(vertex)
        coef[support] = np.linalg.lstsq(X[:, support], y)[0]
        if _missed(X, y, coef) == 0:
            return coef
    return vertex


def least_l2(X: Array, y: Array) -> Interpolation:
    """Find the fit of least L2 norm with Xb = y, by singular values.

    Parameters
    ----------
    X : (n, p)
        n < p, of full rank.
    y : (n,)
    """
    coef = np.asarray(np.linalg.lstsq(X, y)[0], dtype=float)
    return Interpolation(coef, _missed(X, y, coef))


def _missed(X: Array, y: Array, coef: Array) -> float:
    """Return 0 if a fit goes through the data up to rounding, else infinity."""
    residual = float(np.linalg.norm(y - X @ coef))
    return 0.0 if residual <= INTERPOLATES * float(np.linalg.norm(y)) else math.inf


def weak_curve(z: ArrayLike) -> tuple[Array, Array]:
    """Return points of the phase transition of basis pursuit, in the limit of many columns.

    Below it, with a Gaussian X and signs of the truth that X knows nothing of, the fit of least L1
    norm is the truth with high probability; above it, it is not. The curve is that of the weak
    faces of projected cross-polytopes (Donoho and Tanner 2009), in the form of Donoho, Maleki and
    Montanari (2009, equation 5) at its maximum; equally it is where the statistical dimension of
    the L1 norm's descent cone meets n (Amelunxen et al. 2014).

    Parameters
    ----------
    z : array-like
        Threshold, above 0.

    Returns
    -------
    delta, rho : ndarray
        Rows per column n/p, and non-zeros of the truth per row s/n.
    """
    z = np.asarray(z, dtype=float)
    density, tail = norm.pdf(z), norm.sf(z)
    delta = 2 * density / (z + 2 * (density - z * tail))
    # Mills' ratio, of which both parts underflow where z is large.
    rho = 1 - z * np.exp(norm.logsf(z) - norm.logpdf(z))
    return delta, rho


def weak_threshold(delta: float) -> float:
    """Return the share s/n at the phase transition.

    Parameters
    ----------
    delta : float
        n/p, above 0 and below 1.

    Returns
    -------
    float
        Of non-zeros of the truth per row, up to which basis pursuit finds it.

    Raises
    ------
    ValueError
        If delta is out of range.
    """
    if not 0 < delta < 1:
        raise ValueError(f"delta must be above 0 and below 1; it is {delta}")
    z = brentq(lambda z: float(weak_curve(z)[0]) - delta, 1e-12, LARGEST_Z, xtol=1e-14)
    return float(weak_curve(z)[1])
