"""Share of zero coefficients along the paths, by method and shape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.style import SHARE_OF_LAMBDA, legend_below, look, styled

SHAPES: tuple[tuple[str, str, Any], ...] = (
    ("#000000", "o", "-"),
    ("#0072b2", "s", "--"),
    ("#d55e00", "^", "-."),
    ("#009e73", "D", (0, (1, 1))),
    ("#cc79a7", "v", (0, (5, 1, 1, 1, 1, 1))),
    ("#56b4e9", "P", (0, (3, 1))),
    ("#e69f00", "X", (0, (4, 2, 1, 2))),
    ("#6e6e6e", "*", (0, (2, 2))),
)
"""Colour, marker and line of a shape."""

MARKED = 9
"""Points of a path that carry a marker with its interval."""


def table(paths: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Average the zero share over the cells of each shape.

    Parameters
    ----------
    paths : DataFrame
        Means over replicates along the paths.
    population : DataFrame

    Returns
    -------
    DataFrame
        ``method, n_samples, n_features, lambda_index, lambda_ratio, zero_share, mcse, cells``. Only
        places that every replicate of every cell reached: an average over those that happened to
        go on would be of other data sets at each place.
    """
    shapes = population[["cell_id", "n_samples", "n_features"]]
    data = paths[paths["metric"] == "zero_share"].merge(shapes, on="cell_id")
    complete = data["replicates"] == data["replicates"].max()
    data = data[complete].assign(variance=data["mcse"] ** 2)
    groups = data.groupby(["method", "n_samples", "n_features", "lambda_index"])
    means = groups.agg(
        lambda_ratio=("lambda_ratio", "first"),
        zero_share=("mean", "mean"),
        variance=("variance", "sum"),
        cells=("cell_id", "nunique"),
    ).reset_index()
    means["mcse"] = np.sqrt(means.pop("variance")) / means["cells"]
    every = means.groupby(["n_samples", "n_features"])["cells"].transform("max")
    return means[means["cells"] == every].reset_index(drop=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw one panel per method, each over its own range of lambda."""
    methods = sorted(data["method"].unique(), key=lambda m: (m != "ridge", m == "lasso", m))
    shapes = sorted(set(zip(data["n_samples"], data["n_features"], strict=True)))
    with styled(1, len(methods), 2.7, sharey=True) as (figure, grid):
        for axes, method in zip(grid[0], methods, strict=True):
            for shape, style in zip(shapes, SHAPES, strict=False):
                chosen = (data["method"] == method) & (data["n_samples"] == shape[0])
                _line(axes, data[chosen & (data["n_features"] == shape[1])], shape, style)
            axes.set_title(look(method, methods)["label"])
            axes.set_xlabel(SHARE_OF_LAMBDA)
            axes.set_xscale("log")
            axes.invert_xaxis()
            axes.minorticks_off()
        grid[0, 0].set_ylabel("share of coefficients equal to 0")
        grid[0, 0].set_ylim(-0.04, 1.04)
        legend_below(figure, grid[0, 0], 4)
        yield figure


def _line(
    axes: Axes, data: pd.DataFrame, shape: tuple[int, int], style: tuple[str, str, Any]
) -> None:
    color, marker, line = style
    label = f"n = {shape[0]}, p = {shape[1]}"
    half = 1.96 * data["mcse"]
    x, y = data["lambda_ratio"], data["zero_share"]
    axes.plot(
        x,
        y,
        color=color,
        linestyle=line,
        marker=marker,
        markevery=max(1, len(data) // MARKED),
        markersize=3.5,
        label=label,
    )
    axes.fill_between(x, y - half, y + half, color=color, alpha=0.2, linewidth=0)
