"""Share of zero coefficients along the paths, by method and shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.names import LASSO, RIDGE
from regclaims.figures.by_factor import crossed
from regclaims.figures.names import method_name, shown_nets
from regclaims.figures.style import SHARE_OF_LAMBDA, legend_below, styled

READS = {
    "paths": {
        "columns": ["cell_id", "method", "lambda_index", "lambda_ratio", "mean", "mcse"],
        "filters": [("metric", "==", "zero_share")],
    },
    "population": {"columns": ["cell_id", "n_samples", "n_features", "response", "twins"]},
}

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", (0, (1, 1)))

MARKED = 9
"""Points of a path that carry a marker."""


def table(paths: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Average the zero share over the cells of each shape.

    Parameters
    ----------
    paths : DataFrame
        Zero shares along the paths, means over replicates.
    population : DataFrame
        Logistic cells and twins are left out.

    Returns
    -------
    DataFrame
        ``method, n_samples, n_features, lambda_index, lambda_ratio, zero_share, mcse, cells``, of
        ridge, two Elastic Nets at most and the lasso, in this order. Only places that every cell of
        a shape has: an average over those that happened to go on would be of other cells at each
        place.
    """
    methods = [RIDGE, *shown_nets(paths["method"], 2), LASSO]
    shapes = crossed(population)[["cell_id", "n_samples", "n_features"]]
    data = paths[paths["method"].isin(methods)].merge(shapes, on="cell_id")
    data = data.assign(variance=data["mcse"] ** 2, turn=data["method"].map(methods.index))
    groups = data.groupby(["turn", "method", "n_samples", "n_features", "lambda_index"])
    means = groups.agg(
        lambda_ratio=("lambda_ratio", "first"),
        zero_share=("mean", "mean"),
        variance=("variance", "sum"),
        cells=("cell_id", "nunique"),
    ).reset_index()
    means["mcse"] = np.sqrt(means.pop("variance")) / means["cells"]
    every = means.groupby(["n_samples", "n_features"])["cells"].transform("max")
    return means[means["cells"] == every].drop(columns="turn").reset_index(drop=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per method, each over its own range of lambda; darker: more columns per row."""
    methods = list(dict.fromkeys(data["method"]))
    shapes = sorted(
        set(zip(data["n_samples"], data["n_features"], strict=True)), key=lambda s: (s[1] / s[0], s)
    )
    colors = mpl.colormaps["viridis_r"](np.linspace(0.1, 1.0, len(shapes)))
    rows = 2 if len(methods) > 3 else 1
    with styled(rows, len(methods) // rows, 0.6 + 2.1 * rows, sharey=True) as (figure, grid):
        for axes, method in zip(grid.flat, methods, strict=True):
            own = data[data["method"] == method]
            for turn, (n, p) in enumerate(shapes):
                _line(axes, own[(own["n_samples"] == n) & (own["n_features"] == p)], turn, colors)
            _frame(axes, method)
        for axes in grid[:, 0]:
            axes.set_ylabel("share of coefficients equal to 0")
        legend_below(figure, grid[0, 0], 4)
        yield figure


def _frame(axes: Axes, method: str) -> None:
    axes.set_title(method_name(method))
    axes.set_xlabel(SHARE_OF_LAMBDA)
    axes.set_xscale("log")
    axes.invert_xaxis()
    axes.minorticks_off()
    axes.set_ylim(-0.04, 1.04)


def _line(axes: Axes, data: pd.DataFrame, turn: int, colors: np.ndarray) -> None:
    if data.empty:
        return
    n, p = data[["n_samples", "n_features"]].iloc[0]
    half = 1.96 * data["mcse"]
    x, y = data["lambda_ratio"], data["zero_share"]
    axes.plot(
        x,
        y,
        color=colors[turn],
        linestyle=LINES[turn % len(LINES)],
        marker=MARKERS[turn % len(MARKERS)],
        markevery=max(1, len(data) // MARKED),
        markersize=3.5,
        label=f"n = {n:.0f}, p = {p:.0f}",
    )
    axes.fill_between(x, y - half, y + half, color=colors[turn], alpha=0.2, linewidth=0)
