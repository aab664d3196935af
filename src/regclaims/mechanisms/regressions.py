"""Batches of regression problems that solvers are tried on, with their certified solutions.

Columns have mean 0 and mean square 1, and so has the response. What is minimized is

    1/(2n) |y - Xb|^2 + l1 |b|_1 + l2/2 |b|^2  =  b'Gb/2 - c'b + l1 |b|_1 + l2/2 |b|^2 + constant

with G = X'X/n and c = X'y/n. All arrays carry the data sets of a cell, its replicates, first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from regclaims.designs.scenario import Scenario
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms.first_order import Penalized
from regclaims.solvers import Path, gaussian_path, ridge_path
from regclaims.vocabulary import Array

Cell = tuple[dict[str, Any], dict[str, Any]]
"""What a cell's draws depend on, and its levels as columns of a table."""

Found = Mapping[str, Mapping[str, Array]]
"""Values (R,) by name, by method."""

EIGENVALUE_ROUNDING = 1e-12
"""Eigenvalues of G below this share of the largest are 0 but for rounding."""


@dataclass(frozen=True)
class Regressions:
    """R data sets of one cell, standardized.

    Attributes
    ----------
    X : (R, n, p)
    y : (R, n)
    """

    X: Array
    y: Array

    @cached_property
    def gram(self) -> Array:
        """X'X/n, shape (R, p, p)."""
        return np.asarray(self.X.transpose(0, 2, 1) @ self.X / self.X.shape[1])

    @cached_property
    def linear(self) -> Array:
        """X'y/n, shape (R, p)."""
        return np.einsum("rnp,rn->rp", self.X, self.y) / self.X.shape[1]

    @cached_property
    def eigenvalues(self) -> Array:
        """Of `gram`, ascending, shape (R, p); what is 0 but for rounding is 0."""
        found = np.linalg.eigvalsh(self.gram)
        return np.where(found < EIGENVALUE_ROUNDING * found[:, -1:], 0.0, found)

    def penalized(self, l1: ArrayLike = 0.0, l2: ArrayLike = 0.0) -> Penalized:
        """Return the problems with these penalties, numbers or (R,)."""
        shape = (len(self.y), 1)
        pull = np.broadcast_to(np.reshape(np.asarray(l1, dtype=float), (-1, 1)), shape)
        curve = np.broadcast_to(np.reshape(np.asarray(l2, dtype=float), (-1, 1)), shape)
        return Penalized(self.gram, self.linear, pull, curve, self.eigenvalues[:, -1:] + curve)

    @property
    def lambda_max(self) -> Array:
        """Smallest lambda at which the lasso is null, shape (R,)."""
        return np.abs(self.linear).max(axis=1)

    @cached_property
    def least_loss(self) -> Array:
        """That of least squares, shape (R,)."""
        fitted = [X @ np.linalg.lstsq(X, y)[0] for X, y in zip(self.X, self.y, strict=True)]
        return np.asarray(((self.y - fitted) ** 2).mean(axis=1) / 2)

    def loss(self, coefs: Array) -> Array:
        """Return the squared loss 1/(2n) |y - Xb|^2 of coefficients (R, p), shape (R,)."""
        residuals = self.y - np.einsum("rnp,rp->rn", self.X, coefs)
        return np.asarray((residuals**2).mean(axis=1) / 2)


def draw(cell: Mapping[str, Any], stage: str, seed: int, replicates: int) -> Regressions:
    """Draw the data sets of a cell.

    Parameters
    ----------
    cell : mapping
        ``shape`` (n, p), ``correlation`` (see `designs.correlation`), ``density`` and ``snr``: the
        truth has equal coefficients at equal distances. All of it makes the key of the draws.
    stage : str
        The experiment's name.
    seed, replicates : int
        Each replicate has a generator of its own: more of them change no earlier one.
    """
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
    key, sets = cell_key(cell), []
    for replicate in range(replicates):
        rng = generator(seed, stage, key, replicate)
        X = scenario.correlation.sample(rng, n, p)
        noise = np.sqrt(scenario.noise_variance) * rng.standard_normal(n)
        sets.append((_standardized(X), _standardized(X @ scenario.beta + noise)))
    return Regressions(np.array([X for X, _ in sets]), np.array([y for _, y in sets]))


