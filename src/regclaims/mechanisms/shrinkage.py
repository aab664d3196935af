"""What becomes of each least-squares coefficient? Maps to ridge, lasso and Elastic Net.

On orthonormal columns every map is a curve: ridge multiplies, the lasso subtracts. On correlated
ones it is not even a function, and what is left of either is measured. Two steps of an optimizer
stand beside the fits: a proximal and a subgradient step on the L1 penalty, from the least-squares
coefficients on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.designs.correlation import correlation
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.columns import ORTHONORMAL, design_name, draw_columns
from regclaims.mechanisms.posterior import Laplace, mode
from regclaims.solvers import Path, gaussian_path, least_squares, ridge_lambda, ridge_path
from regclaims.vocabulary import Array

STAGE = "shrinkage"

METHODS = ("ridge", "lasso", "elastic-net", "proximal-step", "subgradient-step")
METRICS = {
    "ratio_spread": "Standard deviation over mean of the ratios to least squares within a fit, "
    "each weighted by its square coefficient of least squares.",
    "growing_share": "Share of coefficients that are larger than those of least squares.",
    "rank_correlation": "Rank correlation of the size of a least-squares coefficient and how much "
    "of it is taken away.",
    "relative_rank_correlation": "The same with the part of it that is taken away.",
    "kept_deviation": "Of steps and fits with L1: largest deviation of what is taken from "
    "coefficients that are not zero afterwards from lambda, over lambda.",
    "pull_deviation": "The same over all coefficients.",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("correlation", "n_samples", "n_features", "density", "strength")

SAME = 1e-9
"""Parts taken away that differ by less than this are equal: fits are certified to it."""


class ShrinkageSpec(TypedDict):
    """The experiment as plain data.

    `shapes` are pairs (n, p); `correlations` specs for `designs.correlation`, beside an orthonormal
    design; `densities` shares of relevant columns; `snr` beta'Sigma beta/sigma^2; `strengths` the
    share of its degrees of freedom that ridge loses, and lambda of the others as a share of the
    largest; `l1_ratio` that of the Elastic Net.
    """

    shapes: Sequence[Sequence[int]]
    correlations: Sequence[Mapping[str, Any]]
    densities: Sequence[float]
    snr: float
    strengths: Sequence[float]
    l1_ratio: float


def run(spec: ShrinkageSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Compare fits with least squares, coefficient by coefficient.

    Parameters
    ----------
    spec : ShrinkageSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (design x shape x density x strength), replicate and method: ``cell_id``,
        ``correlation``, ``n_samples``, ``n_features``, ``density``, ``strength``, ``replicate``,
        ``method``, and `METRICS`.

    Raises
    ------
    ArithmeticError
        If a fit has no certificate.
    """
    rows = []
    factors = (spec["shapes"], [ORTHONORMAL, *spec["correlations"]], spec["densities"])
    for shape, design, density, strength in product(*factors, spec["strengths"]):
        n, p = shape
        cell = {
            "shape": [n, p],
            "correlation": dict(design),
            "density": float(density),
            "snr": float(spec["snr"]),
            "strength": float(strength),
        }
        levels: dict[str, Any] = {"cell_id": cell_id(cell), "correlation": design_name(design)}
        levels |= {"n_samples": n, "n_features": p}
        levels |= {"density": float(density), "strength": float(strength)}
        for replicate in range(replicates):
            rng = generator(seed, STAGE, cell_key(cell), replicate)
            X, y = draw_data(cell, rng)
            ols, fits = maps(X, y, strength, spec["l1_ratio"])
            for method, (coef, lambda_) in fits.items():
                found = measures(ols, coef, math.nan if method == "ridge" else lambda_)
                rows.append(levels | {"replicate": replicate, "method": method} | found)
    return pd.DataFrame(rows)


