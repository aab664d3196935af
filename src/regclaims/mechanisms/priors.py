"""What does the peak of the Laplace prior explain? Modes, means and draws of posteriors.

The same data meet a Laplace prior, a normal prior of equal variance, and a Laplace prior whose tip
is rounded off. The mode under the Laplace prior must be the lasso, that under the normal one ridge.
If it is the peak that makes zeros, then whatever is read off the posterior has them.

Noise has variance 1, so least squares of an orthonormal design have standard error 1/sqrt(n):
truths and scales are in units of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from scipy.stats import laplace, norm

from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms import posterior
from regclaims.mechanisms.columns import ORTHONORMAL, design_name, draw_columns
from regclaims.mechanisms.posterior import Laplace, Noise, Normal, RoundedLaplace
from regclaims.mechanisms.sequence import draw_means
from regclaims.solvers import Path, gaussian_path, ridge_path
from regclaims.vocabulary import Array

STAGE = "priors"

METHODS = (
    "laplace-mode",
    "normal-mode",
    "rounded-mode",
    "laplace-mean",
    "normal-mean",
    "laplace-draw",
    "normal-draw",
)
METRICS = {
    "zero_share": "Share of coefficients that equal 0.0.",
    "penalized_deviation": "Of Laplace and normal modes: largest deviation from the lasso or from "
    "ridge, over the largest least-squares coefficient.",
    "support_deviation": "Of Laplace and normal modes: share of coefficients that are 0.0 in one "
    "of mode and penalized fit alone.",
    "objective_deviation": "Of Laplace and normal modes: largest deviation of differences in log "
    "posterior from those in penalized loss, over the largest difference.",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("correlation", "truth", "scale", "rounding")

PROBES = 8
"""Coefficient vectors at which log posterior and penalized loss are compared."""


class PriorsSpec(TypedDict):
    """The experiment as plain data.

    `correlations` are specs for `designs.correlation`; an orthonormal design comes first. `truths`
    are specs for `draw_means`; `scales` of the Laplace prior, and its `rounding` as a share of the
    scale; `burn_in` and `draws` of the sampler.
    """

    n_samples: int
    n_features: int
    correlations: Sequence[Mapping[str, Any]]
    truths: Sequence[Mapping[str, Any]]
    scales: Sequence[float]
    rounding: float
    burn_in: int
    draws: int


def run(spec: PriorsSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Compare posteriors on the same data.

    Parameters
    ----------
    spec : PriorsSpec
    seed : int
        Seed of the study.
    replicates : int
        Replicates per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (design x truth x scale), replicate and method: ``cell_id``,
        ``correlation``, ``truth``, ``scale``, ``rounding``, ``replicate``, ``method``, and
        `METRICS`, NaN where a metric is not of a method.

    Raises
    ------
    ArithmeticError
        If a penalized fit has no certificate, or a mode is not found.
    """
    rows = []
    designs = [ORTHONORMAL, *spec["correlations"]]
    for design, truth, scale in product(designs, spec["truths"], spec["scales"]):
        cell = {
            "shape": [spec["n_samples"], spec["n_features"]],
            "correlation": dict(design),
            "truth": dict(truth),
            "scale": float(scale),
        }
        levels: dict[str, Any] = {"cell_id": cell_id(cell), "correlation": design_name(design)}
        levels |= {"truth": truth["truth"], "scale": float(scale)}
        levels |= {"rounding": float(spec["rounding"])}
        steps = spec["burn_in"] + spec["draws"]
        data = _draw(cell, steps, seed, replicates)
        fits = _fits(data, cell, spec)
        for replicate in range(replicates):
            for method in METHODS:
                found = {name: float(value[replicate]) for name, value in fits[method].items()}
                rows.append(levels | {"replicate": replicate, "method": method} | found)
    return pd.DataFrame(rows)[[*levels, "replicate", "method", *METRICS]]


class _Data(TypedDict):
    X: Array
    y: Array
    probes: Array
    noise: Noise


def _draw(cell: Mapping[str, Any], steps: int, seed: int, replicates: int) -> _Data:
    """Draw data, probes and what the sampler needs, each replicate from its own generator."""
    n, p = cell["shape"]
    key, sets = cell_key(cell), []
    for replicate in range(replicates):
        rng = generator(seed, STAGE, key, replicate)
        X = draw_columns(cell["correlation"], n, p, rng)
        beta = draw_means(cell["truth"], p, rng) / math.sqrt(n)
        y = X @ beta + rng.standard_normal(n)
        probes = beta + rng.standard_normal((PROBES, p)) / math.sqrt(n)
        sets.append((X, y, probes, *Noise.draw(rng, steps, p)))
    X, y, probes, *noise = (np.array(values) for values in zip(*sets, strict=True))
    return {"X": X, "y": y, "probes": probes, "noise": Noise(*noise)}


