"""From lambda to radius: one curve for each data set, and how closely both forms agree on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.style import styled
from regclaims.mechanisms.duality import LASSO, METHODS
from regclaims.solvers import MAX_RESIDUAL

RADIUS = "radius_share"
DEVIATIONS = {
    "coef_deviation": "coefficients, penalty to ball",
    "lambda_deviation": r"$\lambda$ and the ball's multiplier",
    "return_deviation": "coefficients, ball to penalty",
}
LOOKS = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"))
MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)))

BAND = (0.025, 0.975)
"""Quantiles over data sets."""

LEAST = 2.0**-53
"""Deviations below half a unit of rounding are drawn here: a logarithm has no zero."""

AXIS = {
    LASSO: r"$\lambda$ as a share of the largest",
    "ridge": r"$\lambda$ as a share of $X'X/n$'s largest eigenvalue",
}


def table(duality: pd.DataFrame) -> pd.DataFrame:
    """Summarize radii and deviations over data sets.

    Parameters
    ----------
    duality : DataFrame
        As from `mechanisms.duality.run`.

    Returns
    -------
    DataFrame
        ``quantity, method, shape, strength, median, low, high, data_sets``. `RADIUS` is a data
        set's radius relative to that at its weakest penalty, with the quantiles `BAND` over the
        data sets of a shape. Deviations are over all shapes, from the least to the largest.
    """
    return pd.concat([_radii(duality), _deviations(duality)], ignore_index=True)


def _radii(duality: pd.DataFrame) -> pd.DataFrame:
    data_set = ["method", "n_samples", "n_features", "rho", "replicate"]
    weakest = duality.sort_values("strength").groupby(data_set)["radius"].transform("first")
    share = duality["radius"] / weakest
    shape = duality["n_samples"].astype(str) + " × " + duality["n_features"].astype(str)
    groups = duality.assign(share=share, shape=shape).groupby(
        ["method", "shape", "strength"], sort=False
    )["share"]
    found = pd.DataFrame(
        {
            "median": groups.median(),
            "low": groups.quantile(BAND[0]),
            "high": groups.quantile(BAND[1]),
            "data_sets": groups.count(),
        }
    ).reset_index()
    return found.assign(quantity=RADIUS)[["quantity", *found.columns]]


def _deviations(duality: pd.DataFrame) -> pd.DataFrame:
    long = duality.melt(["method", "strength"], list(DEVIATIONS), "quantity", "deviation")
    groups = long.groupby(["quantity", "method", "strength"], sort=False)["deviation"]
    found = groups.agg(median="median", low="min", high="max", data_sets="count").reset_index()
    found.insert(2, "shape", "all")
    return found


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a column per method: radii above, deviations below."""
    with styled(2, len(METHODS), 4.6, sharey="row") as (figure, grid):
        for column, method in zip(grid.T, METHODS, strict=True):
            own = data[data["method"] == method]
            _draw_radii(column[0], own[own["quantity"] == RADIUS])
            _draw_deviations(column[1], own)
            column[0].set_title(f"{method} and the {'L1' if method == LASSO else 'L2'} ball")
            column[1].set_xlabel(AXIS[method])
            for axes in column:
                axes.set_xscale("log")
                axes.invert_xaxis()
                axes.minorticks_off()
        grid[0, 0].set_ylabel("radius, as a share of that\nat the weakest penalty")
        grid[1, 0].set_ylabel("relative deviation")
        grid[0, 1].legend(title="rows × columns", loc="lower right", fontsize=7.5)
        grid[1, 1].legend(loc="lower right", bbox_to_anchor=(1.0, 0.42), fontsize=7.5)
        yield figure


def _draw_radii(axes: Axes, data: pd.DataFrame) -> None:
    shapes = list(dict.fromkeys(data["shape"]))
    colors = mpl.colormaps["viridis_r"](np.linspace(0.1, 1.0, len(shapes)))
    for turn, shape in enumerate(shapes):
        own = data[data["shape"] == shape].sort_values("strength")
        axes.plot(
            own["strength"],
            own["median"],
            color=colors[turn],
            linestyle=LINES[turn % len(LINES)],
            marker=MARKERS[turn % len(MARKERS)],
            markersize=3,
            label=shape,
        )
        axes.fill_between(
            own["strength"], own["low"], own["high"], color=colors[turn], alpha=0.13, linewidth=0
        )
    axes.set_ylim(-0.04, 1.04)


def _draw_deviations(axes: Axes, data: pd.DataFrame) -> None:
    for turn, ((quantity, label), (color, marker)) in enumerate(
        zip(DEVIATIONS.items(), LOOKS, strict=True)
    ):
        own = data[data["quantity"] == quantity].sort_values("strength")
        middle, low, high = (own[name].clip(lower=LEAST) for name in ("median", "low", "high"))
        axes.errorbar(
            own["strength"] * 1.06 ** (turn - 1),
            middle,
            yerr=[middle - low, high - middle],
            fmt=marker,
            color=color,
            markersize=3,
            linewidth=0.8,
            label=label,
        )
    axes.set_yscale("log")
    axes.set_ylim(LEAST / 4, 10 * MAX_RESIDUAL)
    axes.axhline(MAX_RESIDUAL, color="black", linewidth=0.8, linestyle="--")
    axes.text(
        0.98,
        MAX_RESIDUAL / 2,
        "what a certificate allows",
        transform=axes.get_yaxis_transform(),
        ha="right",
        va="top",
        fontsize=7.5,
    )
