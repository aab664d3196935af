"""Correlation matrices Sigma of the columns of X, as things that know how to sample.

Each class is small: it can sample rows, give Sigma, and evaluate d'Sigma d for many d. Structure is
used where there is some, so that exact risk costs O(p) a fit. A new structure is one class and its
line in `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, ClassVar, Protocol

import numpy as np
import scipy
from numpy.typing import NDArray

from regclaims.vocabulary import Array

NEIGHBOURS = 5
"""Columns that count as one block where a design has no blocks of its own (AR(1), 3-factor)."""


class Correlation(Protocol):
    """What a correlation structure can do."""

    kind: ClassVar[str]

    def __hash__(self) -> int:
        """Equal structures are equal keys."""
        ...

    @property
    def block_size(self) -> int:
        """Columns in a block of correlated columns; 1 if there are none."""
        ...

    def n_blocks(self, n_features: int) -> int:
        """Count the whole blocks among `n_features` columns; they are the first ones."""
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

    kind: ClassVar[str] = "independent"
    block_size: ClassVar[int] = 1

    def n_blocks(self, n_features: int) -> int:
        """Every column is its own block."""
        return n_features

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
    kind: ClassVar[str] = "ar1"
    block_size: ClassVar[int] = NEIGHBOURS

    def n_blocks(self, n_features: int) -> int:
        """Runs of `NEIGHBOURS` columns count as blocks."""
        return n_features // NEIGHBOURS

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Run the autoregression over the columns."""
        z = rng.standard_normal((n_samples, n_features))
        z[:, 1:] *= np.sqrt(1 - self.rho**2)
        return self._carried(z)

    def quadratic(self, d: Array) -> Array:
        """Return |L'd|^2, with L the Cholesky factor that `sample` applies, in O(p)."""
        carried = self._carried(d[:, ::-1])[:, ::-1]
        weights = np.full(d.shape[1], 1 - self.rho**2)
        weights[0] = 1.0
        return np.asarray((carried**2) @ weights)

    def matrix(self, n_features: int) -> Array:
        """Return the Toeplitz matrix of rho^k."""
        return np.asarray(scipy.linalg.toeplitz(self.rho ** np.arange(n_features)))

    def _carried(self, z: Array) -> Array:
        """Add to each column rho times the result for the column before it."""
        # scipy.signal has such a filter, and takes longer to import than a job spends here.
        columns = np.array(z.T, order="C")
        for before, column in pairwise(columns):
            column += self.rho * before
        return np.ascontiguousarray(columns.T)


