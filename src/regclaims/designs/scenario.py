"""A scenario: one cell of the population, from its spec to data (X, y), beta and Sigma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from regclaims.designs.correlation import (
    Correlation,
    correlation,
    within_block_correlation,
)
from regclaims.designs.signal import support
from regclaims.keys import cell_id, cell_key, generator
from regclaims.vocabulary import Array


@dataclass(frozen=True)
class Draw:
    """Training and validation rows of one replicate.

    Attributes
    ----------
    X, X_validation : (n_samples, n_features)
    y, y_validation : (n_samples,)
    """

    X: Array
    y: Array
    X_validation: Array
    y_validation: Array


@dataclass(frozen=True)
class Scenario:
    """A linear model y = X beta + noise with known beta, Sigma and sigma.

    The noise is Gaussian with variance sigma^2 = beta'Sigma beta / snr. This is the only place
    where the signal-to-noise ratio is defined (as in Hastie, Tibshirani and Tibshirani 2020).

    Parameters
    ----------
    spec : mapping
        ``n_samples``, ``n_features``, ``correlation`` (see `correlation`), ``n_relevant`` (s),
        ``placement`` (see `support`), ``snr``.
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
        """Structure of Sigma."""
        return correlation(self.spec["correlation"])

    @cached_property
    def beta(self) -> Array:
        """Coefficients, shape (n_features,): 1 on the support."""
        chosen = support(
            self.n_features,
            self.spec["n_relevant"],
            self.spec["placement"],
            self.correlation.block_size,
        )
        beta = np.zeros(self.n_features)
        beta[chosen] = 1.0
        return beta

    @cached_property
    def signal_variance(self) -> float:
        """beta'Sigma beta."""
        return float(self.correlation.quadratic(self.beta[None, :])[0])

    @property
    def noise_variance(self) -> float:
        """sigma^2."""
        return self.signal_variance / float(self.spec["snr"])

    def excess_risk(self, coefs: Array) -> Array:
        """Evaluate (b - beta)'Sigma(b - beta) for each row b of `coefs` (k, p); returns (k,).

        Exact: no test set is drawn. An intercept is not part of it, as the columns have mean 0.
        """
        return self.correlation.quadratic(coefs - self.beta)

    def draw(self, seed: int, replicate: int) -> Draw:
        """Draw the replicate with this number; the same numbers give the same data."""
        rng = generator(seed, "simulate", cell_key(self.spec), replicate)
        sets = []
        for _ in range(2):
            X = self.correlation.sample(rng, self.n_samples, self.n_features)
            noise = rng.standard_normal(self.n_samples)
            sets += [X, X @ self.beta + np.sqrt(self.noise_variance) * noise]
        return Draw(*sets)

    def describe(self) -> dict[str, Any]:
        """Return what the cell is, and its moderators, as a row of the population table."""
        eigenvalues = np.linalg.eigvalsh(self.correlation.matrix(self.n_features))
        structure = self.spec["correlation"]
        return {
            "cell_id": self.cell_id,
            "n_samples": self.n_samples,
            "n_features": self.n_features,
            "correlation": structure["kind"],
            "rho": structure.get("rho", 0.0),
            "block_size": self.correlation.block_size,
            "twins": structure["kind"] == "blocks" and structure["size"] == 2,
            "n_relevant": int(self.spec["n_relevant"]),
            "density": self.spec["n_relevant"] / self.n_features,
            "placement": self.spec["placement"],
            "snr": float(self.spec["snr"]),
            "n/p": self.n_samples / self.n_features,
            "within_rho": within_block_correlation(self.correlation, self.n_features),
            "condition_number": float(eigenvalues[-1] / eigenvalues[0]),
        }
