"""Known coefficients on the columns of a real table: its correlations, and a truth to compare with.

The table is the population: rows are drawn from it with replacement, and risks are exact averages
over its rows. What is found holds for this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from regclaims.designs.scenario import Scenario
from regclaims.vocabulary import Array


@dataclass(frozen=True, eq=False)
class Rows:
    """The correlations of a table's columns, sampled by its rows.

    Parameters
    ----------
    Z : (N, p)
        Standardized columns.
    """

    Z: Array
    kind: ClassVar[str] = "rows"
    block_size: ClassVar[int] = 1

    @classmethod
    def of(cls, X: Array) -> Rows:
        """Standardize a table; a constant column becomes 0."""
        centred = X - X.mean(axis=0)
        sd = centred.std(axis=0)
        return cls(centred / np.where(sd > 0, sd, 1.0))

    def n_blocks(self, n_features: int) -> int:
        """Every column is its own block: which ones belong together is not known."""
        return n_features

    def sample(self, rng: np.random.Generator, n_samples: int, n_features: int) -> Array:
        """Draw rows of the table with replacement."""
        return self.Z[rng.integers(len(self.Z), size=n_samples)]

    def quadratic(self, d: Array) -> Array:
        """Return the mean of (z'd)^2 over the table's rows z."""
        return np.asarray(((d @ self.Z.T) ** 2).mean(axis=1))

    def matrix(self, n_features: int) -> Array:
        """Return Z'Z/N."""
        return np.asarray(self.Z.T @ self.Z / len(self.Z))


def known_beta_spec(
    dataset: str, n_samples: int, n_features: int, density: float, snr: float
) -> dict[str, Any]:
    """Write the spec of a cell: equal coefficients of random signs on spread columns.

    Parameters
    ----------
    dataset : str
        Name of the table.
    n_samples, n_features : int
        Its size; as many rows are drawn.
    density : float
        Share of the columns that are relevant; one at least.
    snr : float
    """
    return {
        "n_samples": n_samples,
        "n_features": n_features,
        "correlation": {"kind": Rows.kind, "dataset": dataset},
        "n_relevant": max(1, round(density * n_features)),
        "placement": "spread",
        "profile": "equal",
        "signs": "random",
        "snr": snr,
        "response": "linear",
        "noise": "gaussian",
        "scales": "unit",
    }


@dataclass(frozen=True)
class KnownBeta(Scenario):
    """A scenario whose columns are those of a real table.

    Parameters
    ----------
    spec : mapping
        As from `known_beta_spec`.
    rows : Rows
    """

    rows: Rows

    @cached_property
    def correlation(self) -> Rows:
        """Structure of the correlation matrix: the table's own."""
        return self.rows

    def describe(self) -> dict[str, Any]:
        """Return what the cell is, and its moderators, as a row of the population table.

        ``within_rho`` is the mean over columns of the largest |correlation| with another one.
        """
        sigma = np.abs(self.rows.matrix(self.n_features))
        np.fill_diagonal(sigma, 0.0)
        relevant, p = int(self.relevant.sum()), self.n_features
        return {
            "cell_id": self.cell_id,
            "dataset": self.spec["correlation"]["dataset"],
            "n_samples": self.n_samples,
            "n_features": p,
            "twins": False,
            "n_relevant": relevant,
            "density": relevant / p,
            "snr": float(self.spec["snr"]),
            "response": self.response,
            "n/p": self.n_samples / p,
            "within_rho": float(sigma.max(axis=0).mean()),
            "condition_number": self._condition(),
        }

    def _condition(self) -> float:
        singular = np.linalg.svd(self.rows.Z, compute_uv=False)
        smallest = singular[-1] if len(singular) == self.n_features else 0.0
        return float((singular[0] / smallest) ** 2) if smallest > 0 else np.inf
