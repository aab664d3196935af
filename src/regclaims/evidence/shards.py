"""Shards: cells of one shape with all their replicates, fitted by one family in one job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regclaims.keys import digest


@dataclass(frozen=True)
class Shard:
    """Cells of one shape with their replicates, and the family that is fitted to them.

    Attributes
    ----------
    family : str
        A key of `methods.method_names`.
    cells : sequence of dict
        Specs of the cells, as `Scenario` takes them.
    replicates : sequence of int
        Of each cell, those that are evidence.
    cross_validated : sequence of sequences of str
        By cell, the methods that are tuned by cross-validation too.
    seed : int
    screening : int
        Replicates 0 to screening-1 tell which cells are informative; the others are the evidence.
    cost : float
        About how many seconds it takes, to begin with the costliest; no part of its identity.
    """

    family: str
    cells: Sequence[Mapping[str, Any]]
    replicates: Sequence[int]
    cross_validated: Sequence[Sequence[str]]
    seed: int
    screening: int
    cost: float = 0.0

    def draws(self, index: int) -> int:
        """Data sets of a cell."""
        return self.screening + self.replicates[index]

    @property
    def plain(self) -> dict[str, Any]:
        """The shard as plain data."""
        return {
            "family": self.family,
            "cells": [dict(spec) for spec in self.cells],
            "replicates": list(self.replicates),
            "cross_validated": [list(names) for names in self.cross_validated],
            "seed": self.seed,
            "screening": self.screening,
        }

    @property
    def key(self) -> str:
        """Hash of all that it consists of."""
        return digest(self.plain)
