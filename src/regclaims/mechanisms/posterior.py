"""Posteriors of a linear model with known noise: their modes, and draws from them.

The log posterior is ``linear'b - b'gram b/2 + sum_j log prior(b_j)`` and a constant, with ``gram =
X'X/sigma^2`` and ``linear = X'y/sigma^2``. Arrays carry several data sets, R, first; what is found
for one does not depend on the others.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_ndtr

from regclaims.vocabulary import Array

EPS = float(np.finfo(float).eps)

STILL = 1e-12
"""A sweep that moves no coefficient by more than this share of the largest is the last."""

MAX_SWEEPS, MAX_STEPS = 20_000, 200


class Prior(ABC):
    """A symmetric prior of one coefficient whose log density is concave, with its peak at 0."""

    @property
    @abstractmethod
    def slope_at_zero(self) -> float:
        """Slope of the log density at 0, from the right; from the left it is the opposite."""

    @abstractmethod
    def slope(self, t: Array) -> Array:
        """Return the slope of the log density at ``t > 0``."""


@dataclass(frozen=True)
class Laplace(Prior):
    """Density ``exp(-|b|/scale) / (2 scale)``, of variance ``2 scale^2``."""

    scale: float

    @property
    def slope_at_zero(self) -> float:
        return -1 / self.scale

    def slope(self, t: Array) -> Array:
        return np.full_like(t, -1 / self.scale)


@dataclass(frozen=True)
class Normal(Prior):
    """Normal with mean 0."""

    sd: float

    @property
    def slope_at_zero(self) -> float:
        return 0.0

    def slope(self, t: Array) -> Array:
        return -t / self.sd**2


@dataclass(frozen=True)
class RoundedLaplace(Prior):
    """Density proportional to ``exp(-sqrt(b^2 + width^2)/scale)``: Laplace, but for its tip.

    Barndorff-Nielsen's hyperbolic distribution, symmetric about 0.
    """

    scale: float
    width: float

    @property
    def slope_at_zero(self) -> float:
        return 0.0

    def slope(self, t: Array) -> Array:
        return -t / (self.scale * np.hypot(t, self.width))


def mode(gram: Array, linear: Array, prior: Prior) -> Array:
    """Maximize the log posterior, coordinate by coordinate.

    Along one coordinate a concave log posterior has its peak where its slope turns from positive to
    negative: at 0, if it does so between the two one-sided slopes there. A sum of a smooth concave
    function and one of each coordinate has no other place where this ends (Tseng 2001).

    Parameters
    ----------
    gram : (R, p, p)
        Positive definite.
    linear : (R, p)
    prior : Prior

    Returns
    -------
    (R, p)

    Raises
    ------
    ArithmeticError
        If the sweeps do not come to an end.
    """
    b = np.zeros_like(linear)
    moving = np.arange(len(b))
    for _ in range(MAX_SWEEPS):
        G, c, found = gram[moving], linear[moving], b[moving]
        for j in range(b.shape[1]):
            rest = c[:, j] - np.einsum("rk,rk->r", G[:, j], found) + G[:, j, j] * found[:, j]
            found[:, j] = _peak(rest, G[:, j, j], prior)
        moved = np.abs(found - b[moving]).max(axis=1)
        b[moving] = found
        moving = moving[moved > STILL * np.abs(found).max(axis=1)]
        if not len(moving):
            return b
    raise ArithmeticError(f"no mode of the posterior after {MAX_SWEEPS} sweeps")


def _peak(linear: Array, square: Array, prior: Prior) -> Array:
    """Maximize ``linear b - square b^2/2 + log prior(b)`` for each of (R,) coordinates."""
    b, size = np.zeros_like(linear), np.abs(linear)
    off = size + prior.slope_at_zero > 0
    size, square = size[off], square[off]

    def slope(t: Array) -> Array:
        return size - square * t + prior.slope(t)

    # The prior pulls towards 0, so the peak lies before the likelihood's.
    top = size / square
    ends = size + prior.slope_at_zero, prior.slope(top)
    b[off] = np.copysign(_falling_root(slope, top, ends, 8 * EPS * size), linear[off])
    return b


def _falling_root(
    function: Callable[[Array], Array], top: Array, ends: tuple[Array, Array], accuracy: Array
) -> Array:
    """Find where decreasing functions are 0 between 0 and `top`, by the Illinois method.

    `ends` are their values there; `accuracy` is how near to 0 is 0.
    """
    low, high = np.zeros_like(top), top.copy()
    above, below = ends[0].copy(), ends[1].copy()
    root, found = np.zeros_like(top), np.zeros(top.shape, dtype=bool)
    side = np.zeros(top.shape)
    for _ in range(MAX_STEPS):
        middle = high - below * (high - low) / (below - above)
        value = function(middle)
        root = np.where(found, root, middle)
        found |= np.abs(value) <= accuracy
        if found.all():
            return root
        right = value > 0
        # An end that stays a second time counts half, or it might stay for ever.
        stays = np.where(np.sign(value) == side, 0.5, 1.0)
        below, above = np.where(right, below * stays, value), np.where(right, value, above * stays)
        low, high = np.where(right, middle, low), np.where(right, high, middle)
        side = np.sign(value)
    raise ArithmeticError(f"no root after {MAX_STEPS} steps")


@dataclass(frozen=True)
class Noise:
    """What K steps of a chain are made of, drawn beforehand: (R, K, p) each."""

    normal: Array
    mixing: Array
    uniform: Array

    @classmethod
    def draw(cls, rng: np.random.Generator, steps: int, p: int) -> tuple[Array, Array, Array]:
        """Draw for one data set, (K, p) each."""
        shape = (steps, p)
        return rng.standard_normal(shape), rng.standard_normal(shape), rng.random(shape)


def laplace_draws(gram: Array, linear: Array, scale: float, noise: Noise) -> Array:
    """Draw from the posterior under a Laplace prior, by the Gibbs sampler of the Bayesian lasso.

    A Laplace coefficient is normal with a variance that is exponential. So given the variances the
    coefficients are normal, and given these 1/variance is inverse Gaussian with mean 1/(scale |b|)
    and shape 1/scale^2 (Park and Casella 2008, section 2, with sigma and scale known).

    Parameters
    ----------
    gram, linear : (R, p, p), (R, p)
    scale : float
        Of the prior.
    noise : Noise

    Returns
    -------
    (R, K, p)
        The chain, from a normal prior of the same variance on.
    """
    draws = np.empty_like(noise.normal)
    precision = np.full_like(linear, 1 / (2 * scale**2))
    for k in range(draws.shape[1]):
        b = normal_draw(gram, linear, precision, noise.normal[:, k])
        draws[:, k] = b
        precision = _inverse_gaussian(
            1 / (scale * np.abs(b)), 1 / scale**2, noise.mixing[:, k], noise.uniform[:, k]
        )
    return draws


def normal_draw(gram: Array, linear: Array, precision: Array, noise: Array) -> Array:
    """Draw from the posterior under independent normal priors of these precisions, all (R, p)."""
    total = gram + precision[:, :, None] * np.eye(linear.shape[1])
    factor = np.linalg.cholesky(total)
    half = np.linalg.solve(factor, linear[..., None]) + noise[..., None]
    return np.asarray(np.linalg.solve(factor.transpose(0, 2, 1), half)[..., 0])


def _inverse_gaussian(mean: Array, shape: float, normal: Array, uniform: Array) -> Array:
    """Turn normals and uniforms into inverse Gaussians (Michael, Schucany and Haas 1976).

    They solve a quadratic whose roots multiply to mean^2; written by the ratio of the larger root
    to the mean, nothing cancels.
    """
    spread = mean * normal**2 / shape
    ratio = 1 + spread / 2 + np.sqrt(spread) * np.sqrt(1 + spread / 4)
    return np.where(uniform * (1 + ratio) <= ratio, mean / ratio, mean * ratio)


def laplace_mean(z: Array, variance: float, scale: float) -> Array:
    """Return the posterior mean of one coefficient under a Laplace prior, in closed form.

    Parameters
    ----------
    z : (R,)
        Its least-squares estimate, normal about the coefficient.
    variance : float
        Of that estimate.
    scale : float
        Of the prior.

    Returns
    -------
    (R,)
        On each side of 0 the posterior is a normal that is cut off there, with its mean moved by
        variance/scale towards 0 (Hans 2009).
    """
    sd, moved = math.sqrt(variance), variance / scale
    right, left = (z - moved) / sd, -(z + moved) / sd
    log_right, log_left = log_ndtr(right) - z / scale, log_ndtr(left) + z / scale
    share = expit(log_right - log_left)
    mean_right = z - moved + sd * _hazard(right)
    mean_left = z + moved - sd * _hazard(left)
    return np.asarray(share * mean_right + (1 - share) * mean_left)


def _hazard(at: Array) -> Array:
    """Return the normal density over its distribution function."""
    return np.asarray(np.exp(-(at**2) / 2 - log_ndtr(at)) / math.sqrt(2 * math.pi))
