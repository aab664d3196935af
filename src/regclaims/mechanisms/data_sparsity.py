"""Does L1 make the data sparse? Count zeros in X before and after fits, and in coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.keys import cell_id, cell_key, generator
from regclaims.solvers.gaussian import solve
from regclaims.solvers.grid import lambda_grid
from regclaims.solvers.path import Path
from regclaims.solvers.preparation import prepare
from regclaims.solvers.problem import Problem
from regclaims.solvers.ridge import solve_ridge
from regclaims.vocabulary import Array

STAGE = "data-sparsity"

METHODS = ("lasso", "elastic-net", "ridge")

METRICS = {
    "data_zeros_before": "share of the entries of X that are 0 before any fit",
    "data_zeros_after": "the same after a whole path of fits",
    "data_zeros_gained": "the latter less the former",
    "copy_zeros_before": "share of zeros in the centred and scaled columns that the solver sees",
    "copy_zeros_after": "the same after a whole path of fits",
    "copy_zeros_gained": "the latter less the former",
    "coef_zeros": "share of coefficients that are 0 at a tenth of the largest lambda",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("n_samples", "n_features", "zero_share")

SHOWN = 0.1
"""The fit whose coefficients are counted, as a share of lambda_max."""

LAMBDA_MIN_RATIO = 0.001


class DataSparsitySpec(TypedDict):
    """The experiment as plain data; see `config.mechanisms.data_sparsity`."""

    shapes: Sequence[Sequence[int]]
    zero_shares: Sequence[float]
    n_relevant: int
    l1_ratio: float
    n_lambdas: int


def run(spec: DataSparsitySpec, seed: int, replicates: int) -> pd.DataFrame:
    """Fit whole paths and count zeros in what went in and in what came out.

    Parameters
    ----------
    spec : DataSparsitySpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id``, the levels ``n_samples``,
        ``n_features`` and ``zero_share``, ``replicate``, ``method`` and `METRICS`; the zeros of
        coefficients are undefined (NaN) if a fit is not certified.
    """
    rows = []
    for cell in cells(spec):
        names = ("n_samples", "n_features", "zero_share")
        shared = {"cell_id": cell_id(cell)} | {name: cell[name] for name in names}
        for replicate in range(replicates):
            for method in METHODS:
                # Every method has X from the same draws, and to itself.
                X, y = _draw(cell, generator(seed, STAGE, cell_key(cell), replicate))
                metrics = _counted(X, y, method, spec)
                rows.append(shared | {"replicate": replicate, "method": method} | metrics)
    return pd.DataFrame(rows)


def cells(spec: DataSparsitySpec) -> Iterator[dict[str, Any]]:
    """List the cells."""
    for (n, p), zero_share in product(spec["shapes"], spec["zero_shares"]):
        sizes = {"n_samples": int(n), "n_features": int(p), "n_relevant": int(spec["n_relevant"])}
        yield sizes | {"zero_share": float(zero_share)}


def _draw(cell: Mapping[str, Any], rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw normal entries, of which a share is 0, and a response of the first columns."""
    shape = cell["n_samples"], cell["n_features"]
    X = rng.standard_normal(shape) * (rng.random(shape) >= cell["zero_share"])
    y = X[:, : cell["n_relevant"]].sum(axis=1) + rng.standard_normal(shape[0])
    return X, y


def _counted(X: Array, y: Array, method: str, spec: DataSparsitySpec) -> dict[str, float]:
    before = _zero_share(X)
    problem = prepare(X, y, standardize=True, fit_intercept=True)
    copy_before = _zero_share(problem.dense())
    path = fit(problem, method, spec["l1_ratio"], spec["n_lambdas"])
    after, copy_after = _zero_share(X), _zero_share(problem.dense())
    shown = int(np.abs(np.log(path.lambdas / (SHOWN * path.lambdas[0]))).argmin())
    return {
        "data_zeros_before": before,
        "data_zeros_after": after,
        "data_zeros_gained": after - before,
        "copy_zeros_before": copy_before,
        "copy_zeros_after": copy_after,
        "copy_zeros_gained": copy_after - copy_before,
        "coef_zeros": _zero_share(path.coefs[shown]) if path.certified.all() else math.nan,
    }


def fit(problem: Problem, method: str, l1_ratio: float, n_lambdas: int) -> Path:
    """Fit a whole path; all methods over the lasso's lambdas, or those of its L1 part."""
    share = {"lasso": 1.0, "elastic-net": l1_ratio, "ridge": 1.0}[method]
    grid = lambda_grid(problem.max_gradient / share, LAMBDA_MIN_RATIO, n_lambdas)
    return solve_ridge(problem, grid) if method == "ridge" else solve(problem, share, grid)


def _zero_share(values: Array) -> float:
    return float(np.mean(values == 0.0))
