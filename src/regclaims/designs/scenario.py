"""A scenario: one cell of the population, from its spec to data (X, y), beta and Sigma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regclaims.designs.correlation import (
    Correlation,
    condition_number,
    correlation,
    within_block_correlation,
)
from regclaims.designs.placement import in_order, support
from regclaims.designs.profile import PROFILES
from regclaims.designs.response import Response, response
from regclaims.designs.scales import SCALES
from regclaims.designs.signs import SIGNS
from regclaims.keys import cell_id, cell_key, generator
from regclaims.vocabulary import Array

DEFAULTS = {
    "profile": "equal",
    "signs": "plus",
    "noise": "gaussian",
    "scales": "unit",
    "response": "linear",
}
"""What a spec that is written by hand may leave out; specs of a study say everything."""

GIVEN = "given"
"""Placement, profile and signs of coefficients that a spec lists one by one."""


@dataclass(frozen=True)
class Draw:
    """Training and validation rows of one replicate.

    Attributes
    ----------
    X, X_validation : (n_samples, n_features)
    y, y_validation : (n_samples,)
        0.0 or 1.0 if the response is logistic.
    """

    X: Array
    y: Array
    X_validation: Array
    y_validation: Array


@dataclass(frozen=True)
class Scenario:
    """A linear or logistic model with known beta, Sigma and noise.

    The signal-to-noise ratio is beta'Sigma beta / sigma^2, as in Hastie, Tibshirani and Tibshirani
    (2020); where the response is logistic, sigma^2 is the variance pi^2/3 of the latent error. It
    is defined here and nowhere else; `response` says what is fitted to it.

    What is random about the truth (random signs, Gaussian magnitudes, scales) is drawn from the
    cell's own key, each from a stream of its own: a study with another seed draws other data of
    the same population, and one factor's level changes no other factor's draw.

    Parameters
    ----------
    spec : mapping
        ``n_samples``, ``n_features``, ``correlation`` (see `correlation`); ``scales``
        (`SCALES`); ``response`` (``linear`` or ``logistic``) with ``noise`` (`NOISES`) or
        ``class_share``; and either ``n_relevant`` (s), ``placement`` (`PLACEMENTS`), ``profile``
        (`PROFILES`), ``signs`` (`SIGNS`) and ``snr``, or ``coefficients`` (one per column, on
        columns of unit variance) and ``sigma``.
    """

    spec: Mapping[str, Any]

    @property
    def cell_id(self) -> str:
        """Key of the cell as 16 hexadecimal digits."""
        return cell_id(self.spec)

    @property
    def n_samples(self) -> int:
        """Training rows; as many again validate."""
        return int(self.spec["n_samples"])

    @property
    def n_features(self) -> int:
        """Columns of X."""
        return int(self.spec["n_features"])

    @cached_property
    def correlation(self) -> Correlation:
        """Structure of the correlation matrix."""
        return correlation(self.spec["correlation"])

    @cached_property
    def sd(self) -> Array:
        """Standard deviations of the columns, (n_features,)."""
        return SCALES[self._level("scales")](self.n_features, self._truth("scales"))

    @cached_property
    def unit_beta(self) -> Array:
        """Coefficients on columns of unit variance, (n_features,)."""
        pattern = self._pattern()
        return self._response.scale(self._variance(pattern)) * pattern

    @cached_property
    def beta(self) -> Array:
        """Coefficients, (n_features,)."""
        return self.unit_beta / self.sd

    @cached_property
    def relevant(self) -> NDArray[np.bool_]:
        """Which coefficients are not 0, (n_features,)."""
        return self.unit_beta != 0.0

    @cached_property
    def sigma(self) -> Array:
        """Correlation matrix of the columns, (n_features, n_features)."""
        return self.correlation.matrix(self.n_features)

    @cached_property
    def signal_variance(self) -> float:
        """beta'Sigma beta, with the covariance matrix Sigma of the columns."""
        return self._variance(self.unit_beta)

    @property
    def noise_variance(self) -> float:
        """sigma^2; pi^2/3 if the response is logistic."""
        return self._response.noise_variance(self.signal_variance)

    @cached_property
    def intercept(self) -> float:
        """b0; 0 unless the response is logistic."""
        return self._response.intercept(self.signal_variance)

    @property
    def response(self) -> str:
        """``linear`` or ``logistic``."""
        return self._response.kind

    def excess_risk(self, coefs: Array) -> Array:
        """Evaluate (b - beta)'Sigma(b - beta) for each row b of `coefs` (k, p); returns (k,).

        Exact: no test set is drawn. An intercept is not part of it, as the columns have mean 0.
        Where the response is logistic it is that of the linear predictor.
        """
        return self.correlation.quadratic((coefs - self.beta) * self.sd)

    def prediction_variance(self, coefs: Array) -> Array:
        """Evaluate b'Sigma b, the variance of x'b, for each row b of `coefs` (k, p)."""
        return self.correlation.quadratic(coefs * self.sd)

    def cross(self, coefs: Array) -> Array:
        """Evaluate b'Sigma beta, the covariance of x'b and x'beta, for each row b of `coefs`."""
        return coefs @ self._sigma_beta

    def draw(self, seed: int, replicate: int) -> Draw:
        """Draw the replicate with this number; the same numbers give the same data."""
        rng = generator(seed, "simulate", cell_key(self.spec), replicate)
        sets = []
        for _ in range(2):
            X = self.correlation.sample(rng, self.n_samples, self.n_features)
            predictor = self.intercept + X @ self.unit_beta
            sets += [X * self.sd, self._response.draw(rng, predictor, self.noise_variance)]
        return Draw(*sets)

    def describe(self) -> dict[str, Any]:
        """Return what the cell is, and its moderators, as a row of the population table."""
        structure = self.spec["correlation"]
        relevant, p = int(self.relevant.sum()), self.n_features
        linear = self.response == "linear"
        return {
            "cell_id": self.cell_id,
            "n_samples": self.n_samples,
            "n_features": p,
            "correlation": structure["kind"],
            "rho": structure.get("rho", 0.0),
            "block_size": self.correlation.block_size,
            "twins": structure["kind"] == "blocks" and structure["size"] == 2,
            "n_relevant": relevant,
            "density": relevant / p,
            "placement": self._level("placement"),
            "profile": self._level("profile"),
            "signs": self._level("signs"),
            "snr": float(self.spec.get("snr", self.signal_variance / self.noise_variance)),
            "noise": self._level("noise") if linear else "logistic",
            "scales": self._level("scales"),
            "response": self.response,
            "class_share": np.nan if linear else float(self.spec["class_share"]),
            "n/p": self.n_samples / p,
            "within_rho": within_block_correlation(self.correlation, p),
            "condition_number": condition_number(self.correlation, p),
            "irrepresentable": self._irrepresentable(),
        }

    @cached_property
    def _response(self) -> Response:
        return response(DEFAULTS | dict(self.spec))

    @cached_property
    def _sigma_beta(self) -> Array:
        return self.sd * (self.correlation.matrix(self.n_features) @ self.unit_beta)

    def _variance(self, coef: Array) -> float:
        return float(self.correlation.quadratic(coef[None, :])[0])

    def _level(self, factor: str) -> str:
        if "coefficients" in self.spec and factor in ("placement", "profile", "signs"):
            return GIVEN
        return str(self.spec.get(factor, DEFAULTS.get(factor)))

    def _truth(self, factor: str) -> np.random.Generator:
        return generator(0, f"truth-{factor}", cell_key(self.spec), 0)

    def _pattern(self) -> Array:
        """Return the coefficients before they are fitted to the noise."""
        if "coefficients" in self.spec:
            return np.array(self.spec["coefficients"], dtype=float)
        s, p = int(self.spec["n_relevant"]), self.n_features
        size, n_blocks = self.correlation.block_size, self.correlation.n_blocks(p)
        chosen = support(p, s, self.spec["placement"], size, n_blocks)
        magnitudes = PROFILES[self._level("profile")](s, p, self._truth("profile"))
        signs = SIGNS[self._level("signs")](len(magnitudes), self._truth("signs"))
        pattern = np.zeros(p)
        pattern[in_order(p, chosen)[: len(magnitudes)]] = magnitudes * signs
        return pattern

    def _irrepresentable(self) -> float:
        """Return max_j |Sigma_jS Sigma_SS^-1 sign(beta_S)| over irrelevant j; NaN if there is none.

        Below 1 the lasso can find the support S as n grows (Zhao and Yu 2006). Of correlations:
        scales are standardized away.
        """
        if self.relevant.all():
            return np.nan
        sigma = self.correlation.matrix(self.n_features)
        inside = sigma[np.ix_(self.relevant, self.relevant)]
        weights = np.linalg.solve(inside, np.sign(self.unit_beta[self.relevant]))
        across = sigma[np.ix_(~self.relevant, self.relevant)]
        return float(np.abs(across @ weights).max())
