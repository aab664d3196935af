"""Weight decay: optimizers that shrink the weights at each step, against closed-form ridge.

Gradient descent that multiplies the weights by 1 - step * lambda before each step takes the very
steps of gradient descent on ridge's objective. An optimizer that rescales gradients, like Adam
(Kingma and Ba 2015), does not: there the penalty can be in the gradient, or the decay beside it
(Loshchilov and Hutter 2019), and these are two methods. Full gradients, no intercept, start at 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from regclaims.mechanisms import regressions
from regclaims.mechanisms.regressions import Regressions, cells, draw, rows
from regclaims.solvers.threads import one_thread
from regclaims.vocabulary import Array

STAGE = "weight-decay"

METRICS = {
    "deviation": "distance from closed-form ridge, relative to its norm",
    "training_excess": "training loss above the least possible, as a share of the null model's",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("n_samples", "n_features", "correlation", "strength")


class WeightDecaySpec(TypedDict):
    """The experiment as plain data: see `config.mechanisms.weight_decay.WeightDecay`."""

    shapes: Sequence[Sequence[int]]
    correlations: Sequence[Mapping[str, Any]]
    strengths: Sequence[float]
    density: float
    snr: float
    steps: int
    adam_step: float


class Optimizer(ABC):
    """An update of the weights (R, p) from the gradient of the loss alone, without a penalty."""

    @abstractmethod
    def step(self, coef: Array, gradient: Array, k: int) -> Array:
        """Return the weights after step k, from 0."""


@dataclass(frozen=True)
class DecayedGradient(Optimizer):
    """Shrink the weights by 1 - size * strength, then take a gradient step.

    Parameters
    ----------
    size : (R, 1)
        Length of a step.
    strength : (R, 1)
        lambda.
    """

    size: Array
    strength: Array

    def step(self, coef: Array, gradient: Array, k: int) -> Array:
        return (1 - self.size * self.strength) * coef - self.size * gradient


@dataclass
class Adam(Optimizer):
    """Adam with a step that falls to 0 along a cosine.

    Parameters
    ----------
    size : float
        The first step's length.
    steps : int
        After which the length is 0.
    strength : (R, 1)
        lambda.
    decoupled : bool
        Shrink the weights beside the rescaled gradient, not by a penalty's gradient inside it.
    """

    size: float
    steps: int
    strength: Array
    decoupled: bool
    _mean: Array | float = field(default=0.0, repr=False)
    _square: Array | float = field(default=0.0, repr=False)

    BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8

    def step(self, coef: Array, gradient: Array, k: int) -> Array:
        if not self.decoupled:
            gradient = gradient + self.strength * coef
        self._mean = self.BETA1 * self._mean + (1 - self.BETA1) * gradient
        self._square = self.BETA2 * self._square + (1 - self.BETA2) * gradient**2
        mean = self._mean / (1 - self.BETA1 ** (k + 1))
        root = np.sqrt(self._square / (1 - self.BETA2 ** (k + 1)))
        size = self.size * (1 + np.cos(np.pi * k / self.steps)) / 2
        decay = self.strength * coef if self.decoupled else 0.0
        return np.asarray(coef - size * (mean / (root + self.EPSILON) + decay))


Makers = dict[str, Callable[[Array, Array, WeightDecaySpec], Optimizer]]

OPTIMIZERS: Makers = {
    "gradient-descent": lambda top, strength, spec: DecayedGradient(1 / (top + strength), strength),
    "adam-l2": lambda top, strength, spec: Adam(
        spec["adam_step"], spec["steps"], strength, decoupled=False
    ),
    "adam-decoupled": lambda top, strength, spec: Adam(
        spec["adam_step"], spec["steps"], strength, decoupled=True
    ),
}
"""From the largest eigenvalue of X'X/n (R, 1) and lambda (R, 1)."""

CLOSED_FORM = "closed-form"
METHODS = (*OPTIMIZERS, CLOSED_FORM)


def run(spec: WeightDecaySpec, seed: int, replicates: int) -> pd.DataFrame:
    """Train with decay, and compare with ridge.

    Parameters
    ----------
    spec : WeightDecaySpec
        `strengths` are lambdas as shares of the largest eigenvalue of X'X/n.
    seed : int
        Seed of the study.
    replicates : int
        Data sets per cell; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell, replicate and method: ``cell_id, replicate, method``, the levels
        ``n_samples, n_features, correlation, strength``, the `METRICS`, and ``deviation_at_<k>``
        after k steps.

    Raises
    ------
    ArithmeticError
        If ridge has no certificate.
    """
    tables = []
    with one_thread():
        for cell, levels in cells(spec, "strength", spec["strengths"]):
            data = draw(cell, STAGE, seed, replicates)
            tables.append(rows(cell, levels, _train_all(data, cell["strength"], spec)))
    return pd.concat(tables, ignore_index=True)


def _train_all(
    data: Regressions, share: float, spec: WeightDecaySpec
) -> dict[str, dict[str, Array]]:
    """Return the metrics of each method, (R,) each."""
    top = data.eigenvalues[:, -1:]
    strength = share * top
    ridge = regressions.ridge(data, strength[:, 0])
    marked = regressions.marked(spec["steps"])
    found = {}
    for name, make in OPTIMIZERS.items():
        coefs = _train(make(top, strength, spec), data, marked)
        found[name] = _measured(data, coefs, ridge, marked)
    found[CLOSED_FORM] = _measured(data, [ridge] * len(marked), ridge, marked)
    return found


def _train(optimizer: Optimizer, data: Regressions, marked: Sequence[int]) -> list[Array]:
    """Return the weights (R, p) after each of these numbers of steps."""
    coef, kept = np.zeros_like(data.linear), []
    for k in range(marked[-1]):
        gradient = (data.gram @ coef[:, :, None])[:, :, 0] - data.linear
        coef = optimizer.step(coef, gradient, k)
        if k + 1 in marked:
            kept.append(coef)
    return kept


def _measured(
    data: Regressions, coefs: Sequence[Array], ridge: Array, marked: Sequence[int]
) -> dict[str, Array]:
    deviations = [_distance(coef, ridge) for coef in coefs]
    least = data.least_loss
    null = data.loss(np.zeros_like(ridge))
    return {
        "deviation": deviations[-1],
        "training_excess": (data.loss(coefs[-1]) - least) / (null - least),
        **{f"deviation_at_{k}": d for k, d in zip(marked, deviations, strict=True)},
    }


def _distance(coef: Array, ridge: Array) -> Array:
    norm = np.linalg.norm(ridge, axis=1)
    return np.asarray(np.linalg.norm(coef - ridge, axis=1) / norm)
