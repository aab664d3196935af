"""Shards: cells of one shape with all their replicates, drawn in one job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regclaims.designs import Scenario
from regclaims.vocabulary import EVIDENCE, SCREENING, Array


@dataclass(frozen=True)
class Shard:
    """Cells of one shape with their replicates.

    Attributes
    ----------
    cells : sequence of dict
        Specs of the cells, as `Scenario` takes them.
    seed : int
    screening, replicates : int
        Replicates 0 to screening-1 tell which cells are informative; the `replicates` that follow
        are the evidence.
    """

    cells: Sequence[Mapping[str, Any]]
    seed: int
    screening: int
    replicates: int

    @property
    def n_draws(self) -> int:
        """Data sets per cell."""
        return self.screening + self.replicates

    def role(self, replicate: int) -> str:
        """Say what a replicate is for."""
        return SCREENING if replicate < self.screening else EVIDENCE


def draw_shard(shard: Shard) -> dict[str, Array]:
    """Draw all data of a shard.

    Returns
    -------
    dict
        Arrays ``X``, ``X_validation`` (cells, draws, n, p) and ``y``, ``y_validation``
        (cells, draws, n).
    """
    columns = ("X", "y", "X_validation", "y_validation")
    drawn = [
        [Scenario(spec).draw(shard.seed, r) for r in range(shard.n_draws)] for spec in shard.cells
    ]
    return {
        name: np.array([[getattr(draw, name) for draw in cell] for cell in drawn])
        for name in columns
    }
