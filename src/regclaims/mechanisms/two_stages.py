"""One knob against two: sparsity and accuracy with one strength of the lasso, and in two stages.

Two-stage methods prune with one strength and fit what is left with another: the relaxed lasso
(Meinshausen 2007), the adaptive lasso (Zou 2006), and ridge on the columns that the lasso gives the
largest coefficients (thresholding after van de Geer, Buehlmann and Zhou 2011).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regclaims.designs import Scenario
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.frontiers import Fits, fits, lambda_gap, serves_both
from regclaims.mechanisms.linear_draws import linear_draw
from regclaims.solvers import Path, adaptive_path, gaussian_path, relaxed_path, ridge_path
from regclaims.vocabulary import Array

STAGE = "two-stages"

LASSO, RELAXED, ADAPTIVE, THRESHOLDED = METHODS = (
    "lasso",
    "relaxed-lasso",
    "adaptive-lasso",
    "thresholded-ridge",
)

FRONTIER = {
    "rr_quarter": 0.25,
    "rr_half": 0.5,
    "rr_true": 1.0,
    "rr_twice": 2.0,
    "rr_fourfold": 4.0,
    "rr_any": math.inf,
}
"""Risk where at most so many non-zeros are allowed, in multiples of the relevant columns."""

METRICS = {
    "lambda_gap": "log ratio of the lambda of the best support and that of the least risk",
    "lambda_distance": "size of that log ratio",
    "conflict": "1 if no fit is near both the least risk and the best support, else 0",
    "rr_at_support": "relative risk with at most as many non-zeros as the lasso's best support",
    **{
        name: f"relative risk with at most {multiple:g} times the true non-zeros"
        for name, multiple in FRONTIER.items()
    },
    "halving_cost": "log ratio of risks, with at most half of the non-zeros over with any number",
    "size": "non-zeros of the most accurate fit",
}
EVENTS = ("conflict",)
LEVELS = ("n_samples", "n_features", "n_relevant", "snr", "correlation")

RIDGE_LAMBDAS = np.geomspace(20.0, 1e-3, 20)
"""Of ridge on the kept columns, standardized: from hardly anything left to least squares."""


class TwoStagesSpec(TypedDict):
    """The experiment as plain data; see `config.mechanisms.two_stages`."""

    shapes: Sequence[Sequence[int]]
    correlations: Sequence[Mapping[str, Any]]
    n_relevant: Sequence[int]
    snrs: Sequence[float]
    n_lambdas: int
    lambda_min_ratio: float
    deviance_stop: float
    risk_tolerance: float
    f1_tolerance: float


@dataclass(frozen=True)
class _Data:
    """Rows that fit, and rows that choose."""

    scenario: Scenario
    training: tuple[Array, Array]
    validation: tuple[Array, Array]

    def fits(self, lambdas: Array, coefs: Array, intercepts: Array) -> Fits:
        return fits(self.scenario, self.validation, lambdas, coefs, intercepts)


def run(spec: TwoStagesSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Fit every method to the same draws and measure what it reaches at every sparsity.

    Parameters
    ----------
    spec : TwoStagesSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id``, the levels ``n_samples``,
        ``n_features``, ``correlation``, ``n_relevant`` and ``snr``, ``replicate``, ``method`` and
        `METRICS`; these are undefined (NaN) if a fit of the method is not certified.
    """
    rows = []
    for cell in cells(spec):
        shared = {"cell_id": cell_id(cell)} | _levels(cell)
        for replicate in range(replicates):
            rng = generator(seed, STAGE, cell_key(cell), replicate)
            for method, metrics in _replicate(cell, spec, rng).items():
                rows.append(shared | {"replicate": replicate, "method": method} | metrics)
    return pd.DataFrame(rows)


def cells(spec: TwoStagesSpec) -> Iterator[dict[str, Any]]:
    """List the cells as specs of scenarios."""
    factors = (spec["shapes"], spec["correlations"], spec["n_relevant"], spec["snrs"])
    for (n, p), correlation, s, snr in product(*factors):
        yield {
            "n_samples": int(n),
            "n_features": int(p),
            "correlation": dict(correlation),
            "n_relevant": int(s),
            "placement": "spread",
            "snr": float(snr),
        }


def _levels(cell: Mapping[str, Any]) -> dict[str, Any]:
    structure = cell["correlation"]
    rho = f"-{structure['rho']:g}" if "rho" in structure else ""
    names = ("n_samples", "n_features", "n_relevant", "snr")
    return {name: cell[name] for name in names} | {"correlation": f"{structure['kind']}{rho}"}


