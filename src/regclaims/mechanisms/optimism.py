"""Optimism: by how much a fit looks better on its own rows than it is.

On fixed X the training error's optimism is 2 sigma^2/n times the degrees of freedom
sum_i cov(y_i, yhat_i)/sigma^2 (Efron 1986, 2004). Each replicate gives an unbiased value of these,
noise times fitted values, whatever the method. For ridge their mean must be the trace of its hat
matrix, for the lasso the mean number of non-zeros (Zou, Hastie and Tibshirani 2007). Best subset
and forward selection with as many non-zeros have no such formula: they search, which costs degrees
of freedom too (Tibshirani 2015), and do not shrink.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.designs import Scenario
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.subsets import Subsets
from regclaims.solvers import gaussian_path, lambda_grid, ridge_lambda
from regclaims.vocabulary import Array

STAGE = "optimism"

LASSO, UNSHRUNK, BEST, FORWARD, RIDGE, OLS = METHODS = (
    "lasso",
    "unshrunk-lasso",
    "best-subset",
    "forward",
    "ridge",
    "ols",
)
"""`unshrunk-lasso` is least squares on the lasso's support: the lasso less its shrinkage. `ols`,
on all columns, is ridge less its shrinkage."""

METRICS = {
    "df": "degrees of freedom: noise times fitted values over sigma^2, unbiased in each replicate",
    "formula": "what the formula says: non-zeros, or the trace of the hat matrix for ridge",
    "n_nonzero": "non-zero coefficients",
    "avoided": "share of the avoidable optimism that is avoided: 0 if it is that of least squares "
    "on all columns, 1 if there are as many degrees of freedom as non-zeros asked for",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("size", "n_relevant", "snr", "correlation")


class OptimismSpec(TypedDict):
    """The experiment as plain data; see `config.mechanisms.optimism`."""

    n_samples: int
    n_features: int
    sizes: Sequence[int]
    correlations: Sequence[Mapping[str, Any]]
    n_relevant: Sequence[int]
    snrs: Sequence[float]
    calibration_draws: int
    n_lambdas: int
    lambda_min_ratio: float


@dataclass(frozen=True)
class Design:
    """A fixed X with its truth.

    Attributes
    ----------
    X : (n, p)
        Centred.
    mean : (n,)
        X beta: the mean of y, but for an intercept.
    sigma : float
        Standard deviation of the noise, by mean'mean/(n sigma^2) = SNR.
    """

    X: Array
    mean: Array
    sigma: float

    def respond(self, noise: Array) -> Array:
        """Return responses (R, n) for standard noise (R, n)."""
        return self.mean + self.sigma * noise

    @cached_property
    def span(self) -> Array:
        """Orthonormal basis of the columns, (n, p)."""
        return np.linalg.qr(self.X)[0]


def run(spec: OptimismSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Measure degrees of freedom of methods with the same number of non-zeros, on fixed X.

    Parameters
    ----------
    spec : OptimismSpec
    seed : int
        Seed of the study.
    replicates : int
        Responses drawn per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id``, the levels ``size``, ``correlation``,
        ``n_relevant`` and ``snr``, ``replicate``, ``method`` and `METRICS`; undefined (NaN) where a
        fit is not certified.
    """
    tables = [_cell(cell, spec, seed, replicates) for cell in cells(spec)]
    return pd.concat(tables, ignore_index=True)


def cells(spec: OptimismSpec) -> Iterator[dict[str, Any]]:
    """List the cells. Each has a design and draws of its own, so that cells are independent."""
    shape = {"n_samples": int(spec["n_samples"]), "n_features": int(spec["n_features"])}
    factors = (spec["correlations"], spec["n_relevant"], spec["snrs"], spec["sizes"])
    for correlation, s, snr, size in product(*factors):
        levels = {"n_relevant": int(s), "snr": float(snr), "size": int(size)}
        yield shape | {"correlation": dict(correlation)} | levels


