"""How precise a study's deciding contrasts will be, and which cells get more replicates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regclaims.config.study import Study
from regclaims.designs.cells import Cell
from regclaims.evidence.packing import replicates
from regclaims.keys import cell_id
from regclaims.plan.costs import Costs

AIM = 3
"""A standard error of delta/3 gives the count test its power (see `claims.count_test`)."""

COLUMNS = {"claim_id": str, "part": int, "cell_id": str, "deviation": float, "margin": float}
"""Of the table of deviations, with their types."""

STEP = 10
"""Replicates are allotted in steps of so many."""


def deviations(
    contrasts: pd.DataFrame, registry: Mapping[str, Mapping[str, object]]
) -> pd.DataFrame:
    """Take the standard deviations of deciding contrasts from a pilot run.

    Parameters
    ----------
    contrasts : DataFrame
        `results/contrasts.parquet`.
    registry : mapping
        Claims as plain data.

    Returns
    -------
    DataFrame
        ``claim_id, part, cell_id, deviation, margin``: the standard error times the root of the
        replicates, of cells that vote on the charitable reading. Contrasts with a margin of 0, or
        without spread, ask for no replicates and are left out; so are those of experiments, which
        are no part of an allotment, and of claims of existence, which one cell decides and no
        count.
    """
    rules: dict[str, Any] = {name: claim["rule"] for name, claim in registry.items()}
    counted = {name for name, rule in rules.items() if rule["bar"] != "existence"}
    chosen = contrasts[
        (contrasts["reading"] == "charitable")
        & (contrasts["why_not"] == "")
        & contrasts["claim_id"].isin(counted)
    ]
    parts = [
        rules[claim]["parts"][part]
        for claim, part in zip(chosen["claim_id"], chosen["part"], strict=True)
    ]
    chosen = chosen.assign(
        deviation=chosen["se"] * np.sqrt(chosen["replicates"]),
        margin=[part["margin"] for part in parts],
        evidence=[part["evidence"] for part in parts],
    )
    chosen = chosen[chosen["evidence"].isin(["fits", "stability"])]
    kept = (chosen["margin"] > 0) & (chosen["deviation"] > 0)
    columns = list(COLUMNS)
    return chosen.loc[kept, columns].sort_values(columns[:3], ignore_index=True)


def needed(spread: pd.DataFrame) -> pd.Series:
    """Return the replicates by cell at which every deciding contrast errs by delta/3 at most."""
    wanted = (AIM * spread["deviation"] / spread["margin"]) ** 2
    return wanted.groupby(spread["cell_id"]).max().map(math.ceil)


@dataclass(frozen=True)
class Allotment:
    """Replicates by cell, where they are more than the study's own.

    Attributes
    ----------
    replicates : dict
    served : int
        Cells that have what they need.
    asking : int
        Cells of the study with a deciding contrast.
    """

    replicates: dict[str, int]
    served: int
    asking: int


def allot(
    study: Study,
    population: Sequence[Cell],
    spread: pd.DataFrame,
    costs: Costs,
    *,
    seconds: float,
    most: int,
) -> Allotment:
    """Give more replicates to cells that need them, the cheapest first, until the budget is spent.

    A cell gets what it needs for delta/3, `most` at most, or stays as it is: a little more would
    bring none of its contrasts where it is wanted. Cheapest first serves the most cells; that these
    are of small shapes is a limit, and said.

    Parameters
    ----------
    study : Study
    population : sequence of Cell
    spread : DataFrame
        As from `deviations`.
    costs : Costs
    seconds : float
        CPU seconds for all fits.
    most : int
        Replicates of one cell; no cell gets fewer than the study's own.
    """
    each = {cell_id(cell.spec): 1e-3 * costs.of_cell(cell, study) for cell in population}
    asking = needed(spread[spread["cell_id"].isin(each)])
    want = {str(cell): int(number) for cell, number in asking.items()}
    left = seconds - sum(each.values()) * (study.screening_replicates + study.replicates)
    asked = {
        cell: min(most, STEP * math.ceil(number / STEP))
        for cell, number in want.items()
        if min(most, number) > study.replicates
    }
    extra = {cell: each[cell] * (number - study.replicates) for cell, number in asked.items()}
    given: dict[str, int] = {}
    for cell in sorted(extra, key=lambda one: (extra[one], one)):
        if extra[cell] > left:
            break
        left -= extra[cell]
        given[cell] = asked[cell]
    served = sum(number <= given.get(cell, study.replicates) for cell, number in want.items())
    return Allotment(given, served, len(want))


def forecast(
    study: Study,
    population: Sequence[Cell],
    spread: pd.DataFrame,
    allotment: Mapping[str, int],
) -> pd.DataFrame:
    """Forecast the standard error of every deciding contrast.

    Returns
    -------
    DataFrame
        By claim and part: ``cells``, ``margin``, ``median_error``, ``worst_error`` and
        ``share_reached``, of cells with an error of delta/3 at most.
    """
    counts = {cell_id(cell.spec): replicates(cell, study, allotment) for cell in population}
    own = spread[spread["cell_id"].isin(counts)]
    error: pd.Series = own["deviation"] / np.sqrt(own["cell_id"].map(counts))
    table = own.assign(error=error, reached=error <= own["margin"] / AIM * (1 + 1e-9))
    return (
        table.groupby(["claim_id", "part"], sort=False)
        .agg(
            cells=("cell_id", "size"),
            margin=("margin", "first"),
            median_error=("error", "median"),
            worst_error=("error", "max"),
            share_reached=("reached", "mean"),
        )
        .reset_index()
    )
