"""What L1 costs beside L2: multiply-adds of lasso and ridge to a relative gap of 1e-6.

On each data set ridge is as strong as the lasso: it leaves the same residual sum of squares. Both
are solved by like machinery (coordinate descent; accelerated gradients), from the null model and at
one lambda; and each by the best that is known for it, a path of 100 lambdas from one
eigendecomposition, and by faces. How the gap is known is not charged to anybody.

Counted is what grows with np or faster: products with X, those of Gram matrices, factorizations and
triangular solutions. Setting up is counted in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.mechanisms import regressions
from regclaims.mechanisms.first_order import (
    AcceleratedProximalGradient,
    CoordinateDescent,
    Method,
)
from regclaims.mechanisms.regressions import Regressions, cells, draw, rows
from regclaims.mechanisms.tracking import Goal, passes_to
from regclaims.solvers import gaussian_path
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STAGE = "cost"

TARGET = 1e-6
"""Relative gap that a fit must reach."""

N_LAMBDAS, DEVIANCE_STOP = 100, 0.999
"""Of the paths: as many lambdas, and an end where the lasso has nothing left to explain."""

EIGENDECOMPOSITION = 4.5
"""Multiply-adds over m^3, eigenvectors included (Golub and Van Loan 2013, section 8.3: 9 m^3
floating-point operations)."""

LIKE: dict[str, Callable[[], Method]] = {
    "coordinate-descent": CoordinateDescent,
    "accelerated": AcceleratedProximalGradient,
}
"""Machinery for both penalties; where there is no L1 the soft threshold does nothing."""

METHODS = (
    *(f"{penalty}-{machinery}" for machinery in LIKE for penalty in ("lasso", "ridge")),
    "lasso-path",
    "ridge-path",
)
METRICS = {
    "operations": "multiply-adds to a relative gap of 1e-6, or of an exact path",
    "twice_operations": "two times that: what at most slightly more is held against",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("n_samples", "n_features", "correlation", "lambda_share")


class CostSpec(TypedDict):
    """The experiment as plain data: see `config.mechanisms.cost.Cost`."""

    shapes: Sequence[Sequence[int]]
    correlations: Sequence[Mapping[str, Any]]
    lambda_shares: Sequence[float]
    density: float
    snr: float
    patience: int


def run(spec: CostSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Count.

    Parameters
    ----------
    spec : CostSpec
    seed : int
        Seed of the study.
    replicates : int
        Data sets per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id, replicate, method``, the levels
        ``n_samples, n_features, correlation, lambda_share``, and the `METRICS`: NaN where the
        target was not reached within `patience` steps.

    Raises
    ------
    ArithmeticError
        If a reference solution has no certificate.
    """
    tables = []
    with one_thread():
        for cell, levels in cells(spec, "lambda_share", spec["lambda_shares"]):
            data = draw(cell, STAGE, seed, replicates)
            counts = _count_all(data, cell["lambda_share"], spec["patience"])
            doubled = {
                method: {"operations": count, "twice_operations": 2 * count}
                for method, count in counts.items()
            }
            tables.append(rows(cell, levels, doubled))
    return pd.concat(tables, ignore_index=True)


def _count_all(data: Regressions, share: float, patience: int) -> dict[str, Array]:
    """Return the operations (R,) of each method."""
    lambdas = share * data.lambda_max
    lasso = regressions.lasso(data, lambdas)
    alike = regressions.equally_fitting(data, lasso)
    goals = {
        "lasso": Goal.of(data.penalized(l1=lambdas), lasso),
        "ridge": Goal.of(data.penalized(l2=alike), regressions.ridge(data, alike)),
    }
    n, p = data.X.shape[1:]
    null = np.zeros_like(lasso)
    found = {}
    for machinery, make in LIKE.items():
        for penalty, goal in goals.items():
            passes = passes_to(TARGET, make(), goal, null, patience)
            found[f"{penalty}-{machinery}"] = 2 * n * p * passes
    sets = zip(data.X, data.y, strict=True)
    found["lasso-path"] = np.array([lasso_path_operations(X, y) for X, y in sets])
    found["ridge-path"] = np.full(len(null), ridge_path_operations(n, p))
    return found


def lasso_path_operations(X: Array, y: Array) -> float:
    """Return the multiply-adds of an exact lasso path; NaN if a fit of it has no certificate.

    The solver counts its own but for the Gram matrix, which it has where p <= n, and X'y.
    """
    n, p = X.shape
    path = gaussian_path(
        X,
        y,
        n_lambdas=N_LAMBDAS,
        deviance_stop=DEVIANCE_STOP,
        standardize=False,
        fit_intercept=False,
    )
    if not path.certified.all():
        return math.nan
    gram = n * p * (p + 1) / 2 if p <= n else 0.0
    return float(path.operations.sum()) + gram + n * p


def ridge_path_operations(n: int, p: int) -> float:
    """Return the multiply-adds of a ridge path from the eigenvectors of the smaller Gram matrix."""
    m = min(n, p)
    setup = max(n, p) * m * (m + 1) / 2 + EIGENDECOMPOSITION * m**3 + n * p + m**2
    # The way back from n coordinates to p coefficients is a product with X, at every lambda.
    return setup + N_LAMBDAS * (m**2 + (n * p if p > n else 0))
