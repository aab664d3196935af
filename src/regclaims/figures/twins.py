"""Twins by their correlation: how many of a pair are kept, how far apart, and whether it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import METHODS as LOOKS
from regclaims.figures.style import styled
from regclaims.mechanisms.twins import LASSO, METHODS, NET, RIDGE

NAMES = {LASSO: "lasso", NET: "Elastic Net", RIDGE: "ridge"}
TRUTHS = {"one": "one twin has the signal", "both": "both have it alike"}
FILLS = {"one": "full", "both": "none"}

PANELS = {
    "one_kept": "(a) exactly one of two is kept:\nshare of pairs",
    "pair_spread": "(b) difference within pairs:\nshare of squared coefficients",
    "flips": "(c) on fresh data the other one leads:\nshare of pairs (dotted: toss of a coin)",
    "bound_ratio": "(d) grouping: largest gap within a pair,\nas a share of the bound (line)",
}
SHOWN = {
    "one_kept": METHODS,
    "pair_spread": METHODS,
    "flips": (LASSO,),
    "bound_ratio": (NET,),
}
"""Methods of each panel."""

DODGE = 0.07
MOST = 0.5
"""Of `pair_spread`: one of two columns has all of the weight."""


def table(twins: pd.DataFrame) -> pd.DataFrame:
    """Average what became of pairs, by their correlation and by who has the signal.

    Parameters
    ----------
    twins : DataFrame
        As from `mechanisms.twins.run`.

    Returns
    -------
    DataFrame
        ``metric, method, truth, rho, value, low, high, cells``: means over cells with 95 %
        intervals for Monte Carlo error; of the grouping bound the largest value and no interval.
        What is undefined everywhere, as at correlation 1 for the lasso, is left out.
    """
    by = ["method", "truth", "rho"]
    found = []
    for metric in ("one_kept", "pair_spread", "flips"):
        rows = twins[twins["method"].isin(SHOWN[metric])]
        found.append(over_cells(rows, by, metric).assign(metric=metric))
    worst = twins[(twins["method"] == NET) & (twins["rho"] < 1)].groupby(by)
    largest = worst["bound_ratio"].max().rename("value").reset_index()
    cells = worst["cell_id"].nunique().to_numpy()
    found.append(largest.assign(metric="bound_ratio", low=np.nan, high=np.nan, cells=cells))
    columns = ["metric", *by, "value", "low", "high", "cells"]
    return pd.concat(found, ignore_index=True)[columns]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per metric over the correlations, evenly spaced."""
    rhos = sorted(set(data["rho"]))
    with styled(2, 2, 4.5) as (figure, grid):
        for axes, (metric, title) in zip(grid.flat, PANELS.items(), strict=True):
            _panel(axes, data[data["metric"] == metric], metric, rhos)
            axes.set_title(title, loc="left")
            axes.set_xlabel("correlation of the two columns")
            if max(rhos) == 1 and metric != "bound_ratio":
                _undecided(axes, len(rhos) - 1, metric)
        _guides(grid)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3)
        yield figure


def _panel(axes: Axes, data: pd.DataFrame, metric: str, rhos: list[float]) -> None:
    lines = [(method, truth) for method in SHOWN[metric] for truth in TRUTHS]
    for turn, (method, truth) in enumerate(lines):
        own = data[(data["method"] == method) & (data["truth"] == truth)]
        if own.empty:
            continue
        x = own["rho"].map(rhos.index) + (turn - (len(lines) - 1) / 2) * DODGE
        axes.errorbar(
            x,
            own["value"],
            yerr=[(own["value"] - own["low"]).fillna(0), (own["high"] - own["value"]).fillna(0)],
            label=f"{NAMES[method]}: {TRUTHS[truth]}",
            **_look(method, truth),
        )
    axes.set_xticks(range(len(rhos)), [f"{rho:g}" for rho in rhos])
    axes.set_xlim(-0.5, len(rhos) - 0.5)


def _look(method: str, truth: str) -> dict[str, Any]:
    style = LOOKS[method]
    return {
        "color": style["color"],
        "marker": style["marker"],
        "linestyle": "-" if truth == "one" else "--",
        "fillstyle": FILLS[truth],
        "elinewidth": 0.8,
        "markersize": 4,
    }


def _undecided(axes: Axes, place: int, metric: str) -> None:
    """Mark that at correlation 1 the lasso has no answer of its own."""
    top = MOST if metric == "pair_spread" else 1.0
    axes.fill_between(
        [place - 0.35, place + 0.35], 0, top, color=LOOKS[LASSO]["color"], alpha=0.12, linewidth=0
    )
    axes.text(
        place,
        top / 2,
        "lasso: any split is optimal",
        rotation=90,
        ha="center",
        va="center",
        fontsize=7,
        color=LOOKS[LASSO]["color"],
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def _guides(grid: Any) -> None:
    for axes in (grid[0, 0], grid[1, 0], grid[1, 1]):
        axes.set_ylim(-0.03, 1.06)
    grid[0, 1].set_ylim(-0.016, MOST + 0.03)
    grid[1, 0].axhline(0.5, color="black", linewidth=0.9, linestyle=(0, (1, 1)))
    grid[1, 1].axhline(1, color="black", linewidth=0.9)