def design_of(cell: Mapping[str, Any]) -> Design:
    """Draw a cell's X, which stays as it is whatever the study's seed."""
    names = ("n_samples", "n_features", "correlation", "n_relevant", "snr")
    scenario = Scenario({name: cell[name] for name in names} | {"placement": "spread"})
    rng = generator(0, f"{STAGE}-design", cell_key(cell), 0)
    X = scenario.correlation.sample(rng, scenario.n_samples, scenario.n_features)
    X -= X.mean(axis=0)
    mean = X @ scenario.beta
    return Design(X, mean, math.sqrt(float(mean @ mean) / len(mean) / cell["snr"]))


def _cell(cell: Mapping[str, Any], spec: OptimismSpec, seed: int, replicates: int) -> pd.DataFrame:
    design, key, size = design_of(cell), cell_key(cell), cell["size"]
    others = _noise(design, seed, f"{STAGE}-calibration", key, spec["calibration_draws"])
    noise = _noise(design, seed, STAGE, key, replicates)
    lambda_ = lambda_with(size, design, design.respond(others), spec)
    found = fit_all(design, design.respond(np.concatenate([others, noise])), lambda_, size)
    levels = {name: cell[name] for name in ("size", "n_relevant", "snr")}
    levels["correlation"] = _name(cell["correlation"])
    tables = [
        pd.DataFrame({"replicate": np.arange(replicates), "method": method, **metrics})
        for method, metrics in measure(found, noise, design, size).items()
    ]
    table = pd.concat(tables).assign(cell_id=cell_id(cell), **levels)
    return table[["cell_id", *levels, "replicate", "method", *METRICS]]


def measure(
    found: Mapping[str, Fitted], noise: Array, design: Design, size: int
) -> dict[str, dict[str, Array | float]]:
    """Measure degrees of freedom of what was fitted to the last responses.

    Parameters
    ----------
    found : mapping
        Fits by method, first those to other responses of the same design.
    noise : (R, n)
        Standard noise of the last R responses.
    design : Design
    size : int
        Non-zeros asked for.

    Returns
    -------
    dict
        `METRICS` by method, each (R,).
    """
    evidence = slice(-len(noise), None)
    p = design.X.shape[1]
    noise = noise - noise.mean(axis=1, keepdims=True)
    # The same replicate's value for least squares on all columns, whose mean is p.
    most = (_mapped(noise, design.span) ** 2).sum(axis=1)
    measured = {}
    for method, fits in found.items():
        # The mean of fits to the other responses is a constant for these ones: it has no part in
        # the covariance, and takes most of the variance out.
        deviations = fits.values[evidence] - fits.values[: -len(noise)].mean(axis=0)
        df = (deviations * noise).sum(axis=1) / design.sigma
        measured[method] = {
            "df": df,
            "formula": fits.formula[evidence],
            "n_nonzero": fits.n_nonzero[evidence],
            "avoided": (most - df) / (p - size),
        }
    return measured


def _noise(design: Design, seed: int, stage: str, key: int, draws: int) -> Array:
    n = len(design.X)
    rows = [generator(seed, stage, key, draw).standard_normal(n) for draw in range(draws)]
    return np.array(rows).reshape(draws, n)


def _name(structure: Mapping[str, Any]) -> str:
    return f"{structure['kind']}-{structure['rho']:g}" if "rho" in structure else structure["kind"]


