"""Correlation matrices Sigma of the columns of X, as things that know how to sample.

Each class is small: it can sample rows, give Sigma, and evaluate d'Sigma d for many d. Structure is
used where there is some, so that exact risk costs O(p) a fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.linalg import toeplitz
from scipy.signal import lfilter

from regclaims.vocabulary import Array

NEIGHBOURS = 5
"""Columns that count as one block where a design has no blocks of its own (AR(1))."""


class Correlation(Protocol):
    """What a correlation structure can do."""

    @property
    def block_size(self) -> int:
        """Columns in a block of correlated columns; 1 if there are none."""
        ...

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Draw Gaussian rows with covariance Sigma, shape (n_samples, n_features)."""
        ...

    def quadratic(self, d: Array) -> Array:
        """Evaluate d'Sigma d for each row of `d` (k, p); returns (k,)."""
        ...

    def matrix(self, n_features: int) -> Array:
        """Return Sigma, shape (n_features, n_features)."""
        ...


@dataclass(frozen=True)
class Independent:
    """Sigma = I."""

    block_size: int = 1

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Draw independent standard normals."""
        return rng.standard_normal((n_samples, n_features))

    def quadratic(self, d: Array) -> Array:
        """Return |d|^2."""
        return np.einsum("kj,kj->k", d, d)

    def matrix(self, n_features: int) -> Array:
        """Return the identity."""
        return np.eye(n_features)


@dataclass(frozen=True)
class AR1:
    """Sigma_ij = rho^|i-j|: column j is rho times column j-1 plus fresh noise."""

    rho: float
    block_size: int = NEIGHBOURS

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Run the autoregression over the columns."""
        z = rng.standard_normal((n_samples, n_features))
        z[:, 1:] *= np.sqrt(1 - self.rho**2)
        return np.asarray(lfilter([1.0], [1.0, -self.rho], z, axis=1))

    def quadratic(self, d: Array) -> Array:
        """Return |L'd|^2, with L the Cholesky factor that `sample` applies, in O(p)."""
        carried = np.asarray(lfilter([1.0], [1.0, -self.rho], d[:, ::-1], axis=1))[:, ::-1]
        weights = np.full(d.shape[1], 1 - self.rho**2)
        weights[0] = 1.0
        return np.asarray((carried**2) @ weights)

    def matrix(self, n_features: int) -> Array:
        """Return the Toeplitz matrix of rho^k."""
        return np.asarray(toeplitz(self.rho ** np.arange(n_features)))


@dataclass(frozen=True)
class Blocks:
    """Correlation rho within blocks of `size` neighbouring columns, 0 between; the last is cut."""

    rho: float
    size: int

    @property
    def block_size(self) -> int:
        """Columns in a block."""
        return self.size

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Mix one common factor a block with noise of each column's own."""
        own = rng.standard_normal((n_samples, n_features))
        common = rng.standard_normal((n_samples, -(-n_features // self.size)))
        shared = np.repeat(common, self.size, axis=1)[:, :n_features]
        return np.sqrt(self.rho) * shared + np.sqrt(1 - self.rho) * own

    def quadratic(self, d: Array) -> Array:
        """Return (1-rho) |d|^2 + rho sum over blocks of (sum of d)^2."""
        starts = np.arange(0, d.shape[1], self.size)
        sums = np.add.reduceat(d, starts, axis=1)
        return (1 - self.rho) * np.einsum("kj,kj->k", d, d) + self.rho * (sums**2).sum(axis=1)

    def matrix(self, n_features: int) -> Array:
        """Return the block matrix."""
        block = np.arange(n_features) // self.size
        same = block[:, None] == block[None, :]
        return np.where(same, self.rho, 0.0) + (1 - self.rho) * np.eye(n_features)


def correlation(spec: Mapping[str, Any]) -> Correlation:
    """Build a correlation structure from plain data such as ``{"kind": "ar1", "rho": 0.7}``.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    match spec["kind"]:
        case "independent":
            return Independent()
        case "ar1":
            return AR1(spec["rho"])
        case "blocks":
            return Blocks(spec["rho"], spec["size"])
        case kind:
            raise ValueError(f"unknown correlation {kind!r}")


def within_block_correlation(structure: Correlation, n_features: int) -> float:
    """Mean |Sigma_ij| over pairs of columns of the same block; 0 where there are no blocks."""
    size = min(structure.block_size, n_features)
    if size < 2:
        return 0.0
    corner = np.abs(structure.matrix(size))
    return float(corner[np.triu_indices(size, 1)].mean())
