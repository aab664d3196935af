"""Costs of fits, as a pilot run measured them, and what another study will cost by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regclaims.config.study import Study
from regclaims.designs.cells import Cell, cells
from regclaims.evidence.names import FAMILIES, method_names
from regclaims.evidence.packing import cross_validated, replicates, shards
from regclaims.evidence.tables import FITS
from regclaims.evidence.tuning_rules import rules, with_joint_net
from regclaims.vocabulary import Array

KIND = ["family", "n_samples", "n_features", "n_lambdas", "n_paths", "n_fold_paths"]
"""What cells of like cost have in common."""

SIZES = ["n_samples", "n_features", "folds"]
"""By which costs per path differ; ``folds`` are the folds' paths for each path."""

COLUMNS: dict[str, type] = {
    "family": str,
    **dict.fromkeys(KIND[1:], int),
    "milliseconds": float,
    "spread": float,
    "cells": int,
}
"""Of the table of costs, with their types."""

LAMBDAS_POWER = 1 / 3
"""A path costs as this power of its lambdas: each begins where the last one ended.

From 40 to 100 lambdas data sets of 18 kinds took 0.8 to 2.1 times as long, 1.3 times in the mean;
in proportion it would be 2.5 times.
"""

BYTES_PER_VALUE, BYTES_PER_CHUNK = 3.6, 190
"""Of the table of fits, compressed; a chunk is a column of a method's rows of a cell.

Least squares over the tables of 76 jobs of three runs, with 15 and 25 data sets a cell, of 44
columns: 243 to 327 bytes a row. Each table comes out within 16 %, each run within 6 %.
"""


@dataclass(frozen=True)
class Estimate:
    """What something costs: CPU seconds with a standard deviation.

    Attributes
    ----------
    seconds, error : float
    extrapolated : float
        Share of the seconds that no pilot run has measured: from a power law over those it has.
    """

    seconds: float
    error: float
    extrapolated: float


def n_paths(family: str, study: Study) -> int:
    """Count the paths of a family whose number is the study's choice; 1 where it is not."""
    methods = study.methods
    chosen = {
        "elastic-net": len(methods.l1_ratios),
        # Ridge and the lasso too.
        "logistic": 2 + len(methods.logistic_l1_ratios),
    }
    return chosen.get(family, 1)


def measured(times: Iterable[Path], study: Study) -> pd.DataFrame:
    """Sum up what fit jobs say they took.

    Parameters
    ----------
    times : iterable of Path
        Their ``times.csv``, one row a cell and family.
    study : Study
        Whose jobs they were.

    Returns
    -------
    DataFrame
        `COLUMNS`: `KIND`, of it ``n_paths`` (see `n_paths`) and ``n_fold_paths`` (those of the
        folds of cross-validation), ``milliseconds`` (mean per data set), ``spread`` (standard
        deviation between cells), ``cells``.
    """
    rows = pd.concat([pd.read_csv(path) for path in times], ignore_index=True)
    rows["n_paths"] = [n_paths(family, study) for family in rows["family"]]
    rows["n_fold_paths"] = study.tuning.folds * rows["n_cross_validated"]
    rows["milliseconds"] = 1000 * rows["seconds"] / rows["data_sets"]
    groups = rows.groupby(KIND)["milliseconds"]
    table = groups.agg(["mean", "std", "count"]).reset_index()
    named = {"mean": "milliseconds", "std": "spread", "count": "cells"}
    # Of one cell the spread is not known: as much as the cost itself.
    table["std"] = table["std"].fillna(table["mean"])
    return table.rename(columns=named)


