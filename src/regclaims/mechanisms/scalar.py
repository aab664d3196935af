"""The scalar problem: minimise ``(b - z)**2 / 2 + P(|b|)`` over ``b``, for any penalty.

Kinked penalties have a closed-form minimiser. Smooth ones are solved by bisection in ``log|b|``,
where zero is infinitely far away: no optimizer tolerance can fake a zero or hide one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from regclaims.mechanisms import penalties as pen
from regclaims.mechanisms.penalties import FloatArray, KinkedPenalty, Penalty

# Smallest normal double: below it numbers lose digits, so a root there counts as underflow.
TINY = float(np.finfo(np.float64).tiny)
# A bracket is at most about 1400 log units wide; 64 halvings leave less than a double's spacing.
BISECTIONS = 64
# Steps of the scan for several minima, from where they may start up to |z|.
SCAN_STEPS = 256


def make_penalty(spec: Mapping[str, Any], lam: float) -> Penalty:
    """Build a penalty of strength `lam` from plain data.

    Parameters
    ----------
    spec : mapping
        ``penalty`` (a key of `FAMILIES`) and its shape parameters by name; ``rounded`` takes
        ``of``, itself a spec, and ``width``.
    lam : float
        Strength, in units of the noise sd.

    Raises
    ------
    ValueError
        If the penalty is unknown, a parameter is unknown or missing, or a value out of range.
    """
    shape = {key: value for key, value in spec.items() if key != "penalty"}
    kind = spec.get("penalty")
    if kind not in FAMILIES:
        raise ValueError(f"unknown penalty {kind!r}, expected one of {', '.join(FAMILIES)}")
    try:
        return FAMILIES[kind](lam=lam, **shape)
    except TypeError as error:
        raise ValueError(f"penalty {kind!r}: {error}") from None


def _power(q: float, lam: float) -> Penalty:
    if q == 1:
        return pen.L1(lam)
    if q == 0.5:
        return pen.HalfPower(lam)
    return pen.SmoothPower(q, lam)


def _rounded(of: Mapping[str, Any], width: float, lam: float) -> Penalty:
    inner = make_penalty(of, lam)
    if not isinstance(inner, KinkedPenalty):
        raise ValueError(f"{inner.name} has no kink to round")
    return pen.Rounded(inner, width)


FAMILIES: dict[str, Callable[..., Penalty]] = {
    "power": _power,
    "elastic-net": pen.ElasticNet,
    "mcp": pen.MCP,
    "scad": pen.SCAD,
    "huberized-l1": pen.HuberizedL1,
    "reverse-huber": pen.ReverseHuber,
    "rounded": _rounded,
}


def minimize(penalty: Penalty, z: FloatArray) -> FloatArray:
    """Return the global minimiser of ``(b - z)**2 / 2 + P(|b|)``.

    Parameters
    ----------
    penalty : Penalty
    z : ndarray, shape (n,)
        OLS coefficients, in units of their standard error.

    Returns
    -------
    ndarray, shape (n,)
        Minimisers, same units. A smooth penalty gives zero only where ``z == 0``.

    Raises
    ------
    ValueError
        If an element of `z` is not finite.
    FloatingPointError
        If a minimiser is not zero but smaller than any normal double.
    """
    if not np.all(np.isfinite(z)):
        raise ValueError("z must be finite")
    if isinstance(penalty, KinkedPenalty):
        return penalty.prox(z)
    b = np.zeros_like(z)
    moved = z != 0
    b[moved] = np.copysign(_minimize_smooth(penalty, np.abs(z[moved])), z[moved])
    return b


def _minimize_smooth(penalty: Penalty, size: FloatArray) -> FloatArray:
    """Return minimisers for ``size > 0`` as roots of the slope ``b - size + P'(b)``."""
    if np.any(_slope(penalty, np.full_like(size, TINY), size) >= 0):
        raise FloatingPointError(f"{penalty.name}: a minimiser underflows")
    start = penalty.monotone_below
    if math.isinf(start):
        return _bisect(penalty, np.full_like(size, math.log(TINY)), np.log(size), size)
    edges = _scan_edges(start, size)
    rising = _slope(penalty, np.exp(edges), size[:, None]) >= 0
    # Known at both ends: checked above, and P'(|z|) >= 0. Rounding in exp(log) must not hide it.
    rising[:, 0], rising[:, -1] = False, True
    # Only crossings from below are minima; rows keep the order of `size`.
    row, step = np.nonzero(~rising[:, :-1] & rising[:, 1:])
    b = _bisect(penalty, edges[row, step], edges[row, step + 1], size[row])
    return _lowest_per_row(b, row, (b - size[row]) ** 2 / 2 + penalty.value(b), len(size))


def _slope(penalty: Penalty, b: FloatArray, size: FloatArray) -> FloatArray:
    return b - size + penalty.derivative(b)


def _scan_edges(start: float, size: FloatArray) -> FloatArray:
    """Return log-spaced edges, shape (n, steps + 2): one bracket up to `start`, then a scan.

    A minimum and a maximum within one step can escape, but the objective hardly differs there.
    """
    top = np.log(size)[:, None]
    bottom = np.minimum(math.log(start), top)
    scan = bottom + (top - bottom) * np.linspace(0, 1, SCAN_STEPS + 1)
    return np.hstack([np.full_like(top, math.log(TINY)), scan])


def _bisect(penalty: Penalty, low: FloatArray, high: FloatArray, size: FloatArray) -> FloatArray:
    """Return the ``b`` at which the slope turns from negative, by bisection in ``log b``."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        falling = _slope(penalty, np.exp(middle), size) < 0
        low = np.where(falling, middle, low)
        high = np.where(falling, high, middle)
    # exp(log|z|) may exceed |z| by a rounding error, the minimiser never does.
    return np.minimum(np.exp(high), size)


def _lowest_per_row(
    b: FloatArray, row: np.ndarray[Any, np.dtype[np.intp]], objective: FloatArray, n_rows: int
) -> FloatArray:
    """Return for each row the candidate of least objective; a tie goes to the smaller one."""
    order = np.lexsort((b, objective, row))
    first = np.searchsorted(row[order], np.arange(n_rows))
    return b[order][first]
