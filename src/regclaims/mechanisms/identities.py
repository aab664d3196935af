"""Do norms, penalties and their gradients come out as they are said to? At weights of every size.

A vector of weights, and a response of its size, pass through definitions (norms against exact
sums), through differences (the penalty's gradient) and through certified fits: what the loss pulls
at a fitted coefficient with is what its penalty holds against.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.columns import draw_columns
from regclaims.solvers import Path, gaussian_path, ridge_path
from regclaims.vocabulary import Array

STAGE = "identities"

METHODS = ("l1", "l2", "elastic-net")
METRICS = {
    "norm_deviation": "Of norms: relative deviation from the exact sum.",
    "square_deviation": "Of the L2 norm: relative deviation of its square from it.",
    "gradient_deviation": "Largest relative deviation of the penalty's gradient, by central "
    "differences, from twice the weight.",
    "penalty_deviation": "Of a fit: largest deviation of the loss's pull at coefficients that are "
    "not zero from what the penalty's formula gives, over the largest pull.",
    "augmented_deviation": "Of the Elastic Net: largest deviation from the lasso on rows that hold "
    "its L2 penalty, over the largest coefficient.",
    "lasso_limit_deviation": "Of the Elastic Net with hardly any L2: the same from the lasso.",
    "ridge_limit_deviation": "Of the Elastic Net with hardly any L1: the same from ridge.",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("magnitude", "dimension")

STRENGTH = 0.1
"""Lambda of L1 as a share of the largest, and lambda of L2 as one of the columns' mean square."""

HARDLY = 1e-9
"""What is left of a penalty that is hardly there, in the same units."""

CORRELATION = {"kind": "ar1", "rho": 0.5}


class IdentitiesSpec(TypedDict):
    """The experiment as plain data: powers of ten of the weights' sizes, and how many weights."""

    magnitudes: Sequence[int]
    dimensions: Sequence[int]


def run(spec: IdentitiesSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Measure how far identities are off, at weights of every size.

    Parameters
    ----------
    spec : IdentitiesSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (magnitude x dimension), replicate and method: ``cell_id``, ``magnitude``,
        ``dimension``, ``replicate``, ``method``, and `METRICS`, NaN where a metric is not of a
        method.

    Raises
    ------
    ArithmeticError
        If a fit has no certificate.
    """
    rows: list[dict[str, Any]] = []
    for magnitude, dimension in product(spec["magnitudes"], spec["dimensions"]):
        cell = {"magnitude": int(magnitude), "dimension": int(dimension)}
        levels = {"cell_id": cell_id(cell), **cell}
        for replicate in range(replicates):
            rng = generator(seed, STAGE, cell_key(cell), replicate)
            weights = 10.0 ** (magnitude + rng.random(dimension))
            weights *= rng.choice([-1.0, 1.0], dimension)
            X = draw_columns(CORRELATION, 2 * dimension + 20, dimension, rng)
            noise = math.sqrt(float(weights @ weights)) * rng.standard_normal(len(X))
            found = _of_vectors(weights)
            for method, values in _of_fits(X, X @ weights + noise).items():
                found[method] |= values
            for method in METHODS:
                rows.append(levels | {"replicate": replicate, "method": method} | found[method])
    return pd.DataFrame(rows)[[*levels, "replicate", "method", *METRICS]]


def _l1(weights: Array) -> Array:
    return np.abs(weights).sum(axis=-1)


def _l2(weights: Array) -> Array:
    return (weights**2).sum(axis=-1)


PENALTIES = {"l1": _l1, "l2": _l2, "elastic-net": lambda w: _l1(w) + _l2(w)}
"""Sums of magnitudes and of squares, over the last axis."""


def _of_vectors(weights: Array) -> dict[str, dict[str, float]]:
    """Hold numpy's norms to exact sums, and the penalties' gradients to twice the weights."""
    exact = {"l1": math.fsum(np.abs(weights)), "l2": math.hypot(*weights)}
    found: dict[str, dict[str, float]] = {}
    for method, penalty in PENALTIES.items():
        slope = central_difference(penalty, weights)
        found[method] = {"gradient_deviation": float(np.abs(slope / (2 * weights) - 1).max())}
    for order, (method, value) in enumerate(exact.items(), start=1):
        norm = float(np.linalg.norm(weights, order))
        found[method]["norm_deviation"] = abs(norm / value - 1)
    found["l2"]["square_deviation"] = abs(float(_l2(weights)) / exact["l2"] - 1)
    return found


def central_difference(penalty: Any, weights: Array) -> Array:
    """Return the gradient of a penalty by central differences, each over half of its weight.

    Parameters
    ----------
    penalty : callable
        Of vectors along the last axis.
    weights : (p,)
        None is 0.

    Returns
    -------
    (p,)
    """
    step = np.diag(weights / 4)
    slope: Array = (penalty(weights + step) - penalty(weights - step)) / (weights / 2)
    return slope


def _of_fits(X: Array, y: Array) -> dict[str, dict[str, float]]:
    """Hold fits to their penalties' formulas, and the Elastic Net to the lasso and to ridge."""
    n, p = X.shape
    largest = float(np.abs(X.T @ y).max()) / n
    l1, l2 = STRENGTH * largest, STRENGTH
    fits = {"l1": (elastic_net(X, y, l1, 0), l1, 0.0), "l2": (elastic_net(X, y, 0, l2), 0.0, l2)}
    fits["elastic-net"] = (elastic_net(X, y, l1, l2), l1, l2)
    found = {
        method: {"penalty_deviation": _penalty_deviation(X, y, *fit)}
        for method, fit in fits.items()
    }
    lasso, ridge, net = (coef for coef, _, _ in fits.values())
    # With these rows the squared loss holds the L2 penalty; its mean is over n + p rows, not n.
    rows = np.vstack([X, math.sqrt(n * l2) * np.eye(p)])
    augmented = elastic_net(rows, np.append(y, np.zeros(p)), l1 * n / (n + p), 0)
    found["elastic-net"] |= {
        "augmented_deviation": _deviation(net, augmented),
        "lasso_limit_deviation": _deviation(elastic_net(X, y, l1, HARDLY), lasso),
        "ridge_limit_deviation": _deviation(elastic_net(X, y, HARDLY * largest, l2), ridge),
    }
    return found


def elastic_net(X: Array, y: Array, l1: float, l2: float) -> Array:
    """Minimize ``1/(2n) |y - Xb|^2 + l1 |b|_1 + l2/2 |b|^2``: lasso and ridge where one is 0.

    Raises
    ------
    ArithmeticError
        If the fit has no certificate.
    """
    raw: dict[str, Any] = {"standardize": False, "fit_intercept": False, "lambdas": [l1 + l2]}
    path: Path = (
        gaussian_path(X, y, l1_ratio=l1 / (l1 + l2), **raw) if l1 else ridge_path(X, y, **raw)
    )
    if not path.determined[0]:
        raise ArithmeticError(f"no certified unique fit at l1 = {l1:g}, l2 = {l2:g}")
    return path.coefs[0]


def _penalty_deviation(X: Array, y: Array, coef: Array, l1: float, l2: float) -> float:
    pull = X.T @ (y - X @ coef) / len(y)
    kept = coef != 0.0
    held = l1 * np.sign(coef) + l2 * coef
    return float(np.abs(pull - held)[kept].max() / np.abs(pull[kept]).max())


def _deviation(coef: Array, wanted: Array) -> float:
    return float(np.abs(coef - wanted).max() / np.abs(wanted).max())
