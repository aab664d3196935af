"""From a study's configuration to its cells and shards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from regclaims.config.population import NEIGHBOURS, Correlation, Grid
from regclaims.config.study import Study
from regclaims.keys import cell_id, digest

Spec = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A cell of the population.

    Attributes
    ----------
    spec : dict
        What `designs.Scenario` takes.
    densities : tuple of float
        The levels of density that it stands for.
    cross_validated : tuple of str
        Methods that are cross-validated on it.
    """

    spec: Spec
    densities: tuple[float, ...]
    cross_validated: tuple[str, ...]


@dataclass(frozen=True)
class Shard:
    """Cells of one grid and shape that are drawn, and then fitted, in one job.

    Shards never reach over the end of a grid, so a grid that is appended makes new shards and
    leaves the others alone.
    """

    cells: tuple[Cell, ...]
    seed: int
    screening: int
    replicates: int

    @property
    def draws(self) -> dict[str, Any]:
        """What the data depend on."""
        return {
            "cells": [cell.spec for cell in self.cells],
            "seed": self.seed,
            "screening": self.screening,
            "replicates": self.replicates,
        }

    @property
    def cross_validated(self) -> list[list[str]]:
        """Methods that are cross-validated, by cell."""
        return [list(cell.cross_validated) for cell in self.cells]

    @property
    def key(self) -> str:
        """Hash of what the data depend on; names the shard's folder."""
        return digest(self.draws)

    @property
    def cost(self) -> int:
        """Cost of fitting in arbitrary units, to begin with the costliest."""
        spec = self.cells[0].spec
        size = spec["n_samples"] * spec["n_features"]
        return int(size * len(self.cells) * (self.screening + self.replicates))


def cells(study: Study) -> list[Cell]:
    """List the cells, grid by grid; a cell that stands in two grids counts in the first."""
    return [cell for grid in _grids(study) for cell in grid]


def shards(study: Study) -> list[Shard]:
    """Divide the cells of a study into shards of one shape and about equal cost."""
    return [
        Shard(tuple(chunk), study.seed, study.screening_replicates, study.replicates)
        for grid in _grids(study)
        for chunk in _chunks(grid, study.entries_per_shard)
    ]


def families(study: Study) -> list[str]:
    """Name the families of methods; a family's fits to a shard are one job."""
    return [
        "least-squares",
        "lasso",
        *(f"elastic-net-{ratio:g}" for ratio in study.methods.l1_ratios),
    ]


def _grids(study: Study) -> list[list[Cell]]:
    """List each grid's cells; a cell counts where it stands first, and keeps all its densities."""
    densities: dict[str, list[float]] = {}
    grids: list[list[Cell]] = []
    for grid in study.population:
        fresh = []
        for cell in _crossed(grid):
            known = densities.setdefault(cell_id(cell.spec), [])
            if not known:
                fresh.append(cell)
            known += [d for d in cell.densities if d not in known]
        grids.append(fresh)
    return [
        [replace(cell, densities=tuple(densities[cell_id(cell.spec)])) for cell in grid]
        for grid in grids
    ]


def _crossed(grid: Grid) -> list[Cell]:
    levels = product(grid.shapes, grid.correlations, grid.densities, grid.placements, grid.snrs)
    return [
        Cell(
            _spec(shape, correlation, density, placement, snr),
            (density,),
            tuple(grid.cross_validation),
        )
        for shape, correlation, density, placement, snr in levels
    ]


def _spec(
    shape: tuple[int, int], correlation: Correlation, density: float, placement: str, snr: float
) -> Spec:
    # Where columns are exchangeable, placements are equal in law.
    if correlation.kind == "independent":
        placement = "spread"
    return {
        "n_samples": shape[0],
        "n_features": shape[1],
        "correlation": correlation.model_dump(exclude_none=True),
        "n_relevant": _relevant(shape[1], density, _block(correlation, placement)),
        "placement": placement,
        "snr": snr,
    }


def _block(correlation: Correlation, placement: str) -> int:
    """Columns that become relevant together."""
    if placement == "spread":
        return 1
    return correlation.size or NEIGHBOURS


def _relevant(n_features: int, density: float, block: int) -> int:
    """Return s = max(1, round(density p)), to the nearest number of whole blocks, one at least.

    The number, not the density, makes a cell: two densities that give one number are one cell.
    """
    wanted = max(1, round(density * n_features))
    return block * min(n_features // block, max(1, round(wanted / block)))


def _chunks(grid: list[Cell], entries: int) -> list[list[Cell]]:
    """Divide a grid's cells by shape, and each shape's into chunks of about `entries` entries."""
    by_shape: dict[tuple[int, int], list[Cell]] = {}
    for cell in grid:
        shape = (cell.spec["n_samples"], cell.spec["n_features"])
        by_shape.setdefault(shape, []).append(cell)
    chunks = []
    for (n_samples, n_features), group in by_shape.items():
        size = max(1, entries // (n_samples * n_features))
        chunks += [group[begin : begin + size] for begin in range(0, len(group), size)]
    return chunks
