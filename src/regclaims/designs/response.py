"""From the linear predictor to y: a linear model with noise, or a logistic one.

Both measure the signal against a noise, and so share one signal-to-noise ratio: that of the latent
variable, if the response is a class. A response does not know what X is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Protocol

import numpy as np
import scipy

from regclaims.designs.noise import NOISES
from regclaims.vocabulary import Array

LOGISTIC_VARIANCE = np.pi**2 / 3
"""Variance of the standard logistic law, the error of the latent variable."""


class Response(Protocol):
    """What a response can do; `signal_variance` is b'Sigma b of the pattern of coefficients."""

    kind: ClassVar[str]

    def scale(self, signal_variance: float) -> float:
        """What the pattern of coefficients is multiplied by."""
        ...

    def noise_variance(self, signal_variance: float) -> float:
        """Variance of the noise, given that of the signal after scaling."""
        ...

    def intercept(self, signal_variance: float) -> float:
        """Intercept, given the signal's variance after scaling."""
        ...

    def draw(self, rng: np.random.Generator, predictor: Array, noise_variance: float) -> Array:
        """Draw y for linear predictors with the intercept in them, (n,)."""
        ...


@dataclass(frozen=True)
class Linear:
    """y = x'beta + sigma e, with sigma^2 = beta'Sigma beta / snr unless sigma is given.

    Parameters
    ----------
    noise : str
        Law of e, a key of `NOISES`.
    snr, sigma : float or None
        One of the two.
    """

    noise: str
    snr: float | None = None
    sigma: float | None = None
    kind: ClassVar[str] = "linear"

    def scale(self, signal_variance: float) -> float:
        """Coefficients stay as they are; the noise is fitted to them."""
        return 1.0

    def noise_variance(self, signal_variance: float) -> float:
        """sigma^2."""
        if self.sigma is not None:
            return self.sigma**2
        assert self.snr is not None
        return signal_variance / self.snr

    def intercept(self, signal_variance: float) -> float:
        """None."""
        return 0.0

    def draw(self, rng: np.random.Generator, predictor: Array, noise_variance: float) -> Array:
        """Add noise."""
        return predictor + np.sqrt(noise_variance) * NOISES[self.noise](rng, len(predictor))


@dataclass(frozen=True)
class Logistic:
    """P(y = 1 | x) = expit(b0 + x'beta).

    It is the sign of a latent variable b0 + x'beta + e with e logistic. Coefficients are scaled so
    that beta'Sigma beta = snr pi^2/3, and b0 is such that P(y = 1) = class_share.
    """

    snr: float
    class_share: float
    kind: ClassVar[str] = "logistic"

    def scale(self, signal_variance: float) -> float:
        """Fit coefficients to the noise, whose variance is fixed."""
        return float(np.sqrt(self.snr * LOGISTIC_VARIANCE / signal_variance))

    def noise_variance(self, signal_variance: float) -> float:
        """pi^2/3."""
        return LOGISTIC_VARIANCE

    def intercept(self, signal_variance: float) -> float:
        """b0."""
        return intercept_for(self.class_share, signal_variance)

    def draw(self, rng: np.random.Generator, predictor: Array, noise_variance: float) -> Array:
        """Draw classes, 0.0 or 1.0."""
        return (rng.random(len(predictor)) < scipy.special.expit(predictor)).astype(float)


def response(spec: Mapping[str, Any]) -> Response:
    """Build the response of a cell's spec.

    Raises
    ------
    ValueError
        If the response is unknown.
    """
    match spec["response"]:
        case "linear":
            return Linear(spec["noise"], spec.get("snr"), spec.get("sigma"))
        case "logistic":
            return Logistic(spec["snr"], spec["class_share"])
        case kind:
            raise ValueError(f"unknown response {kind!r}")


@cache
def intercept_for(class_share: float, signal_variance: float) -> float:
    """Find b0 with E expit(b0 + f) = class_share for f normal with mean 0 and this variance.

    Parameters
    ----------
    class_share : float
        In (0, 1).
    signal_variance : float
        Variance of f.

    Returns
    -------
    float

    Notes
    -----
    The expectation is a sum over equally spaced nodes, whose error falls exponentially in the
    spacing (Trefethen and Weideman 2014). The poles of expit, at distance pi/sd from the real line,
    limit it: the error is of the order of exp(-2 pi^2/(h sd)), below rounding with h = 0.02 up to
    an sd of 27. Gauss-Hermite nodes would need hundreds to get as far.
    """
    spread = np.sqrt(signal_variance)
    nodes = np.arange(-450, 451) * 0.02
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    bound = 40.0 * (1.0 + spread)
    return float(
        scipy.optimize.brentq(
            lambda b0: weights @ scipy.special.expit(b0 + spread * nodes) - class_share,
            -bound,
            bound,
            xtol=1e-13,
        )
    )