@dataclass(frozen=True)
class Blocks:
    """Correlation rho within blocks of `size` neighbouring columns, 0 between; the last is cut.

    With `count`, only the first `count` blocks are correlated and the columns behind them are
    independent (Zou and Hastie 2005, example 4). One block of all columns is equicorrelation.
    """

    rho: float
    size: int
    count: int | None = None
    kind: ClassVar[str] = "blocks"

    @property
    def block_size(self) -> int:
        """Columns in a block."""
        return self.size

    def n_blocks(self, n_features: int) -> int:
        """Count the whole blocks of correlated columns."""
        whole = n_features // self.size
        return whole if self.count is None else min(self.count, whole)

    def covered(self, n_features: int) -> int:
        """Count the columns that stand in blocks; those behind them are independent."""
        return n_features if self.count is None else min(n_features, self.count * self.size)

    def block_of(self, n_features: int) -> NDArray[np.int64]:
        """Number each column's block, (p,); an independent column is a block of its own."""
        columns, covered = np.arange(n_features), self.covered(n_features)
        return np.where(columns < covered, columns // self.size, columns + n_features)

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Mix one common factor a block with noise of each column's own."""
        X = rng.standard_normal((n_samples, n_features))
        covered = self.covered(n_features)
        common = rng.standard_normal((n_samples, -(-covered // self.size)))
        shared = np.repeat(common, self.size, axis=1)[:, :covered]
        X[:, :covered] = np.sqrt(self.rho) * shared + np.sqrt(1 - self.rho) * X[:, :covered]
        return X

    def quadratic(self, d: Array) -> Array:
        """Return |d|^2 + rho times, over blocks, (sum of d)^2 - |d|^2."""
        inside = d[:, : self.covered(d.shape[1])]
        sums = np.add.reduceat(inside, np.arange(0, inside.shape[1], self.size), axis=1)
        squares = np.einsum("kj,kj->k", inside, inside)
        outside = d[:, inside.shape[1] :]
        alone = np.einsum("kj,kj->k", outside, outside)
        return (1 - self.rho) * squares + self.rho * (sums**2).sum(axis=1) + alone

    def matrix(self, n_features: int) -> Array:
        """Return the block matrix."""
        block = self.block_of(n_features)
        sigma = np.where(block[:, None] == block[None, :], self.rho, 0.0)
        np.fill_diagonal(sigma, 1.0)
        return sigma


@dataclass(frozen=True)
class ThreeFactor:
    """Three common factors: Sigma_ij = rho u_i'u_j off the diagonal, with unit vectors u_j.

    The u_j are spread evenly over the sphere (a Fibonacci lattice: height 1 - (2j+1)/p, angle
    j pi (3 - sqrt 5)), so that correlations of every size from -rho to rho occur, and no column
    has a closest neighbour by its number.
    """

    rho: float
    kind: ClassVar[str] = "three-factor"
    block_size: ClassVar[int] = NEIGHBOURS

    def n_blocks(self, n_features: int) -> int:
        """Runs of `NEIGHBOURS` columns count as blocks."""
        return n_features // NEIGHBOURS

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Mix three factors by the loadings u_j with noise of each column's own."""
        own = rng.standard_normal((n_samples, n_features))
        factors = rng.standard_normal((n_samples, 3))
        return np.sqrt(self.rho) * factors @ _sphere(n_features).T + np.sqrt(1 - self.rho) * own

    def quadratic(self, d: Array) -> Array:
        """Return (1-rho) |d|^2 + rho |U'd|^2."""
        loaded = d @ _sphere(d.shape[1])
        own = np.einsum("kj,kj->k", d, d)
        return (1 - self.rho) * own + self.rho * np.einsum("kj,kj->k", loaded, loaded)

    def matrix(self, n_features: int) -> Array:
        """Return rho UU' with ones on the diagonal."""
        sphere = _sphere(n_features)
        sigma = self.rho * (sphere @ sphere.T)
        # A product of a matrix with its own transpose need not be symmetric to the last bit.
        sigma = (sigma + sigma.T) / 2
        np.fill_diagonal(sigma, 1.0)
        return sigma


@cache
def _sphere(n_features: int) -> Array:
    """Return unit vectors on a Fibonacci lattice of the sphere, (p, 3)."""
    j = np.arange(n_features)
    height = 1 - (2 * j + 1) / n_features
    angle = j * np.pi * (3 - np.sqrt(5))
    radius = np.sqrt(1 - height**2)
    sphere = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), height])
    sphere.setflags(write=False)
    return sphere


KINDS: dict[str, Callable[..., Correlation]] = {
    made.kind: made for made in (Independent, AR1, Blocks, ThreeFactor)
}
"""Structures by name; what they take beside it stands in the spec under the same names."""


def correlation(spec: Mapping[str, Any]) -> Correlation:
    """Build a correlation structure from plain data such as ``{"kind": "ar1", "rho": 0.7}``.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    kind, settings = spec["kind"], {name: spec[name] for name in spec if name != "kind"}
    if kind not in KINDS:
        raise ValueError(f"unknown correlation {kind!r}")
    return KINDS[kind](**settings)


def correlation_spec(structure: Correlation) -> dict[str, Any]:
    """Return the plain data that `correlation` makes the structure from."""
    settings = {name: value for name, value in vars(structure).items() if value is not None}
    return {"kind": structure.kind, **settings}


@cache
def within_block_correlation(structure: Correlation, n_features: int) -> float:
    """Mean |Sigma_ij| over pairs of columns of the same block; 0 where there are no blocks."""
    size = min(structure.block_size, n_features)
    if size < 2:
        return 0.0
    sigma = np.abs(structure.matrix(n_features))
    pairs = np.triu_indices(size, 1)
    starts = np.arange(max(1, structure.n_blocks(n_features))) * size
    return float(np.mean([sigma[start + pairs[0], start + pairs[1]] for start in starts]))


@cache
def condition_number(structure: Correlation, n_features: int) -> float:
    """Ratio of the largest to the smallest eigenvalue of Sigma."""
    eigenvalues = np.linalg.eigvalsh(structure.matrix(n_features))
    return float(eigenvalues[-1] / eigenvalues[0])
