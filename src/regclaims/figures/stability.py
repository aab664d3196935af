"""Stability of the lasso and an Elastic Net against ridge's, cell by cell, by correlation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.contrasts import contrast
from regclaims.evidence.names import LASSO, RIDGE
from regclaims.figures.by_factor import crossed, levels
from regclaims.figures.names import in_order, shown_nets
from regclaims.figures.style import legend_below, look, styled

TUNINGS = {"validation": "tuned by validation", "matched-df": "like degrees of freedom"}
MARGIN = 0.10
METRIC = "scale_free_variance"
READS = {
    "stability": {
        "columns": [
            *("cell_id", "method", "tuning", "metric", "value", "left_out"),
            *("replicates", "n_undefined", "n_failed"),
        ],
        "filters": [("metric", "==", METRIC), ("tuning", "in", list(TUNINGS))],
    }
}

TICKS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
SLOT = 0.8
"""Height over which the points of one correlation are spread out; correlations are 1 apart."""


def table(stability: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Contrast the scale-free variance of the lasso and an Elastic Net with ridge's.

    Parameters
    ----------
    stability : DataFrame
        Jackknifed values.
    population : DataFrame
        Logistic cells and twins are left out.

    Returns
    -------
    DataFrame
        One row per cell, method and tuning: ``level`` of correlation, ``effect`` (log ratio; above
        0 ridge is more stable), ``se``, ``ci_low`` and ``ci_high``. Cells where it is undefined are
        left out.
    """
    methods = [LASSO, *shown_nets(stability["method"], 1)]
    tables = []
    for tuning in TUNINGS:
        for method in methods:
            part = {
                "evidence": "stability",
                "metric": METRIC,
                "method": method,
                "tuning": tuning,
                "versus": {"method": RIDGE, "tuning": tuning},
                "scale": "log-ratio",
                "direction": "above",
                "margin": MARGIN,
            }
            found = contrast(stability, part).dropna(subset="effect").reset_index()
            tables.append(found.assign(method=method, tuning=tuning))
    named = levels(crossed(population))
    named = named[named["factor"] == "correlation"][["cell_id", "rank", "level"]]
    about = crossed(population)[["cell_id", "n_samples", "n_features", "density", "snr"]]
    joined = pd.concat(tables).merge(about, on="cell_id").merge(named, on="cell_id")
    joined = joined.sort_values(["tuning", "method", "rank", "cell_id"], ignore_index=True)
    kept = ["method", "tuning", "effect", "se", "ci_low", "ci_high", "state"]
    return joined[["cell_id", "level", *about.columns[1:], *kept]]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw one panel per tuning: a point a cell, and median and quartiles of each correlation."""
    methods = in_order(data["method"])
    names = list(dict.fromkeys(data["level"]))
    slot = SLOT / len(methods)
    with styled(1, len(TUNINGS), 1.0 + 0.33 * len(names), sharey=True) as (figure, grid):
        for axes, (tuning, title) in zip(grid[0], TUNINGS.items(), strict=True):
            axes.axvspan(-MARGIN, MARGIN, color="#d9d9d9", zorder=0)
            axes.axvline(0, color="black", linewidth=0.6)
            for turn, method in enumerate(methods):
                chosen = data[(data["tuning"] == tuning) & (data["method"] == method)]
                shift = (turn - (len(methods) - 1) / 2) * slot
                _points(axes, chosen, names, (shift, slot), look(method, methods))
            axes.set_xticks(np.log(TICKS), [f"{tick:g}" for tick in TICKS])
            axes.set_xlim(*_range(data))
            axes.set_title(title)
            axes.set_xlabel("scale-free variance\nas a multiple of ridge's")
            axes.grid(visible=False, axis="y")
            for between in range(1, len(names)):
                axes.axhline(between - 0.5, color="#e4e4e4", linewidth=0.5, zorder=0)
        grid[0, 0].set_yticks(range(len(names)), names)
        grid[0, 0].set_ylim(len(names) - 0.5, -0.5)
        legend_below(figure, grid[0, 0], 4)
        yield figure


def _range(data: pd.DataFrame) -> tuple[float, float]:
    low, high = data["effect"].min(), data["effect"].max()
    return low - 0.03 * (high - low), high + 0.03 * (high - low)


def _points(
    axes: Axes,
    data: pd.DataFrame,
    names: Sequence[str],
    slot: tuple[float, float],
    style: dict[str, Any],
) -> None:
    """Draw the cells of each correlation in a slot (shift, height), below their quartiles."""
    shift, height = slot
    order = data.groupby("level").cumcount()
    count = data.groupby("level")["cell_id"].transform("size")
    offset = (order / np.maximum(count - 1, 1) - 0.5) * 0.7 * height
    y = data["level"].map(names.index) + shift
    axes.plot(
        data["effect"],
        y + offset,
        linestyle="none",
        marker=".",
        markersize=4,
        color=style["color"],
        alpha=0.5,
        markeredgewidth=0,
    )
    effects = data.groupby(y)["effect"]
    low, middle, high = (effects.quantile(share) for share in (0.25, 0.5, 0.75))
    axes.errorbar(
        middle,
        middle.index,
        xerr=[middle - low, high - middle],
        fmt=style["marker"],
        color=style["color"],
        markersize=4.5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        linewidth=1.6,
        label=f"{style['label']} against ridge: median and quartiles",
    )
