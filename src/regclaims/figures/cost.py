"""What the lasso costs beside ridge, by shape, strength and algorithm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import legend_below, styled

RATIO, COUNT = "ratio", "count"

MACHINERY: dict[str, tuple[str, dict[str, Any]]] = {
    "coordinate-descent": (
        "coordinate descent, both",
        {"color": "#009e73", "marker": "P", "linestyle": (0, (5, 1))},
    ),
    "accelerated": (
        "accelerated gradients, both",
        {"color": "#d55e00", "marker": "o", "linestyle": "-"},
    ),
    "path": (
        "whole path by the best algorithm of each",
        {"color": "#0072b2", "marker": "s", "linestyle": "--"},
    ),
}
"""Name and look."""

PLAIN = "independent"
"""The correlation that comes first."""

TWICE = 2.0
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)


def table(cost: pd.DataFrame) -> pd.DataFrame:
    """Average the lasso's cost over ridge's, in each cell.

    Parameters
    ----------
    cost : DataFrame
        As from `mechanisms.cost.run`.

    Returns
    -------
    DataFrame
        ``n_samples, n_features, correlation, lambda_share, machinery, value, low, high``: geometric
        mean over replicates of the ratio of operations, one row per cell and machinery; shapes by
        columns per row, lambdas falling.
    """
    levels = ["n_samples", "n_features", "correlation", "lambda_share"]
    wide = cost.pivot(
        index=["cell_id", *levels, "replicate"], columns="method", values="operations"
    )
    ratios = [
        (wide[f"lasso-{name}"] / wide[f"ridge-{name}"]).rename("ratio").reset_index()
        for name in MACHINERY
    ]
    named = zip(MACHINERY, ratios, strict=True)
    long = pd.concat([own.assign(machinery=name) for name, own in named])
    found = over_cells(long, [*levels, "machinery"], "ratio", log=True)
    turn = found["machinery"].map(list(MACHINERY).index)
    order = found.assign(wide=found["n_features"] / found["n_samples"], turn=turn)
    by = ["correlation", "wide", "n_features", "lambda_share", "turn"]
    order = order.sort_values(by, ascending=[True, True, True, False, True])
    return order[[*levels, "machinery", "value", "low", "high"]].reset_index(drop=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per correlation, a group of points per shape; above 1 the lasso costs more."""
    correlations = sorted(set(data["correlation"]), key=lambda name: (name != PLAIN, name))
    with styled(1, len(correlations), 2.8, sharey=True) as (figure, grid):
        for axes, correlation in zip(grid[0], correlations, strict=True):
            _panel(axes, data[data["correlation"] == correlation])
            axes.set_title(f"columns: {correlation}")
        grid[0, 0].set_ylabel("operations of the lasso\nas a multiple of ridge's")
        legend_below(figure, grid[0, 0], 2)
        yield figure


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    axes.axhspan(1, TWICE, color="#d9d9d9", zorder=0, label="slightly more: up to twice")
    axes.axhline(1, color="black", linewidth=0.6)
    shapes = list(dict.fromkeys(zip(data["n_samples"], data["n_features"], strict=True)))
    for name, (label, look) in MACHINERY.items():
        for place, (n, p) in enumerate(shapes):
            own = data[(data["machinery"] == name) & (data["n_samples"] == n)]
            own = own[own["n_features"] == p]
            x = place + np.linspace(-0.3, 0.3, len(own))
            errors = [own["value"] - own["low"], own["high"] - own["value"]]
            axes.errorbar(x, own["value"], yerr=errors, label=label if place == 0 else None, **look)
    axes.set_yscale("log")
    axes.set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    axes.minorticks_off()
    axes.set_xticks(range(len(shapes)), [f"{n} × {p}" for n, p in shapes], fontsize=7)
    axes.set_xlabel("n × p; within a shape $\\lambda$ falls to the right")
