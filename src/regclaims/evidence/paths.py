"""Means over replicates at each lambda of a path, kept as running sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from regclaims.solvers import Path
from regclaims.vocabulary import Array


@dataclass
class _Sums:
    count: Array
    total: Array
    squares: Array


@dataclass
class PathMeans:
    """Running sums of metrics by place on the path.

    Grids are relative to each data set's own largest lambda, so the same place is the same share of
    it. A path that ended early adds nothing to the places it did not reach.
    """

    ratios: Array = field(default_factory=lambda: np.zeros(0))
    sums: dict[str, _Sums] = field(default_factory=dict)

    def add(self, path: Path, metrics: Mapping[str, Array]) -> None:
        """Add one replicate's path with its metrics, each (k,).

        Fits that failed, or whose zeros are one choice among others, add nothing.
        """
        good = path.determined.astype(float)
        if len(path) > len(self.ratios):
            self.ratios = path.lambdas / path.lambdas[0]
        for name, values in metrics.items():
            sums = self.sums.setdefault(name, _Sums(*(np.zeros(0) for _ in range(3))))
            for column, addend in (
                ("count", good),
                ("total", good * values),
                ("squares", good * values**2),
            ):
                setattr(sums, column, _added(getattr(sums, column), addend))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row per metric and place: mean, its Monte Carlo standard error, replicates."""
        for metric, sums in self.sums.items():
            for k, n in enumerate(sums.count):
                if n == 0:
                    continue
                mean = sums.total[k] / n
                spread = max(sums.squares[k] / n - mean**2, 0.0)
                yield {
                    "lambda_index": k,
                    "lambda_ratio": float(self.ratios[k]),
                    "metric": metric,
                    "mean": float(mean),
                    "mcse": float(np.sqrt(spread / (n - 1))) if n > 1 else float("nan"),
                    "replicates": int(n),
                }


def _added(sums: Array, values: Array) -> Array:
    """Add arrays of different lengths from their beginnings."""
    longer, shorter = (sums, values) if len(sums) >= len(values) else (values, sums)
    out = longer.copy()
    out[: len(shorter)] += shorter
    return out
