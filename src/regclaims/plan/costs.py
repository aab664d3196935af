"""Costs of fits, as a pilot run measured them, and what another study will cost by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from regclaims.config.study import Study
from regclaims.designs.cells import Cell, cells
from regclaims.evidence.methods import FAMILIES
from regclaims.evidence.packing import cross_validated, replicates, shards
from regclaims.vocabulary import Array

KIND = ["family", "n_samples", "n_features", "n_cross_validated"]
"""What cells of like cost have in common."""

COLUMNS: dict[str, type] = {
    "family": str,
    **dict.fromkeys((*KIND[1:], "n_lambdas"), int),
    "milliseconds": float,
    "spread": float,
    "cells": int,
}
"""Of the table of costs, with their types."""

BYTES_PER_ROW = 280
"""Of the table of fits, compressed; of about 45 rows a data set."""


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


def measured(times: Iterable[Path]) -> pd.DataFrame:
    """Sum up what fit jobs say they took.

    Parameters
    ----------
    times : iterable of Path
        Their ``times.csv``, one row a cell and family.

    Returns
    -------
    DataFrame
        `COLUMNS`: `KIND` and ``n_lambdas``, ``milliseconds`` (mean per data set), ``spread``
        (standard deviation between cells), ``cells``.
    """
    rows = pd.concat([pd.read_csv(path) for path in times], ignore_index=True)
    rows["milliseconds"] = 1000 * rows["seconds"] / rows["data_sets"]
    groups = rows.groupby([*KIND, "n_lambdas"])["milliseconds"]
    table = groups.agg(["mean", "std", "count"]).reset_index()
    named = {"mean": "milliseconds", "std": "spread", "count": "cells"}
    # Of one cell the spread is not known: as much as the cost itself.
    table["std"] = table["std"].fillna(table["mean"])
    return table.rename(columns=named)


class Costs:
    """Cost of a data set by family, shape and number of cross-validated methods.

    A grid of other length than the pilot's costs in proportion.

    Parameters
    ----------
    table : DataFrame
        As from `measured`.

    Attributes
    ----------
    known : dict
        Mean and spread of the milliseconds per lambda, by `KIND`.
    laws : dict
        Power laws of the same, by family.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        times = ["milliseconds", "spread"]
        each = table.assign(**{name: table[name] / table["n_lambdas"] for name in times})
        self.known = {
            tuple(row[name] for name in KIND): (row["milliseconds"], row["spread"])
            for row in each.to_dict("records")
        }
        self.laws = {str(family): _power_law(rows) for family, rows in each.groupby("family")}

    def of(self, cell: Cell, family: str, study: Study) -> tuple[float, float, bool]:
        """Return mean and spread of the milliseconds a data set takes, and if that was measured."""
        n, p = cell.spec["n_samples"], cell.spec["n_features"]
        folds = len(cross_validated(cell, family, study))
        scale = study.methods.n_lambdas
        if (family, n, p, folds) in self.known:
            mean, spread = self.known[family, n, p, folds]
            return scale * mean, scale * spread, True
        mean = float(np.exp(self.laws[family] @ _features(n, p, folds)))
        return scale * mean, scale * mean, False

    def of_cell(self, cell: Cell, study: Study) -> float:
        """Return the milliseconds that a data set of a cell takes, over all families."""
        return sum(self.of(cell, family, study)[0] for family in FAMILIES[cell.spec["response"]])


def _features(n: float, p: float, folds: float) -> Array:
    return np.array([1.0, np.log(n), np.log(p), np.log(min(n, p)), np.log1p(folds)])


def _power_law(rows: pd.DataFrame) -> Array:
    """Fit log milliseconds on log sizes, by least squares: the intercept first, then slopes.

    Shapes may be few: of all slopes that fit equally well those of least norm.
    """
    design = np.array(
        [
            _features(*row)
            for row in rows[["n_samples", "n_features", "n_cross_validated"]].to_numpy(float)
        ]
    )
    times = np.log(rows["milliseconds"].to_numpy(float))
    # Centred, so that the unit of time has no part in the norm.
    centre, level = design.mean(axis=0), times.mean()
    law = np.linalg.lstsq(design - centre, times - level, rcond=None)[0]
    law[0] = level - centre @ law
    return np.asarray(law)


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
