"""Is a fit of least L1 norm sparse? Basis pursuit against the fit of least L2 norm.

Both go through the same data without noise, Gaussian columns more than rows. Counting alone leaves
the former at most n non-zeros, whatever the truth; fewer is what the truth adds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.interpolation import least_l1, least_l2
from regclaims.solvers import MAX_RESIDUAL
from regclaims.solvers.threads import one_thread

STAGE = "least-norm"

L1, L2 = "least-l1", "least-l2"
METHODS = (L1, L2)
METRICS = {
    "zero_share": "share of coefficients that are 0.0",
    "nonzeros_per_row": "coefficients that are not 0.0, per row",
    "fewer_than_rows": "1 if fewer coefficients than rows are not 0.0, else 0",
    "recovered": "1 if the fit is the truth but for rounding, else 0",
    "gap": "bound on the distance from the least norm, relative to it; infinite off the data",
}
EVENTS = ("fewer_than_rows", "recovered")
LEVELS = ("n_samples", "n_features", "n_relevant", "sparsity", "truth")

SPARSE, DENSE = "sparse", "dense"

RECOVERED = 1e-7
"""Relative distance from the truth that counts as rounding.

A residual of `INTERPOLATES`, times the condition of the columns in use, which is hardly above 1e4.
"""


class LeastNormSpec(TypedDict):
    """The experiment as plain data.

    `n_features` is p; `rows` are n as shares of p; `sparsities` are non-zeros of the truth as
    shares of n; `dense` adds a truth without zeros.
    """

    n_features: int
    rows: Sequence[float]
    sparsities: Sequence[float]
    dense: bool


@one_thread()
def run(spec: LeastNormSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Interpolate the same data with least L1 and with least L2 norm.

    Parameters
    ----------
    spec : LeastNormSpec
    seed : int
        Seed of the study.
    replicates : int
        Per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (rows x truth), replicate and method: ``cell_id``, ``replicate``,
        ``method``, ``n_samples``, ``n_features``, ``truth`` (sparse or dense), ``n_relevant``,
        ``sparsity`` (its share of the rows), and `METRICS`: NaN where the gap is not at rounding
        level.

    Raises
    ------
    ValueError
        If n is not from 1 to p - 1.
    RuntimeError
        If a linear program is not solved.
    """
    p = int(spec["n_features"])
    rows: list[dict[str, Any]] = []
    for share, truth in product(spec["rows"], _truths(spec)):
        n = round(share * p)
        if not 0 < n < p:
            raise ValueError(f"rows must leave from 1 to {p - 1} of {p}; they leave {n}")
        relevant = p if truth is None else max(1, round(truth * n))
        cell = {"n_samples": n, "n_features": p, "n_relevant": relevant}
        levels: dict[str, Any] = {"cell_id": cell_id(cell), **cell, "sparsity": relevant / n}
        levels["truth"] = DENSE if truth is None else SPARSE
        rows += [levels | row for row in _fits(cell, seed, replicates)]
    return pd.DataFrame(rows)


def _truths(spec: LeastNormSpec) -> list[float | None]:
    return [*(float(share) for share in spec["sparsities"]), *([None] if spec["dense"] else [])]


def _fits(cell: Mapping[str, int], seed: int, replicates: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of a cell."""
    n, p, key = cell["n_samples"], cell["n_features"], cell_key(cell)
    for replicate in range(replicates):
        rng = generator(seed, STAGE, key, replicate)
        X, truth = rng.standard_normal((n, p)), np.zeros(p)
        truth[: cell["n_relevant"]] = rng.standard_normal(cell["n_relevant"])
        y = X @ truth
        for method, solve in ((L1, least_l1), (L2, least_l2)):
            fit = solve(X, y)
            good = fit.gap <= MAX_RESIDUAL
            nonzeros = np.count_nonzero(fit.coef) if good else math.nan
            away = float(np.linalg.norm(fit.coef - truth) / np.linalg.norm(truth))
            yield {
                "replicate": replicate,
                "method": method,
                "zero_share": 1 - nonzeros / p,
                "nonzeros_per_row": nonzeros / n,
                "fewer_than_rows": float(nonzeros < n) if good else math.nan,
                "recovered": float(away <= RECOVERED) if good else math.nan,
                "gap": fit.gap,
            }
