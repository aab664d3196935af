"""Which cells vote on a claim: a closed list of filters, and whether there is anything to win."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from regclaims.vocabulary import SCREENING

INFORMATIVE_RISK = 0.9
"""A cell is informative if the best method's oracle relative risk is below this."""

CORRELATED = 0.7
ROWS_PER_COLUMN = 5
"""Few columns are at most one for so many rows."""

AT_GRID_END = "at_grid_end"
"""The metric whose mean is a share of optima at the end of their grid."""

PEAK = 5
"""Least-norm OLS has its risk peak at p = n - 1; claims against it keep this distance."""

FILTERS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "correlated": lambda cells: cells["within_rho"] >= CORRELATED - 1e-9,
    "high-dimensional": lambda cells: cells["n_features"] > cells["n_samples"],
    "low-dimensional": lambda cells: cells["n_features"] <= cells["n_samples"] / ROWS_PER_COLUMN,
    "twins": lambda cells: cells["twins"].astype(bool),
    "without-twins": lambda cells: ~cells["twins"].astype(bool),
    "some-irrelevant": lambda cells: cells["n_relevant"] < cells["n_features"],
    "not-all-alike": lambda cells: (
        (cells["n_relevant"] < cells["n_features"]) | (_profile(cells) != "equal")
    ),
    "not-by-counting": lambda cells: cells["n_features"] < 2 * cells["n_samples"],
    "off-peak": lambda cells: (cells["n_features"] - (cells["n_samples"] - 1)).abs() > PEAK,
}
"""Filters by name, each from the population table to one truth value a cell.

``correlated``: mean within-block |rho| at least .7; ``high-dimensional``: p > n;
``low-dimensional``: p <= n/5; ``twins``: columns in correlated pairs; ``without-twins``: none are;
``some-irrelevant``: a column has coefficient 0 in truth; ``not-all-alike``: some column has a
larger coefficient in truth than another; ``not-by-counting``: p < 2n, as a lasso has at most n
non-zeros; ``off-peak``: |p - (n - 1)| > 5.
"""


def _profile(cells: pd.DataFrame) -> pd.Series:
    """Return how the non-zero coefficients differ; known ones on real columns are equal."""
    return cells["profile"] if "profile" in cells else pd.Series("equal", index=cells.index)


def reasons(
    population: pd.DataFrame, filters: Sequence[str], informative: pd.Series | None
) -> pd.Series:
    """Say for each cell why it does not vote; an empty text if it does.

    Parameters
    ----------
    population : DataFrame
        One row per cell, indexed by ``cell_id``.
    filters : sequence of str
        Keys of `FILTERS`.
    informative : Series of bool or None
        By ``cell_id``, from `informative_cells`; None if the claim asks for none.

    Returns
    -------
    Series of str
    """
    why = pd.Series("", index=population.index)
    if informative is not None:
        why[~informative.reindex(population.index, fill_value=False)] = "nothing to win"
    for name in reversed(filters):
        why[~FILTERS[name](population)] = f"not {name}"
    return why


def at_grid_end(cells: pd.DataFrame, most: float) -> dict[tuple[str, str], set[str]]:
    """Find the cells in which too many optima lie at the end of their grid, longer grid or not.

    Parameters
    ----------
    cells : DataFrame
        As `results/cells.parquet`.
    most : float
        With a larger share of optima at the end of their grid a cell does not vote.

    Returns
    -------
    dict
        Cells by method and tuning.
    """
    ends = cells[(cells["metric"] == AT_GRID_END) & (cells["mean"] > most)]
    found: dict[tuple[str, str], set[str]] = {}
    for cell, method, tuning in zip(ends["cell_id"], ends["method"], ends["tuning"], strict=True):
        found.setdefault((method, tuning), set()).add(cell)
    return found


def informative_cells(fits: pd.DataFrame) -> pd.Series:
    """Tell in which cells something can be won, from replicates that are no evidence.

    Returns
    -------
    Series of bool
        By ``cell_id``: the best method's mean oracle relative risk over the screening replicates
        is below .9.
    """
    oracle = fits[(fits["role"] == SCREENING) & (fits["tuning"] == "oracle")]
    risk = oracle.groupby(["cell_id", "method"], observed=True)["rr"].mean()
    return risk.groupby("cell_id", observed=True).min() < INFORMATIVE_RISK
