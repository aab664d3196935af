"""Scalar penalties, with and without a kink at zero.

The problem throughout is separable and unconstrained: for one OLS coefficient ``z`` of an
orthonormal design with unit noise, minimise ``(b - z)**2 / 2 + P(|b|)``. A kinked penalty brings
its global minimiser in closed form; smooth ones are minimised in `regclaims.mechanisms.scalar`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Limits = dict[str, tuple[float, float]]


class Penalty(ABC):
    """A penalty ``P(t)`` of the magnitude ``t = |b|``, in units of the noise variance.

    Attributes
    ----------
    family : str
        What the penalty is called, whatever its parameters.
    kinked : bool
        Whether ``P'(0+) > 0``, so that ``P(|b|)`` has no derivative at zero.
    limits : dict
        The open interval in which each parameter must lie.
    """

    family: ClassVar[str]
    kinked: ClassVar[bool] = False
    limits: ClassVar[Limits] = {"lam": (0, math.inf)}

    def __post_init__(self) -> None:
        for field, (low, high) in self.limits.items():
            if not low < getattr(self, field) < high:
                raise ValueError(f"{self.family}: {field} must lie in ({low:g}, {high:g})")

    @property
    def name(self) -> str:
        """Name with the shape parameters, without the strength."""
        shape = [_spelt(value) for field, value in vars(self).items() if field != "lam"]
        return "-".join([self.family, *shape])

    @property
    def monotone_below(self) -> float:
        """``t + P'(t)`` increases up to here; infinite where every ``z`` has a single minimum."""
        return math.inf

    @abstractmethod
    def value(self, t: FloatArray) -> FloatArray:
        """Return ``P(t)`` for magnitudes ``t >= 0``; same shape as ``t``."""

    @abstractmethod
    def derivative(self, t: FloatArray) -> FloatArray:
        """Return ``P'(t)`` for magnitudes ``t > 0``; same shape as ``t``."""


class KinkedPenalty(Penalty):
    """A penalty whose minimiser is zero exactly when ``|z| <= threshold``."""

    kinked = True
    lam: float

    @property
    def threshold(self) -> float:
        """Largest ``|z|`` whose minimiser is zero (a tie goes to zero)."""
        return self.lam

    @abstractmethod
    def _shrink(self, size: FloatArray) -> FloatArray:
        """Return the minimisers of magnitudes ``size > threshold``."""

    def prox(self, z: FloatArray) -> FloatArray:
        """Return the global minimiser of ``(b - z)**2 / 2 + P(|b|)`` in closed form.

        Parameters
        ----------
        z : ndarray, any shape
            OLS coefficients, in units of their standard error.

        Returns
        -------
        ndarray
            Minimisers, same shape and units.
        """
        z = np.asarray(z, dtype=np.float64)
        b = np.zeros_like(z)
        kept = np.abs(z) > self.threshold
        b[kept] = np.copysign(self._shrink(np.abs(z[kept])), z[kept])
        return b


@dataclass(frozen=True)
class L1(KinkedPenalty):
    """``lam * t``: soft thresholding (Donoho and Johnstone 1994)."""

    lam: float

    family: ClassVar[str] = "l1"

    def value(self, t: FloatArray) -> FloatArray:
        return self.lam * t

    def derivative(self, t: FloatArray) -> FloatArray:
        return np.full_like(t, self.lam)

    def _shrink(self, size: FloatArray) -> FloatArray:
        return size - self.lam


@dataclass(frozen=True)
class HalfPower(KinkedPenalty):
    """``lam * sqrt(t)``: infinitely steep at zero, and not convex.

    The closed form is half thresholding (Xu, Chang, Xu and Zhang 2012, theorem 1), whose problem
    is twice ours, so their ``lambda`` is ``2 * lam``.
    """

    lam: float

    family: ClassVar[str] = "power-0.5"

    @property
    def monotone_below(self) -> float:
        return 0.0

    @property
    def threshold(self) -> float:
        # Their 54**(1/3) / 4 * (2 * lam)**(2/3); there zero and lam**(2/3) tie.
        return float(1.5 * self.lam ** (2 / 3))

    def value(self, t: FloatArray) -> FloatArray:
        return self.lam * np.sqrt(t)

    def derivative(self, t: FloatArray) -> FloatArray:
        return self.lam / (2 * np.sqrt(t))

    def _shrink(self, size: FloatArray) -> FloatArray:
        angle = np.arccos(self.lam / 4 * (size / 3) ** -1.5)
        shrunk: FloatArray = 2 / 3 * size * (1 + np.cos(2 * (np.pi - angle) / 3))
        return shrunk


@dataclass(frozen=True)
class SmoothPower(Penalty):
    """``lam * t**q``, ``q > 1``: flat at zero, however close ``q`` is to 1."""

    q: float
    lam: float

    family: ClassVar[str] = "power"
    limits: ClassVar[Limits] = {"q": (1, math.inf), "lam": (0, math.inf)}

    def value(self, t: FloatArray) -> FloatArray:
        return self.lam * t**self.q

    def derivative(self, t: FloatArray) -> FloatArray:
        return self.q * self.lam * t ** (self.q - 1)


