"""First-order methods on trial: each a short object that makes one iterate from the last.

They know a problem (`Penalized`) and where they stand (`Point`), on a batch of data sets at once.
Work is counted in passes: 2np multiply-adds, what the gradient of the squared loss takes from X. Of
coordinate descent a visit takes n, and n more if the coefficient moves. Operations on vectors of
length p are not counted, and zeros spare nobody a multiplication. The largest eigenvalue of X'X/n,
from which steps are taken, is given.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from regclaims.solvers.kernels.coordinate import sweep
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Penalized:
    """R problems: minimize b'Gb/2 - c'b + l1 |b|_1 + l2/2 |b|^2.

    Attributes
    ----------
    gram, linear : (R, p, p), (R, p)
        G and c.
    l1, l2 : (R, 1)
    lipschitz : (R, 1)
        Largest eigenvalue of G + l2 I.
    """

    gram: Array
    linear: Array
    l1: Array
    l2: Array
    lipschitz: Array

    def gradient(self, coef: Array) -> Array:
        """Return the gradient Gb - c + l2 b of the smooth part, shape (R, p)."""
        return (self.gram @ coef[:, :, None])[:, :, 0] - self.linear + self.l2 * coef


class Point(NamedTuple):
    """Where a method stands.

    Attributes
    ----------
    coef, gradient : (R, p)
        The gradient is that of the smooth part.
    gap : (R, 1)
        Objective above its minimum; only Polyak's step looks at it.
    k : int
        Steps made.
    """

    coef: Array
    gradient: Array
    gap: Array
    k: int


class Method(ABC):
    """An iteration; one with a memory is made anew for each run."""

    @abstractmethod
    def step(self, problem: Penalized, at: Point) -> tuple[Array, Array | float]:
        """Return the next coefficients (R, p), and the passes that they took."""


@dataclass(frozen=True)
class Subgradient(Method):
    """b - t (gradient + l1 sign b), with sign 0 = 0; gradient descent, where l1 is 0.

    Parameters
    ----------
    size : float
        t in units of 1 over the Lipschitz constant of the gradient.
    diminishing : bool
        Divide t by the root of the step's number.
    """

    size: float = 1.0
    diminishing: bool = False

    def step(self, problem: Penalized, at: Point) -> tuple[Array, float]:
        t = self.size / problem.lipschitz
        if self.diminishing:
            t = t / np.sqrt(at.k + 1)
        return at.coef - t * (at.gradient + problem.l1 * np.sign(at.coef)), 1.0


class PolyakSubgradient(Method):
    """The step that knows the minimum: t is the gap over the subgradient's square (Polyak 1969)."""

    def step(self, problem: Penalized, at: Point) -> tuple[Array, float]:
        slope = at.gradient + problem.l1 * np.sign(at.coef)
        square = (slope**2).sum(axis=1, keepdims=True)
        t = np.divide(at.gap, square, out=np.zeros_like(square), where=square > 0)
        return at.coef - t * slope, 1.0


@dataclass(frozen=True)
class LeastSubgradient(Method):
    """Like `Subgradient`, with the shortest subgradient at zero: it may leave a zero alone."""

    diminishing: bool = False

    def step(self, problem: Penalized, at: Point) -> tuple[Array, float]:
        t = 1 / problem.lipschitz
        if self.diminishing:
            t = t / np.sqrt(at.k + 1)
        at_zero = soft_threshold(at.gradient, problem.l1)
        slope = np.where(at.coef == 0, at_zero, at.gradient + problem.l1 * np.sign(at.coef))
        return at.coef - t * slope, 1.0


@dataclass(frozen=True)
class SmoothedGradient(Method):
    """Gradient descent on |b| rounded off within `width` of 0 (Huber's function)."""

    width: float

    def step(self, problem: Penalized, at: Point) -> tuple[Array, float]:
        slope = at.gradient + problem.l1 * np.clip(at.coef / self.width, -1, 1)
        return at.coef - slope / (problem.lipschitz + problem.l1 / self.width), 1.0


class ProximalGradient(Method):
    """ISTA: a gradient step, then the soft threshold (Daubechies, Defrise and De Mol 2004)."""

    def step(self, problem: Penalized, at: Point) -> tuple[Array, float]:
        moved = at.coef - at.gradient / problem.lipschitz
        return soft_threshold(moved, problem.l1 / problem.lipschitz), 1.0


@dataclass
class AcceleratedProximalGradient(Method):
    """FISTA (Beck and Teboulle 2009): the same step from an extrapolated point.

    The smooth part is quadratic, so the gradient there is extrapolated alike: still one pass.
    """

    _t: float = 1.0
    _before: tuple[Array, Array] | None = field(default=None, repr=False)

    def step(self, problem: Penalized, at: Point) -> tuple[Array, float]:
        coef, gradient = at.coef, at.gradient
        after = (1 + np.sqrt(1 + 4 * self._t**2)) / 2
        if self._before is not None:
            ahead = (self._t - 1) / after
            coef = coef + ahead * (coef - self._before[0])
            gradient = gradient + ahead * (gradient - self._before[1])
            self._t = after
        self._before = at.coef, at.gradient
        moved = coef - gradient / problem.lipschitz
        return soft_threshold(moved, problem.l1 / problem.lipschitz), 1.0


class CoordinateDescent(Method):
    """One sweep over the coordinates, each set to its minimizer (Friedman et al. 2010)."""

    def step(self, problem: Penalized, at: Point) -> tuple[Array, Array]:
        p = at.coef.shape[1]
        coef, downhill = at.coef.copy(), problem.l2 * at.coef - at.gradient
        moved = np.empty(len(coef))
        penalties = zip(problem.l1[:, 0], problem.l2[:, 0], strict=True)
        for r, (l1, l2) in enumerate(penalties):
            _, moved[r] = sweep(problem.gram[r], p, l1, l2, coef[r], downhill[r])
        return coef, (1 + moved / p) / 2


def soft_threshold(values: Array, threshold: Array) -> Array:
    """Move values towards 0 by `threshold`, and no further."""
    return np.asarray(np.sign(values) * np.maximum(np.abs(values) - threshold, 0.0))
