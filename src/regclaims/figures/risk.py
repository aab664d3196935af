"""Relative risk of every method by shape and density."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.style import METHODS, legend_below, look, styled

DODGE = 0.06
"""Distance between methods at one shape, in decades of n/p."""


def table(cells: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Average the relative risk over correlations and signal-to-noise ratios.

    Parameters
    ----------
    cells : DataFrame
        The table of cells.
    population : DataFrame
        Cells with twins are left out: they have other shapes and signal-to-noise ratios, and an
        average over them would compare unlike things.

    Returns
    -------
    DataFrame
        ``method, n/p, density, rr, mcse, cells``; geometric means, as risks differ by orders of
        magnitude; ``mcse`` is that of log rr.
    """
    crossed = population[~population["twins"]].drop(columns="density")
    # A cell that stands for two levels of density counts in both.
    crossed = crossed.explode("density_levels").rename(columns={"density_levels": "density"})
    chosen = cells[(cells["metric"] == "rr") & cells["tuning"].isin(["none", "validation"])]
    data = chosen.merge(crossed, on="cell_id")
    data = data.assign(log_rr=np.log(data["mean"]), variance=(data["mcse"] / data["mean"]) ** 2)
    groups = data.groupby(["method", "n/p", "density"])
    means = groups.agg(
        log_rr=("log_rr", "mean"), variance=("variance", "sum"), cells=("cell_id", "nunique")
    ).reset_index()
    means["rr"] = np.exp(means.pop("log_rr"))
    means["mcse"] = np.sqrt(means.pop("variance")) / means["cells"]
    return means


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw one panel per density."""
    methods = sorted(data["method"].unique(), key=_order)
    densities = sorted(data["density"].unique())
    with styled(1, len(densities), 2.9, sharey=True) as (figure, grid):
        for axes, density in zip(grid[0], densities, strict=True):
            for place, method in enumerate(methods):
                chosen = data[(data["density"] == density) & (data["method"] == method)]
                shift = 10 ** ((place - (len(methods) - 1) / 2) * DODGE)
                _line(axes, chosen, shift, look(method, methods))
            _frame(axes, sorted(data["n/p"].unique()))
            axes.set_title(f"nominal density {density:g}")
        grid[0, 0].set_ylabel("relative risk (null model = 1)")
        legend_below(figure, grid[0, 0], 4)
        yield figure


def _order(method: str) -> tuple[bool, ...]:
    return tuple(method != name for name in METHODS)


def _line(axes: Axes, data: pd.DataFrame, shift: float, style: dict[str, Any]) -> None:
    half = np.exp(1.96 * data["mcse"])
    axes.errorbar(
        data["n/p"] * shift,
        data["rr"],
        yerr=[data["rr"] - data["rr"] / half, data["rr"] * half - data["rr"]],
        capsize=2,
        **style,
    )


def _frame(axes: Axes, ratios: list[float]) -> None:
    axes.axhline(1, color="black", linewidth=0.6)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(ratios, [f"{ratio:g}" for ratio in ratios])
    axes.minorticks_off()
    axes.set_xlabel("rows per column, n/p")
