"""How much a verdict owes to the design: shares again, with levels of factors counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np
import pandas as pd

COLUMNS = {
    "shape": ("n_samples", "n_features"),
    "correlation": ("correlation", "rho", "block_size"),
    "density": ("density",),
    "placement": ("placement",),
    "profile": ("profile",),
    "signs": ("signs",),
    "snr": ("snr",),
    "noise": ("noise",),
    "scales": ("scales",),
    "response": ("response",),
}
FACTORS = tuple(COLUMNS)
"""Factors of the design, with the columns of the population table that tell their levels."""

TIMES = 2.0
"""How often the cells of a reweighted level count."""


def levels_of(population: pd.DataFrame) -> pd.DataFrame:
    """Return each cell's level of each factor, as text.

    Parameters
    ----------
    population : DataFrame
        Indexed by ``cell_id``.

    Returns
    -------
    DataFrame
        A column for each of `FACTORS`; the same text everywhere where its columns are absent.
    """
    found = {}
    for factor, columns in COLUMNS.items():
        texts = [
            population[name].astype(object).fillna("").astype(str)
            for name in columns
            if name in population
        ]
        found[factor] = reduce(lambda one, other: one + " " + other, texts) if texts else ""
    return pd.DataFrame(found, index=population.index)


def reweighted_shares(cells: pd.DataFrame, levels: pd.DataFrame) -> pd.Series:
    """Share of cells whose effect exceeds the margin, with every level in turn counted twice.

    Parameters
    ----------
    cells : DataFrame
        As from `combine`, voting cells only: an effect exceeds the margin where ``p_above < .5``.
    levels : DataFrame
        As from `levels_of`.

    Returns
    -------
    Series
        Shares by ``factor=level``; the plain share under the empty name.
    """
    holds = (cells["p_above"] < 0.5).to_numpy(dtype=float)
    about = levels.reindex(cells.index)
    shares = {"": float(holds.mean())} if len(holds) else {}
    for name, chosen in _levels(about):
        weights = np.where(chosen, TIMES, 1.0)
        shares[name] = float(weights @ holds / weights.sum())
    return pd.Series(shares, dtype=float)


def _levels(about: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    for factor in FACTORS:
        values = about[factor]
        if values.nunique() > 1:
            for level in sorted(values.unique()):
                yield f"{factor}={level}", (values == level).to_numpy()


def design_dependent(cells: pd.DataFrame, levels: pd.DataFrame, bar: float | None) -> bool:
    """Whether to count some level's cells twice carries the share over its bar, or back.

    Parameters
    ----------
    cells, levels : DataFrame
        As for `reweighted_shares`.
    bar : float or None
        None, for existence, depends on no share.
    """
    if bar is None or cells.empty:
        return False
    shares = reweighted_shares(cells, levels)
    return bool(((shares >= bar) != (shares[""] >= bar)).any())
