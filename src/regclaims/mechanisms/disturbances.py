"""What methods lose when data go wrong: outliers, heavy tails, noise columns, shifted columns.

A data set is fitted as it is and disturbed; all else (columns, noise, folds) is the same. Each
disturbance has data sets of its own, as its cells are counted as independent ones. Ridge and lasso
are tuned by cross-validation on the rows they are given, disturbed or not. Risks are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from regclaims.designs.noise import NOISES
from regclaims.designs.scenario import Scenario
from regclaims.keys import cell_key, generator
from regclaims.mechanisms.regressions import cells, rows
from regclaims.solvers import cv_path, draw_folds, gaussian_path, least_squares, ridge_path
from regclaims.solvers.threads import one_thread
from regclaims.tuning import smallest
from regclaims.vocabulary import Array

STAGE = "disturbances"
METHODS = ("ols", "ridge", "lasso")
METRICS = {
    "loss": "excess risk with the disturbance less that without it, in units of the signal's",
    "growth": "excess risk with the disturbance over that without it",
    "disturbed_risk": "excess risk with the disturbance, in units of the signal's",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("n_samples", "n_features", "correlation", "disturbance")

OUTLYING = 10.0
"""An outlier's noise is this multiple of the others'."""

HEAVY = float(stats.norm.ppf(0.75) / (stats.t.ppf(0.75, 3) / np.sqrt(3)))
"""Scales t noise of unit variance to the quartiles of the standard normal.

At the same variance nothing would be lost: the expected risk of a linear fit, as is least squares,
depends on the noise through its variance alone.
"""

OUTLIERS, TAILS, COLUMNS, SHIFT = "outliers", "heavy-tails", "noise-columns", "shifted-test"


class DisturbancesSpec(TypedDict):
    """The experiment as plain data: see `config.mechanisms.disturbances.Disturbances`."""

    shapes: Sequence[Sequence[int]]
    correlations: Sequence[Mapping[str, Any]]
    density: float
    snr: float
    disturbances: Sequence[str]
    outlier_share: float
    folds: int
    n_lambdas: int


@dataclass(frozen=True)
class Sample:
    """Rows to fit, their folds, and how a fit to them is judged.

    Attributes
    ----------
    X : (n, q)
    y : (n,)
    folds : (n,)
    beta : (q,)
    sigma : (q, q)
        Covariance of the columns of the rows that are predicted.
    """

    X: Array
    y: Array
    folds: NDArray[np.int64]
    beta: Array
    sigma: Array

    def excess(self, coef: Array) -> float:
        """Return (b - beta)'Sigma(b - beta)."""
        apart = coef - self.beta
        return float(apart @ self.sigma @ apart)


def run(spec: DisturbancesSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Fit every data set as it is and with each disturbance.

    Parameters
    ----------
    spec : DisturbancesSpec
    seed : int
        Seed of the study.
    replicates : int
        Data sets per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        ``cell_id``, the levels ``n_samples``, ``n_features``, ``correlation`` and ``disturbance``,
        ``replicate``, ``method`` and `METRICS`.
    """
    tables = []
    with one_thread():
        for cell, levels in cells(spec, "strength", [1.0]):
            found = _cell(cell, spec, seed, replicates)
            del levels["strength"]
            for disturbance, by_method in found.items():
                own = levels | {"disturbance": disturbance}
                tables.append(rows(cell | {"disturbance": disturbance}, own, by_method))
    return pd.concat(tables, ignore_index=True)


def _cell(
    cell: Mapping[str, Any], spec: DisturbancesSpec, seed: int, replicates: int
) -> dict[str, dict[str, dict[str, Array]]]:
    n, p = cell["shape"]
    scenario = Scenario(
        {
            "n_samples": n,
            "n_features": p,
            "correlation": cell["correlation"],
            "n_relevant": max(1, round(cell["density"] * p)),
            "placement": "spread",
            "snr": cell["snr"],
        }
    )
    # Columns that are independent already cannot be shifted so.
    same = np.array_equal(scenario.sigma, np.eye(p))
    there = [name for name in spec["disturbances"] if not (name == SHIFT and same)]
    found = {}
    for name in there:
        key = cell_key({**cell, "disturbance": name})
        excess = np.empty((2, len(METHODS), replicates))
        for replicate in range(replicates):
            rng = generator(seed, STAGE, key, replicate)
            for i, sample in enumerate(_samples(scenario, spec, name, rng)):
                fits = _fits(sample, spec["n_lambdas"])
                excess[i, :, replicate] = [sample.excess(fits[method]) for method in METHODS]
        found[name] = _measured(*(excess / scenario.signal_variance))
    return found


def _measured(plain: Array, disturbed: Array) -> dict[str, dict[str, Array]]:
    return {
        method: {
            "loss": disturbed[i] - plain[i],
            "growth": disturbed[i] / plain[i],
            "disturbed_risk": disturbed[i],
        }
        for i, method in enumerate(METHODS)
    }


def _samples(
    scenario: Scenario, spec: DisturbancesSpec, disturbance: str, rng: np.random.Generator
) -> tuple[Sample, Sample]:
    """Draw a data set; return it as it is and disturbed."""
    n, p = scenario.n_samples, scenario.n_features
    X = scenario.correlation.sample(rng, n, p)
    noise, heavy = rng.standard_normal(n), NOISES["t3"](rng, n)
    outlying = rng.permutation(n) < max(1, round(spec["outlier_share"] * n))
    more = rng.standard_normal((n, p))
    folds = draw_folds(rng, n, spec["folds"])
    sd, signal = np.sqrt(scenario.noise_variance), X @ scenario.beta
    sigma, zeros = scenario.sigma, np.zeros((p, p))
    plain = Sample(X, signal + sd * noise, folds, scenario.beta, sigma)
    made = {
        OUTLIERS: lambda: Sample(
            X, signal + sd * noise * np.where(outlying, OUTLYING, 1.0), folds, plain.beta, sigma
        ),
        TAILS: lambda: Sample(X, signal + sd * HEAVY * heavy, folds, plain.beta, sigma),
        COLUMNS: lambda: Sample(
            np.hstack([X, more]),
            plain.y,
            folds,
            np.append(plain.beta, np.zeros(p)),
            np.block([[sigma, zeros], [zeros, np.eye(p)]]),
        ),
        SHIFT: lambda: Sample(X, plain.y, folds, plain.beta, np.eye(p)),
    }
    return plain, made[disturbance]()


def _fits(sample: Sample, n_lambdas: int) -> dict[str, Array]:
    """Fit least squares, ridge and lasso, tuned by cross-validation; coefficients by method."""
    found = {"ols": least_squares(sample.X, sample.y).coefs[0]}
    for method, l1_ratio in (("ridge", 0.0), ("lasso", 1.0)):
        fit = gaussian_path if l1_ratio else ridge_path
        path = fit(sample.X, sample.y, n_lambdas=n_lambdas)
        folds = cv_path(
            sample.X, sample.y, l1_ratio=l1_ratio, lambdas=path.lambdas, folds=sample.folds
        )
        found[method] = path.coefs[smallest(np.where(path.certified, folds.mean, np.inf))]
    return found
