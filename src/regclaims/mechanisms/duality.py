"""Is a penalty the same problem as a ball? From lambda to radius and back, along whole paths.

The penalized fit is the certified solver's. Its norm is the radius of a ball, and `balls` finds the
best point in there without any lambda. The two must agree, and so must lambda and the multiplier of
the ball. From a radius of its own the way back goes over that ball's multiplier to a penalized fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from regclaims.designs import Scenario
from regclaims.keys import cell_id, cell_key, generator
from regclaims.mechanisms import balls
from regclaims.mechanisms.linear_draws import linear_draw
from regclaims.solvers import MAX_RESIDUAL, Path, gaussian_path, ridge_path
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STAGE = "duality"

LASSO, RIDGE = "lasso", "ridge"
METHODS = (LASSO, RIDGE)
METRICS = {
    "coef_deviation": "distance of the best point of the ball from the penalized fit whose norm is "
    "the radius, relative to that fit",
    "lambda_deviation": "relative distance of that point's multiplier from lambda",
    "return_deviation": "distance of the penalized fit at a smaller ball's multiplier from the "
    "best point of that ball, relative to that point",
    "radius": "norm of the penalized fit, per standard deviation of the response",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("n_samples", "n_features", "rho", "strength")

NORMS = {LASSO: 1, RIDGE: 2}


class DualitySpec(TypedDict):
    """The experiment as plain data.

    `shapes` are pairs (rows, columns); `rhos` AR(1) correlations; `strengths` are lambdas as shares
    of lambda_max for the lasso and of the largest eigenvalue of X'X/n for ridge; `density` is the
    share of relevant columns and `snr` the signal-to-noise ratio; `return_share` is that of the
    radius from which the way back starts.
    """

    shapes: Sequence[Sequence[int]]
    rhos: Sequence[float]
    strengths: Sequence[float]
    density: float
    snr: float
    return_share: float


class InBall(NamedTuple):
    """The best point of a ball: coefficients (p,), multiplier, and whether it is certified."""

    coef: Array
    multiplier: float
    sound: bool


@dataclass(frozen=True)
class Forms:
    """One data set's problem in both forms.

    Attributes
    ----------
    method : {"lasso", "ridge"}
    X : (n, p)
        Standardized.
    y : (n,)
        Centred.
    """

    method: str
    X: Array
    y: Array

    @property
    def scale(self) -> float:
        """The lambda whose shares are the strengths."""
        n = len(self.y)
        if self.method == LASSO:
            return float(np.abs(self.X.T @ self.y).max() / n)
        return float(np.linalg.norm(self.X, 2) ** 2 / n)

    def penalized(self, lambdas: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Fit with a penalty: coefficients (k, p), and whether each is certified and unique."""
        solve = gaussian_path if self.method == LASSO else ridge_path
        order = np.argsort(-lambdas)
        path: Path = solve(
            self.X, self.y, lambdas=lambdas[order], standardize=False, fit_intercept=False
        )
        back = np.argsort(order)
        return path.coefs[back], path.determined[back]

    def in_ball(self, radius: float) -> InBall:
        """Fit within a ball.

        At the optimum X'r/n is the multiplier times a subgradient of the L1 norm (lasso), or times
        the coefficients (ridge).
        """
        norm = NORMS[self.method]
        coef = (balls.l1_ball if norm == 1 else balls.l2_ball)(self.X, self.y, radius)
        correlation = self.X.T @ (self.y - self.X @ coef) / len(self.y)
        if norm == 1:
            multiplier = float(np.abs(correlation).max())
        else:
            multiplier = float(correlation @ coef / (coef @ coef))
        gap = balls.gap(self.X, self.y, coef, radius, norm)
        return InBall(coef, multiplier, gap <= MAX_RESIDUAL)