class Costs:
    """Cost of a data set by family, shape and share of its paths that are cross-validated.

    More or fewer paths than the pilot's cost in proportion (measured: five Elastic Nets take 3.5 to
    4.6 times as long as one), longer or shorter grids less than that: see `LAMBDAS_POWER`.

    Parameters
    ----------
    table : DataFrame
        As from `measured`.

    Attributes
    ----------
    known : dict
        Mean and spread of the milliseconds of a path of one lambda, by family and `SIZES`.
    laws : dict
        Power laws of the same, by family.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        scale = _scale(table["n_paths"], table["n_lambdas"])
        each = table.assign(
            folds=table["n_fold_paths"] / table["n_paths"],
            **{name: table[name] / scale for name in ("milliseconds", "spread")},
        )
        self.known = {
            tuple(row[name] for name in ("family", *SIZES)): (row["milliseconds"], row["spread"])
            for row in each.to_dict("records")
        }
        self.laws = {str(family): _power_law(rows) for family, rows in each.groupby("family")}

    def of(self, cell: Cell, family: str, study: Study) -> tuple[float, float, bool]:
        """Return mean and spread of the milliseconds a data set takes, and if that was measured."""
        n, p = cell.spec["n_samples"], cell.spec["n_features"]
        paths = n_paths(family, study)
        # Equal shares are equal floats: both sides divide the same way.
        folds = study.tuning.folds * len(cross_validated(cell, family, study)) / paths
        scale = float(_scale(paths, study.methods.n_lambdas))
        if (family, n, p, folds) in self.known:
            mean, spread = self.known[family, n, p, folds]
            return scale * mean, scale * spread, True
        mean = float(np.exp(self.laws[family] @ _features(n, p, folds)))
        return scale * mean, scale * mean, False

    def of_cell(self, cell: Cell, study: Study) -> float:
        """Return the milliseconds that a data set of a cell takes, over all families."""
        return sum(self.of(cell, family, study)[0] for family in FAMILIES[cell.spec["response"]])


def _scale(n_paths: Any, n_lambdas: Any) -> Any:
    """Return what costs are in proportion to; of numbers or columns."""
    return n_paths * n_lambdas**LAMBDAS_POWER


def _features(n: float, p: float, folds: float) -> Array:
    return np.array([1.0, np.log(n), np.log(p), np.log(min(n, p)), np.log1p(folds)])


def _power_law(rows: pd.DataFrame) -> Array:
    """Fit log milliseconds on log sizes, by least squares: the intercept first, then slopes.

    Shapes may be few: of all slopes that fit equally well those of least norm, but for the folds'.
    Of a family that was never cross-validated, a fold's path is taken to cost as much as a path.
    """
    design = np.array([_features(*row) for row in rows[SIZES].to_numpy(float)])
    folds = np.eye(design.shape[1])[-1]
    times = np.log(rows["milliseconds"].to_numpy(float)) - design @ folds
    # Centred, so that the unit of time has no part in the norm.
    centre, level = design.mean(axis=0), times.mean()
    law = np.linalg.lstsq(design - centre, times - level, rcond=None)[0]
    law[0] = level - centre @ law
    return np.asarray(law + folds)


def estimate(study: Study, costs: Costs, allotment: Mapping[str, int]) -> dict[str, Estimate]:
    """Estimate the CPU seconds of a study's fits, by family.

    Cells of one kind have costs of their own: their sum errs by the spread between them. Between
    kinds errors are added as if they agreed, for a machine is slow for all of them.
    """
    sums: dict[str, dict[tuple[int, int], list[float]]] = {}
    for cell in cells(study):
        draws = study.screening_replicates + replicates(cell, study, allotment)
        for family in FAMILIES[cell.spec["response"]]:
            mean, spread, known = costs.of(cell, family, study)
            shape = (cell.spec["n_samples"], cell.spec["n_features"])
            seconds = 1e-3 * draws * mean
            own = sums.setdefault(family, {}).setdefault(shape, [0.0, 0.0, 0.0])
            own[0] += seconds
            own[1] += (1e-3 * draws * spread) ** 2
            own[2] += 0.0 if known else seconds
    return {
        family: Estimate(
            seconds=sum(own[0] for own in shapes.values()),
            error=sum(own[1] ** 0.5 for own in shapes.values()),
            extrapolated=sum(own[2] for own in shapes.values())
            / sum(own[0] for own in shapes.values()),
        )
        for family, shapes in sums.items()
    }


def jobs(study: Study, allotment: Mapping[str, int]) -> int:
    """Count a study's fit jobs."""
    return len(shards(study, allotment))


def n_rows(cell: Cell, study: Study) -> dict[str, int]:
    """Count a data set's rows in the table of fits by method: one for each of its tuning rules."""
    ratios = tuple(study.methods.l1_ratios)
    names = method_names(study.methods)
    response = cell.spec["response"]
    by_folds = {
        family: with_joint_net(cross_validated(cell, family, study), ratios)
        for family in FAMILIES[response]
    }
    return {
        name: len(rules(name, response == "linear", folds))
        for family, folds in by_folds.items()
        for name in names[family]
    }


def fits_bytes(study: Study, population: Sequence[Cell], allotment: Mapping[str, int]) -> float:
    """Estimate the size of a study's table of fits, of which the rows are counted exactly."""
    total = 0.0
    for cell in population:
        rows = n_rows(cell, study)
        draws = study.screening_replicates + replicates(cell, study, allotment)
        total += draws * sum(rows.values()) * BYTES_PER_VALUE + len(rows) * BYTES_PER_CHUNK
    return total * len(FITS)