def _fits(data: _Data, cell: Mapping[str, Any], spec: PriorsSpec) -> dict[str, dict[str, Array]]:
    """Measure every method; (R,) for each metric."""
    X, y, noise = data["X"], data["y"], data["noise"]
    n = X.shape[1]
    gram, linear = X.transpose(0, 2, 1) @ X, np.einsum("rnp,rn->rp", X, y)
    scale = cell["scale"] / math.sqrt(n)
    prior, equal = Laplace(scale), Normal(math.sqrt(2) * scale)
    rounded = RoundedLaplace(scale, spec["rounding"] * scale)
    chain = posterior.laplace_draws(gram, linear, scale, noise)[:, spec["burn_in"] :]
    precision = np.full_like(linear, 1 / equal.sd**2)
    coefs = {
        "laplace-mode": posterior.mode(gram, linear, prior),
        "normal-mode": posterior.mode(gram, linear, equal),
        "rounded-mode": posterior.mode(gram, linear, rounded),
        "laplace-mean": chain.mean(axis=1),
        "normal-mean": posterior.normal_draw(gram, linear, precision, np.zeros_like(linear)),
        "laplace-draw": chain[:, -1],
        "normal-draw": posterior.normal_draw(gram, linear, precision, noise.normal[:, -1]),
    }
    found = {
        method: dict.fromkeys(METRICS, np.full(len(b), math.nan))
        | {"zero_share": np.mean(b == 0.0, axis=1)}
        for method, b in coefs.items()
    }
    unit = np.abs(np.linalg.solve(gram, linear[..., None])).max(axis=(1, 2))
    for method, own in (("laplace-mode", prior), ("normal-mode", equal)):
        b, same = coefs[method], _penalized(data, own)
        found[method]["penalized_deviation"] = np.abs(b - same).max(axis=1) / unit
        found[method]["support_deviation"] = np.mean((b == 0.0) != (same == 0.0), axis=1)
        found[method]["objective_deviation"] = _objective_deviation(data, own)
    return found


def matching_lambda(prior: Laplace | Normal, n: int) -> float:
    """Return the lambda whose penalized fit is the mode: sigma^2/(n scale), or sigma^2/(n sd^2).

    Sigma is 1. The log posterior is -n/sigma^2 times the penalized loss, but for a constant.
    """
    return 1 / (n * prior.scale) if isinstance(prior, Laplace) else 1 / (n * prior.sd**2)


def _penalized(data: _Data, prior: Laplace | Normal) -> Array:
    """Fit the lasso or ridge to each data set, (R, p)."""
    solver: Any = gaussian_path if isinstance(prior, Laplace) else ridge_path
    lambda_ = matching_lambda(prior, data["X"].shape[1])
    found = []
    for X, y in zip(data["X"], data["y"], strict=True):
        path: Path = solver(X, y, lambdas=[lambda_], standardize=False, fit_intercept=False)
        if not path.determined[0]:
            raise ArithmeticError(f"{solver.__name__}: no certified unique fit at {lambda_:g}")
        found.append(path.coefs[0])
    return np.array(found)


def _objective_deviation(data: _Data, prior: Laplace | Normal) -> Array:
    """Compare log posterior and penalized loss between probes, (R,)."""
    n, probes = data["X"].shape[1], data["probes"]
    predictions = probes @ data["X"].transpose(0, 2, 1)
    residuals = data["y"][:, None] - predictions
    lambda_ = matching_lambda(prior, n)
    if isinstance(prior, Laplace):
        log_prior = laplace.logpdf(probes, scale=prior.scale)
        penalty = lambda_ * np.abs(probes).sum(axis=2)
    else:
        log_prior = norm.logpdf(probes, scale=prior.sd)
        penalty = lambda_ / 2 * (probes**2).sum(axis=2)
    log_posterior = norm.logpdf(residuals).sum(axis=2) + log_prior.sum(axis=2)
    loss = (residuals**2).mean(axis=2) / 2 + penalty
    gained = log_posterior[:, 1:] - log_posterior[:, :1]
    lost = n * (loss[:, 1:] - loss[:, :1])
    return np.asarray(np.abs(gained + lost).max(axis=1) / np.abs(gained).max(axis=1))