def cells(spec: Mapping[str, Any], factor: str, strengths: Sequence[float]) -> Iterator[Cell]:
    """Yield the cells of an experiment: shape by correlation by strength.

    Parameters
    ----------
    spec : mapping
        ``shapes``, ``correlations``, ``density`` and ``snr``.
    factor : str
        What a penalty's strength is called.
    strengths : sequence of float
    """
    fixed = {"density": float(spec["density"]), "snr": float(spec["snr"])}
    for shape, structure, value in product(spec["shapes"], spec["correlations"], strengths):
        cell = {"shape": list(shape), "correlation": dict(structure), factor: float(value)}
        levels = {
            "n_samples": shape[0],
            "n_features": shape[1],
            "correlation": _label(structure),
            factor: float(value),
        }
        yield cell | fixed, levels


def _label(structure: Mapping[str, Any]) -> str:
    """Name a correlation structure in a few words."""
    kinds = {"ar1": "AR(1)", "blocks": f"blocks of {structure.get('size')}"}
    kind = kinds.get(structure["kind"], structure["kind"])
    return f"{kind}, {structure['rho']:g}" if "rho" in structure else kind


def rows(cell: Mapping[str, Any], levels: Mapping[str, Any], found: Found) -> pd.DataFrame:
    """Lay out a cell: ``cell_id, replicate, method``, its levels, and what was found.

    Parameters
    ----------
    cell, levels : mapping
        As from `cells`.
    found : dict
        By method, values (R,) by name; a method lacks those that do not apply to it.
    """
    tables = [pd.DataFrame(values).assign(method=name) for name, values in found.items()]
    about = {"cell_id": cell_id(cell), **levels}
    table = pd.concat(tables).rename_axis("replicate").reset_index().assign(**about)
    return table[["cell_id", "replicate", "method", *levels, *_names(found)]]


def _names(found: Found) -> list[str]:
    return list(dict.fromkeys(name for values in found.values() for name in values))


def marked(steps: int) -> list[int]:
    """Return where the curves of figures have their points: 1, 2, 5, 10, ... and `steps`."""
    round_ones = [digit * 10**k for k in range(len(str(steps))) for digit in (1, 2, 5)]
    return [step for step in round_ones if step < steps] + [steps]


def _standardized(values: Array) -> Array:
    centred = values - values.mean(axis=0)
    return np.asarray(centred / np.sqrt((centred**2).mean(axis=0)))


def lasso(data: Regressions, lambdas: Array) -> Array:
    """Return the exact lasso of each data set at its lambda, shape (R, p).

    Raises
    ------
    ArithmeticError
        If a fit has no certificate, or is not the only one.
    """
    return _solved(gaussian_path, data, lambdas)


def ridge(data: Regressions, lambdas: Array) -> Array:
    """Return the exact ridge of each data set at its lambda; shape and errors as of `lasso`."""
    return _solved(ridge_path, data, lambdas)


def _solved(solver: Any, data: Regressions, lambdas: Array) -> Array:
    found = []
    for X, y, lambda_ in zip(data.X, data.y, lambdas, strict=True):
        path: Path = solver(X, y, lambdas=[lambda_], standardize=False, fit_intercept=False)
        if not path.determined[0]:
            raise ArithmeticError(f"{solver.__name__}: no certified unique fit at {lambda_:g}")
        found.append(path.coefs[0])
    return np.array(found)


def equally_fitting(data: Regressions, coefs: Array) -> Array:
    """Return the lambdas (R,) at which ridge leaves the same residual sum of squares as `coefs`.

    Ridge's grows with lambda from that of least squares to that of the null model.

    Raises
    ------
    ValueError
        If `coefs` (R, p) fit no better than the null model, or as well as least squares.
    """
    targets = data.loss(coefs)
    return np.array([_equal_loss(X, y, t) for X, y, t in zip(data.X, data.y, targets, strict=True)])


def _equal_loss(X: Array, y: Array, target: float) -> float:
    left, singular, _ = np.linalg.svd(X, full_matrices=False)
    inside = (left.T @ y) ** 2 / (2 * len(y))
    spectrum = singular**2 / len(y)
    outside = max(float(y @ y) / (2 * len(y)) - float(inside.sum()), 0.0)

    def excess(log_lambda: float) -> float:
        shrunk = np.exp(log_lambda) / (spectrum + np.exp(log_lambda))
        return outside + float(inside @ shrunk**2) - target

    # At these ends ridge is least squares, or the null model, to rounding.
    top = float(np.log(spectrum.max()))
    return float(np.exp(brentq(excess, top - 35, top + 35, xtol=1e-12)))