def compare(forms: Forms, lambdas: Array, return_share: float) -> list[dict[str, float]]:
    """Go from every lambda to its ball, and from a smaller ball to its lambda.

    Parameters
    ----------
    forms : Forms
    lambdas : (k,)
        Not so large that nothing is kept.
    return_share : float
        Radius of the smaller ball, as a share of the other's.

    Returns
    -------
    list of dict
        `METRICS` by lambda; NaN where a fit is not certified.
    """
    fits, sound = forms.penalized(lambdas)
    radii = [float(np.linalg.norm(fit, NORMS[forms.method])) for fit in fits]
    there = [forms.in_ball(radius) for radius in radii]
    smaller = [forms.in_ball(return_share * radius) for radius in radii]
    back, sound_back = forms.penalized(np.array([point.multiplier for point in smaller]))
    return [
        {
            "coef_deviation": _deviation(there[k].coef, fits[k], sound[k] and there[k].sound),
            "lambda_deviation": _deviation(
                there[k].multiplier, lambdas[k], sound[k] and there[k].sound
            ),
            "return_deviation": _deviation(
                back[k], smaller[k].coef, sound_back[k] and smaller[k].sound
            ),
            "radius": radii[k] / float(forms.y.std()),
        }
        for k in range(len(lambdas))
    ]


def _deviation(found: ArrayLike, wanted: ArrayLike, sound: bool) -> float:
    """Return a relative distance, undefined where a fit is not sound."""
    if not sound:
        return math.nan
    found, wanted = np.atleast_1d(found), np.atleast_1d(wanted)
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


@one_thread()
def run(spec: DualitySpec, seed: int, replicates: int) -> pd.DataFrame:
    """Compare penalties with balls.

    Parameters
    ----------
    spec : DualitySpec
    seed : int
        Seed of the study.
    replicates : int
        Data sets per shape and correlation, which all strengths share; more of them change no
        earlier one.

    Returns
    -------
    DataFrame
        One row per cell (shape x correlation x strength), replicate and method: ``cell_id``,
        ``replicate``, ``method``, ``n_samples``, ``n_features``, ``rho``, ``strength`` and
        `METRICS`.

    Raises
    ------
    ValueError
        If the spec is unsound.
    """
    strengths = sorted((float(strength) for strength in spec["strengths"]), reverse=True)
    rows: list[dict[str, Any]] = []
    for shape, rho in product(spec["shapes"], spec["rhos"]):
        scenario = _scenario(shape, float(rho), spec)
        levels = {"n_samples": shape[0], "n_features": shape[1], "rho": float(rho)}
        ids = {strength: cell_id({**scenario.spec, "strength": strength}) for strength in strengths}
        for replicate, method, forms in _data(scenario, seed, replicates):
            found = compare(forms, forms.scale * np.array(strengths), spec["return_share"])
            rows += [
                {"cell_id": ids[strength], "replicate": replicate, "method": method}
                | levels
                | {"strength": strength}
                | metrics
                for strength, metrics in zip(strengths, found, strict=True)
            ]
    return pd.DataFrame(rows)


def _scenario(shape: Sequence[int], rho: float, spec: DualitySpec) -> Scenario:
    n, p = shape
    correlation = {"kind": "ar1", "rho": rho} if rho else {"kind": "independent"}
    return Scenario(
        {
            "n_samples": n,
            "n_features": p,
            "correlation": correlation,
            "n_relevant": max(1, round(spec["density"] * p)),
            "placement": "spread",
            "profile": "gaussian",
            "signs": "random",
            "snr": spec["snr"],
        }
    )


def _data(scenario: Scenario, seed: int, replicates: int) -> Iterator[tuple[int, str, Forms]]:
    """Yield standardized data sets, each to both methods."""
    key = cell_key(scenario.spec)
    for replicate in range(replicates):
        X, y = linear_draw(scenario, generator(seed, STAGE, key, replicate))
        X, y = (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean()
        for method in METHODS:
            yield replicate, method, Forms(method, X, y)
