"""Means over the cells of an experiment, with intervals for Monte Carlo error, for figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regclaims.figures.intervals import NORMAL_95


def over_cells(
    data: pd.DataFrame, by: Sequence[str], metric: str, *, log: bool = False
) -> pd.DataFrame:
    """Average a metric over replicates, and these means over cells.

    Parameters
    ----------
    data : DataFrame
        ``cell_id``, one row per replicate in each group, and the metric; rows without it are left
        out.
    by : sequence of str
        Columns that make the groups.
    metric : str
    log : bool
        Geometric means; the metric must be positive.

    Returns
    -------
    DataFrame
        ``*by, value, low, high, cells``: 95 % intervals. The cells are those that there are, so
        only Monte Carlo error is in them.
    """
    values = data.dropna(subset=metric)
    if log:
        values = values.assign(**{metric: np.log(values[metric])})
    keys = list(by)
    cells = values.groupby([*keys, "cell_id"], sort=False)[metric].agg(["mean", "sem"])
    groups = cells.assign(variance=cells["sem"] ** 2).reset_index().groupby(keys, sort=False)
    found = groups.agg(
        value=("mean", "mean"), variance=("variance", "sum"), cells=("mean", "size")
    ).reset_index()
    half = NORMAL_95 * np.sqrt(found.pop("variance")) / found["cells"]
    found = found.assign(low=found["value"] - half, high=found["value"] + half)
    if log:
        ends = ["value", "low", "high"]
        found[ends] = np.exp(found[ends])
    return found[[*keys, "value", "low", "high", "cells"]]


def unpivoted(data: pd.DataFrame, columns: Sequence[str], names: Sequence[float]) -> pd.DataFrame:
    """Put several columns below each other: ``cell_id, method, x, value`` with x from `names`."""
    kept = [
        data[["cell_id", "method"]].assign(x=float(name), value=data[column])
        for column, name in zip(columns, names, strict=True)
    ]
    return pd.concat(kept, ignore_index=True)
