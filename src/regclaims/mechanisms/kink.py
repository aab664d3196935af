"""Is it the kink at zero that makes zeros? Each kinked penalty against a smooth partner.

Both members of a pair meet the same OLS coefficients ``z`` of an orthonormal design (unit noise),
so nothing but the penalty differs. Kinked penalties have a closed-form minimiser. Smooth ones are
solved by bisection in ``log|b|``, where zero is infinitely far away: no optimizer tolerance can
fake a zero or hide one. A zero is ``== 0.0``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms import penalties as pen
from regclaims.mechanisms.penalties import FloatArray, KinkedPenalty, Penalty

STAGE = "kink"
NONNEGATIVE = "nonnegative-ls"
# Smallest normal double: below it numbers lose digits, so a root there counts as underflow.
TINY = float(np.finfo(np.float64).tiny)
# A bracket is at most about 1400 log units wide; 64 halvings leave less than a double's spacing.
BISECTIONS = 64
# Steps of the scan for several minima, from where they may start up to |z|.
SCAN_STEPS = 256


class KinkSpec(TypedDict):
    """The experiment as plain data.

    `pairs` hold a ``kinked`` and a ``smooth`` penalty spec, `others` further specs for the
    per-penalty table (see `make_penalty`); `strengths` are in units of the noise sd; `truths` are
    specs for `draw_means`; `n_coefs` is the number of coefficients per replicate.
    """

    pairs: Sequence[Mapping[str, Any]]
    others: Sequence[Mapping[str, Any]]
    strengths: Sequence[float]
    truths: Sequence[Mapping[str, Any]]
    n_coefs: int


def make_penalty(spec: Mapping[str, Any], lam: float) -> Penalty:
    """Build a penalty of strength `lam` from plain data.

    Parameters
    ----------
    spec : mapping
        ``penalty`` (``power``, ``elastic-net``, ``mcp``, ``scad``, ``huberized-l1``, ``rounded``)
        and its shape parameters by name; ``rounded`` takes ``of``, itself a spec, and ``width``.
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


def draw_means(truth: Mapping[str, Any], n_coefs: int, rng: np.random.Generator) -> FloatArray:
    """Draw the means of the OLS coefficients, shape (n_coefs,), in units of the noise sd.

    Parameters
    ----------
    truth : mapping
        ``{"truth": "gaussian", "sd": s}``, ``{"truth": "sparse", "share": a, "value": v}`` (the
        first ``round(a * n_coefs)`` means are v, the rest 0) or ``{"truth": "t", "df": k}``;
        anything else is a ValueError.
    n_coefs : int
    rng : numpy.random.Generator
    """
    match dict(truth):
        case {"truth": "gaussian", "sd": sd}:
            return rng.normal(0.0, sd, n_coefs)
        case {"truth": "sparse", "share": share, "value": value}:
            return np.where(np.arange(n_coefs) < round(share * n_coefs), float(value), 0.0)
        case {"truth": "t", "df": df}:
            return rng.standard_t(df, n_coefs)
    raise ValueError(f"unknown truth {dict(truth)!r}")


def _draws(
    cell: Mapping[str, Any], spec: KinkSpec, seed: int, replicates: int
) -> Iterator[tuple[int, FloatArray]]:
    """Yield each replicate's number and its OLS coefficients, fresh for the cell."""
    key = cell_key(cell)
    for replicate in range(replicates):
        rng = generator(seed, STAGE, key, replicate)
        means = draw_means(cell["truth"], spec["n_coefs"], rng)
        yield replicate, means + rng.standard_normal(spec["n_coefs"])


def run(spec: KinkSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Compare kinked and smooth partners on the same coefficients.

    Parameters
    ----------
    spec : KinkSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (pair x strength x truth) and replicate: ``cell_id``, ``kinked``,
        ``smooth``, ``lambda_``, ``truth``, ``replicate``, the shares of exact zeros
        ``zero_share_kinked`` and ``zero_share_smooth``, and the smallest non-zero magnitudes
        ``smallest_kinked`` and ``smallest_smooth`` in units of the noise sd (NaN if all are zero).

    Raises
    ------
    ValueError
        If the spec is unsound, or a pair is not one kinked and one smooth penalty.
    FloatingPointError
        If a smooth minimiser underflows.
    """
    rows = []
    for pair, lam, truth in product(spec["pairs"], spec["strengths"], spec["truths"]):
        members = {role: make_penalty(pair[role], lam) for role in ("kinked", "smooth")}
        if [member.kinked for member in members.values()] != [True, False]:
            raise ValueError(f"not one kinked and one smooth penalty: {dict(pair)!r}")
        cell = _cell(spec, truth) | {"pair": dict(pair), "lambda": float(lam)}
        shared: dict[str, Any] = {"cell_id": cell_id(cell)}
        shared |= {role: member.name for role, member in members.items()}
        shared |= {"lambda_": float(lam), "truth": truth["truth"]}
        for replicate, z in _draws(cell, spec, seed, replicates):
            fits = {role: minimize(member, z) for role, member in members.items()}
            shares = {f"zero_share_{role}": _zero_share(b) for role, b in fits.items()}
            smallest = {f"smallest_{role}": _smallest(b) for role, b in fits.items()}
            rows.append(shared | {"replicate": replicate} | shares | smallest)
    return pd.DataFrame(rows)


def zero_share_by_penalty(spec: KinkSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Return the share of exact zeros under every penalty, and under a sign constraint alone.

    All penalties of a truth meet the same coefficients. Non-negative least squares, the
    counter-example of zeros without a kinked penalty, has ``lambda_`` zero.

    Parameters
    ----------
    spec, seed, replicates
        As for `run`; both members of `pairs` and all `others` take part, each once.

    Returns
    -------
    DataFrame
        ``penalty``, ``lambda_``, ``truth``, ``replicate``, ``zero_share``. Errors as for `run`.
    """
    listed = [pair[role] for pair in spec["pairs"] for role in ("kinked", "smooth")]
    grid = {}
    for item, lam in product([*listed, *spec["others"]], spec["strengths"]):
        penalty = make_penalty(item, lam)
        grid[penalty.name, float(lam)] = penalty
    rows: list[tuple[str, float, str, int, float]] = []
    for truth in spec["truths"]:
        for replicate, z in _draws(_cell(spec, truth), spec, seed, replicates):
            where = (truth["truth"], replicate)
            rows.append((NONNEGATIVE, 0.0, *where, _zero_share(np.maximum(z, 0.0))))
            for (name, lam), penalty in grid.items():
                rows.append((name, lam, *where, _zero_share(minimize(penalty, z))))
    return pd.DataFrame(rows, columns=["penalty", "lambda_", "truth", "replicate", "zero_share"])


def _cell(spec: KinkSpec, truth: Mapping[str, Any]) -> dict[str, Any]:
    return {"truth": dict(truth), "n_coefs": spec["n_coefs"]}


def _zero_share(b: FloatArray) -> float:
    return float(np.mean(b == 0.0))


def _smallest(b: FloatArray) -> float:
    size = np.abs(b[b != 0.0])
    return float(size.min()) if size.size else math.nan