def _replicate(
    cell: Mapping[str, Any], spec: TwoStagesSpec, rng: np.random.Generator
) -> dict[str, dict[str, float]]:
    scenario = Scenario(cell)
    data = _Data(scenario, linear_draw(scenario, rng), linear_draw(scenario, rng))
    grid: dict[str, Any] = {
        "n_lambdas": spec["n_lambdas"],
        "lambda_min_ratio": spec["lambda_min_ratio"],
        "deviance_stop": spec["deviance_stop"],
    }
    path = gaussian_path(*data.training, **grid)
    if not path.certified.all():
        return {method: dict.fromkeys(METRICS, math.nan) for method in METHODS}
    lasso = data.fits(path.lambdas, path.coefs, path.intercepts)
    bounds = [_allowed(scenario, k) for k in FRONTIER.values()]
    bounds += [lasso.best_support_size, lasso.sizes[lasso.sparse(math.inf)] // 2]
    found = {
        LASSO: lasso,
        RELAXED: _relaxed(data, path),
        ADAPTIVE: _adaptive(data, grid),
        THRESHOLDED: _thresholded(data, path.coefs[lasso.sparse(math.inf)], bounds),
    }
    return {
        method: _metrics(one, scenario, spec, lasso.best_support_size)
        for method, one in found.items()
    }


def _relaxed(data: _Data, path: Path) -> Fits | None:
    relaxed = relaxed_path(*data.training, path)
    if not relaxed.certified.all():
        return None
    lambdas = np.tile(path.lambdas, len(relaxed.gammas))
    return data.fits(lambdas, np.concatenate(relaxed.coefs), np.concatenate(relaxed.intercepts))


def _adaptive(data: _Data, grid: Mapping[str, Any]) -> Fits | None:
    path = adaptive_path(*data.training, **grid)
    return data.fits(path.lambdas, path.coefs, path.intercepts) if path.certified.all() else None


def _thresholded(data: _Data, coefs: Array, bounds: Sequence[float]) -> Fits | None:
    """Keep the largest coefficients of a lasso fit, as many as each bound allows; then ridge."""
    X, y = data.training
    # The null model is always there: it is what is left when nothing is kept.
    found, intercepts = [np.zeros((1, X.shape[1]))], [np.array([y.mean()])]
    for kept in _supports(coefs * X.std(axis=0), bounds):
        path = ridge_path(X[:, kept], y, lambdas=RIDGE_LAMBDAS)
        if not path.certified.all():
            return None
        wide = np.zeros((len(path), X.shape[1]))
        wide[:, kept] = path.coefs
        found.append(wide)
        intercepts.append(path.intercepts)
    stacked = np.concatenate(found)
    return data.fits(np.full(len(stacked), math.nan), stacked, np.concatenate(intercepts))


def _supports(coefs: Array, bounds: Sequence[float]) -> Iterator[NDArray[np.intp]]:
    """Give the supports of the largest coefficients, as large as each bound allows."""
    order = np.argsort(-np.abs(coefs), kind="stable")
    sizes = np.unique(np.minimum(bounds, np.count_nonzero(coefs)).astype(int))
    yield from (order[:size] for size in sizes[sizes > 0])


def _allowed(scenario: Scenario, multiple: float) -> float:
    """Number of non-zeros allowed, at least 1: not whole numbers, as sizes are compared with it."""
    return max(1.0, multiple * float(np.count_nonzero(scenario.relevant)))


def _metrics(
    found: Fits | None, scenario: Scenario, spec: TwoStagesSpec, support_size: int
) -> dict[str, float]:
    if found is None:
        return dict.fromkeys(METRICS, math.nan)
    gap = math.nan if np.isnan(found.lambdas).any() else lambda_gap(found)
    best = found.sparse(math.inf)
    halved = found.sparse(found.sizes[best] // 2)
    return {
        "lambda_gap": gap,
        "lambda_distance": abs(gap),
        "conflict": float(not serves_both(found, spec["risk_tolerance"], spec["f1_tolerance"])),
        "rr_at_support": found.risk[found.sparse(support_size)],
        **{
            name: found.risk[found.sparse(_allowed(scenario, multiple))]
            for name, multiple in FRONTIER.items()
        },
        "halving_cost": float(np.log(found.risk[halved] / found.risk[best])),
        "size": found.sizes[best],
    }