def lambda_with(size: int, design: Design, Y: Array, spec: OptimismSpec) -> float:
    """Find the lambda at which the lasso has so many non-zeros on average, by responses Y (R, n).

    These responses are no evidence. Between lambdas of a grid the mean is interpolated in
    log lambda.
    """
    Z = design.X / design.X.std(axis=0)
    largest = float(np.abs(Y @ Z).max() / len(Z))
    grid = lambda_grid(largest, spec["lambda_min_ratio"], spec["n_lambdas"])
    paths = [gaussian_path(design.X, y, lambdas=grid) for y in Y]
    sizes = np.mean([np.count_nonzero(path.coefs, axis=1) for path in paths], axis=0)
    # A mean over draws need not be monotone: the first crossing counts.
    after = int(np.argmax(sizes >= size))
    if sizes[after] < size:
        raise ValueError(f"lambda_min_ratio is too large for {size} non-zeros")
    x = np.interp(size, sizes[after - 1 : after + 1], np.log(grid[after - 1 : after + 1]))
    return float(np.exp(x))


@dataclass(frozen=True)
class Fitted:
    """Fitted values (R, n), what the formula for degrees of freedom says (R,), non-zeros (R,)."""

    values: Array
    formula: Array
    n_nonzero: Array

    @classmethod
    def with_counts(cls, values: Array, formula: float, n_nonzero: float) -> Fitted:
        """Fits whose counts do not depend on the response."""
        return cls(values, np.full(len(values), formula), np.full(len(values), n_nonzero))


def fit_all(design: Design, Y: Array, lambda_: float, size: int) -> dict[str, Fitted]:
    """Fit every method to responses Y (R, n), with so many non-zeros; NaN if not certified."""
    X, p = design.X, float(design.X.shape[1])
    Y = Y - Y.mean(axis=1, keepdims=True)
    coefs = _lasso_coefs(X, Y, lambda_)
    n_nonzero = np.where(np.isnan(coefs), np.nan, coefs != 0.0).sum(axis=1)
    subsets = Subsets(X, size)
    best, forward = (subsets.fitted(Y, chosen) for chosen in (subsets.best(Y), subsets.forward(Y)))
    ridge = _mapped(Y, ridge_hat(X, float(size)).T)
    return {
        LASSO: Fitted(_mapped(coefs, X.T), n_nonzero, n_nonzero),
        UNSHRUNK: Fitted(on_supports(X, Y, coefs), n_nonzero, n_nonzero),
        BEST: Fitted.with_counts(best, float(size), float(size)),
        FORWARD: Fitted.with_counts(forward, float(size), float(size)),
        RIDGE: Fitted.with_counts(ridge, float(size), p),
        OLS: Fitted.with_counts(_mapped(_mapped(Y, design.span), design.span.T), p, p),
    }


def _mapped(rows: Array, matrix: Array) -> Array:
    """Multiply every row by a matrix, one at a time.

    In one product the last bits of a row may depend on how many rows there are: a processor takes
    them in blocks, and what is left over by other steps.
    """
    return np.array([row @ matrix for row in rows])


def _lasso_coefs(X: Array, Y: Array, lambda_: float) -> Array:
    """Lasso coefficients (R, p) of centred responses; NaN if not certified."""
    paths = [gaussian_path(X, y, lambdas=[lambda_]) for y in Y]
    certified = np.array([path.certified[0] for path in paths])
    return np.where(certified[:, None], [path.coefs[0] for path in paths], np.nan)


def on_supports(X: Array, Y: Array, coefs: Array) -> Array:
    """Fitted values (R, n) of least squares on the support of each row of `coefs`."""
    rows = []
    for y, b in zip(Y, coefs, strict=True):
        basis = np.linalg.qr(X[:, b != 0.0])[0]
        rows.append(np.full(len(y), np.nan) if np.isnan(b).any() else basis @ (y @ basis))
    return np.array(rows)


def ridge_hat(X: Array, df: float) -> Array:
    """Return the hat matrix (n, n) of ridge with so many degrees of freedom, on centred X."""
    n, p = X.shape
    # The response plays no part in the degrees of freedom.
    lambda_ = ridge_lambda(X, X[:, 0], df)
    Z = X / X.std(axis=0)
    return np.asarray(Z @ np.linalg.solve(Z.T @ Z + n * lambda_ * np.eye(p), Z.T))