@dataclass(frozen=True)
class ElasticNet(KinkedPenalty):
    """``lam * (l1_ratio * t + (1 - l1_ratio) / 2 * t**2)`` (Zou and Hastie 2005, naive form)."""

    lam: float
    l1_ratio: float = 0.5

    family: ClassVar[str] = "elastic-net"
    limits: ClassVar[Limits] = {"lam": (0, math.inf), "l1_ratio": (0, 1)}

    @property
    def threshold(self) -> float:
        return self.lam * self.l1_ratio

    @property
    def _l2(self) -> float:
        return self.lam * (1 - self.l1_ratio)

    def value(self, t: FloatArray) -> FloatArray:
        return self.threshold * t + self._l2 / 2 * t**2

    def derivative(self, t: FloatArray) -> FloatArray:
        return self.threshold + self._l2 * t

    def _shrink(self, size: FloatArray) -> FloatArray:
        return (size - self.threshold) / (1 + self._l2)


@dataclass(frozen=True)
class MCP(KinkedPenalty):
    """Minimax concave penalty; its minimiser is firm thresholding (Zhang 2010, section 2)."""

    lam: float
    gamma: float = 3.0

    family: ClassVar[str] = "mcp"
    limits: ClassVar[Limits] = {"lam": (0, math.inf), "gamma": (1, math.inf)}

    def value(self, t: FloatArray) -> FloatArray:
        s = np.minimum(t, self.gamma * self.lam)
        return self.lam * s - s**2 / (2 * self.gamma)

    def derivative(self, t: FloatArray) -> FloatArray:
        return np.maximum(self.lam - t / self.gamma, 0.0)

    def _shrink(self, size: FloatArray) -> FloatArray:
        firm = (size - self.lam) / (1 - 1 / self.gamma)
        return np.where(size <= self.gamma * self.lam, firm, size)


@dataclass(frozen=True)
class SCAD(KinkedPenalty):
    """Smoothly clipped absolute deviation (Fan and Li 2001, equations 2.7 and 2.8)."""

    lam: float
    a: float = 3.7

    family: ClassVar[str] = "scad"
    limits: ClassVar[Limits] = {"lam": (0, math.inf), "a": (2, math.inf)}

    def value(self, t: FloatArray) -> FloatArray:
        lam, a = self.lam, self.a
        s = np.minimum(t, a * lam)
        bend = (2 * a * lam * s - s**2 - lam**2) / (2 * (a - 1))
        return np.where(s <= lam, lam * s, bend)

    def derivative(self, t: FloatArray) -> FloatArray:
        bend = np.maximum(self.a * self.lam - t, 0.0) / (self.a - 1)
        return np.minimum(self.lam, bend)

    def _shrink(self, size: FloatArray) -> FloatArray:
        lam, a = self.lam, self.a
        bend = ((a - 1) * size - a * lam) / (a - 2)
        return np.where(size <= 2 * lam, size - lam, np.where(size <= a * lam, bend, size))


@dataclass(frozen=True)
class HuberizedL1(Penalty):
    """``lam * t``, but a parabola below ``width``: L1 with its tip rounded (Huber 1964)."""

    lam: float
    width: float

    family: ClassVar[str] = "huberized-l1"
    limits: ClassVar[Limits] = {"lam": (0, math.inf), "width": (0, math.inf)}

    def value(self, t: FloatArray) -> FloatArray:
        s = np.minimum(t, self.width)
        return self.lam * (s**2 / (2 * self.width) + (t - s))

    def derivative(self, t: FloatArray) -> FloatArray:
        return self.lam * np.minimum(t / self.width, 1.0)


@dataclass(frozen=True)
class ReverseHuber(KinkedPenalty):
    """A parabola, but straight below ``knee``: L2 whose slope stops falling there (Owen 2007).

    ``lam * t`` up to the knee, ``lam * (t**2 + knee**2) / (2 * knee)`` beyond.
    """

    lam: float
    knee: float

    family: ClassVar[str] = "reverse-huber"
    limits: ClassVar[Limits] = {"lam": (0, math.inf), "knee": (0, math.inf)}

    def value(self, t: FloatArray) -> FloatArray:
        bend = (t**2 + self.knee**2) / (2 * self.knee)
        return self.lam * np.where(t <= self.knee, t, bend)

    def derivative(self, t: FloatArray) -> FloatArray:
        return self.lam * np.maximum(t / self.knee, 1.0)

    def _shrink(self, size: FloatArray) -> FloatArray:
        return np.minimum(size - self.lam, size / (1 + self.lam / self.knee))


@dataclass(frozen=True)
class Rounded(Penalty):
    """``P(sqrt(t**2 + width**2)) - P(width)``: a kinked penalty with only its kink taken off.

    Away from zero it differs from ``P`` by at most the constant ``P(width)``; a quadratic part of
    ``P`` is left as it is.
    """

    of: KinkedPenalty
    width: float

    family: ClassVar[str] = "rounded"
    limits: ClassVar[Limits] = {"width": (0, math.inf)}

    @property
    def monotone_below(self) -> float:
        # Rounding damps the old curvature and adds P'(s) * width**2 / s**3 >= 0. For powers t**q
        # the two sum to something proportional to width**2 + (q - 1) * t**2.
        return max(self.of.monotone_below, self.width)

    def value(self, t: FloatArray) -> FloatArray:
        return self.of.value(self._radius(t)) - self.of.value(np.full(1, self.width))

    def derivative(self, t: FloatArray) -> FloatArray:
        s = self._radius(t)
        return self.of.derivative(s) * (t / s)

    def _radius(self, t: FloatArray) -> FloatArray:
        return np.sqrt(t**2 + self.width**2)


def _spelt(value: object) -> str:
    return value.name if isinstance(value, Penalty) else f"{value:g}"