def draw_data(cell: Mapping[str, Any], rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw standardized columns and a centred response.

    The relevant columns stand at random places and have Gaussian coefficients; noise has variance
    1.

    Parameters
    ----------
    cell : mapping
        ``shape``, ``correlation``, ``density`` and ``snr``.
    rng : numpy.random.Generator

    Returns
    -------
    X, y : (n, p), (n,)
    """
    (n, p), design = cell["shape"], cell["correlation"]
    X = draw_columns(design, n, p, rng)
    beta = np.zeros(p)
    relevant = rng.permutation(p)[: max(1, round(cell["density"] * p))]
    beta[relevant] = rng.standard_normal(len(relevant))
    orthonormal = design["kind"] == ORTHONORMAL["kind"]
    variance = float(beta @ beta if orthonormal else correlation(design).quadratic(beta[None])[0])
    y = X @ beta * math.sqrt(cell["snr"] / variance) + rng.standard_normal(n)
    return X, y - y.mean()


def maps(
    X: Array, y: Array, strength: float, l1_ratio: float
) -> tuple[Array, dict[str, tuple[Array, float]]]:
    """Fit least squares and what becomes of it.

    Parameters
    ----------
    X : (n, p)
        Standardized, n > p.
    y : (n,)
        Centred.
    strength, l1_ratio : float
        As in `ShrinkageSpec`.

    Returns
    -------
    ols : (p,)
    fits : dict
        Coefficients (p,) and lambda by method. Steps start from `ols` with the lasso's lambda.

    Raises
    ------
    ArithmeticError
        If a fit has no certificate.
    """
    n, p = X.shape
    ols = _coef(least_squares(X, y, standardize=False, fit_intercept=False))
    lambda_ = strength * float(np.abs(X.T @ y).max()) / n
    kept_df = (1 - strength) * p
    ridge = ridge_lambda(X, y, kept_df, standardize=False, fit_intercept=False)
    net = lambda_ / l1_ratio
    return ols, {
        "ridge": (_coef(_path(ridge_path, X, y, ridge)), ridge),
        "lasso": (_coef(_path(gaussian_path, X, y, lambda_)), lambda_),
        "elastic-net": (_coef(_path(gaussian_path, X, y, net, l1_ratio=l1_ratio)), lambda_),
        "proximal-step": (proximal_step(ols, lambda_), lambda_),
        "subgradient-step": (subgradient_step(ols, lambda_), lambda_),
    }


def _path(solver: Any, X: Array, y: Array, lambda_: float, **options: float) -> Path:
    path: Path = solver(X, y, lambdas=[lambda_], standardize=False, fit_intercept=False, **options)
    return path


def _coef(path: Path) -> Array:
    if not path.determined[0]:
        raise ArithmeticError(f"no certified unique fit at lambda {path.lambdas[0]:g}")
    return path.coefs[0]


def proximal_step(coef: Array, step: float) -> Array:
    """Minimize ``(b - coef)^2/2 + step |b|`` for each coefficient, by its slopes alone.

    That is the mode of a posterior of one coefficient under a Laplace prior.
    """
    return mode(np.ones((len(coef), 1, 1)), coef[:, None], Laplace(1 / step))[:, 0]


def subgradient_step(coef: Array, step: float) -> Array:
    """Subtract the step times the slope of ``|b|``, found by differences."""
    half = np.abs(coef) / 2
    slope = (np.abs(coef + half) - np.abs(coef - half)) / (2 * half)
    return np.asarray(coef - step * slope)


def measures(ols: Array, coef: Array, lambda_: float) -> dict[str, float]:
    """Measure what became of least squares.

    Parameters
    ----------
    ols, coef : (p,)
        No coefficient of `ols` is 0.
    lambda_ : float
        What L1 is expected to take away; NaN where there is no L1.

    Returns
    -------
    dict
        `METRICS`; of coefficients that are kept NaN if none is.
    """
    ratio, size = coef / ols, np.abs(ols)
    taken = (ols - coef) * np.sign(ols)
    off, kept = np.abs(taken / lambda_ - 1), coef != 0.0
    lost = size - np.abs(coef)
    return {
        "ratio_spread": _spread(ratio, size**2),
        "growing_share": float(np.mean(np.abs(coef) > size)),
        "rank_correlation": _rank_correlation(size, lost),
        "relative_rank_correlation": _rank_correlation(size, lost / size),
        "kept_deviation": float(off[kept].max()) if kept.any() else math.nan,
        "pull_deviation": float(off.max()),
    }


def _spread(ratio: Array, weight: Array) -> float:
    """Weighted standard deviation over weighted mean; NaN where the mean is not positive."""
    mean = float(np.average(ratio, weights=weight))
    variance = float(np.average((ratio - mean) ** 2, weights=weight))
    return math.sqrt(variance) / mean if mean > 0 else math.nan


def _rank_correlation(size: Array, lost: Array) -> float:
    """Spearman's; 0 where all lose the same, as then nothing ranks."""
    # What differs by the rounding of a fit is equal.
    ranks = _ranks(size), _ranks(np.round(lost / (SAME * np.abs(lost).max())))
    one, other = (rank - rank.mean() for rank in ranks)
    scale = math.sqrt(float(one @ one) * float(other @ other))
    return float(one @ other) / scale if scale > 0 else 0.0


def _ranks(values: Array) -> Array:
    """Rank values (p,); equal ones share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])
