"""Degrees of freedom, measured, against non-zeros: who over-fits more than the sparsity says."""

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
from regclaims.figures.style import legend_below, styled
from regclaims.mechanisms.optimism import BEST, FORWARD, LASSO, METHODS, OLS, RIDGE, UNSHRUNK

NAMES = {
    LASSO: "lasso",
    UNSHRUNK: "least squares on the lasso's columns",
    BEST: "best subset",
    FORWARD: "forward selection",
    RIDGE: "ridge (as many degrees of freedom)",
    OLS: "least squares on all columns",
}
LOOK: dict[str, dict[str, Any]] = {
    LASSO: LOOKS["lasso"],
    RIDGE: LOOKS["ridge"],
    UNSHRUNK: LOOKS["relaxed-lasso"],
    BEST: {"color": "#000000", "marker": "P", "linestyle": (0, (5, 1))},
    FORWARD: {"color": "#cc79a7", "marker": "X", "linestyle": (0, (3, 1))},
}

ROWS, COLUMNS = 2, 4
"""Numbers of relevant columns and SNRs shown, at most."""

DODGE = 0.12


def table(optimism: pd.DataFrame) -> pd.DataFrame:
    """Average degrees of freedom over responses and cells.

    Parameters
    ----------
    optimism : DataFrame
        As from `mechanisms.optimism.run`.

    Returns
    -------
    DataFrame
        ``n_relevant, snr, size, method, value, low, high, cells``: degrees of freedom with 95 %
        intervals for Monte Carlo error; beside it ``formula`` and ``n_nonzero``, means, and
        ``avoided``, ``avoided_low``, ``avoided_high``: the share of avoidable optimism avoided.
    """
    by = ["n_relevant", "snr", "size", "method"]
    found = over_cells(optimism, by, "df").set_index(by)
    avoided = over_cells(optimism, by, "avoided").set_index(by)
    ends = {"value": "avoided", "low": "avoided_low", "high": "avoided_high"}
    means = optimism.groupby(by)[["formula", "n_nonzero"]].mean()
    return found.join(means).join(avoided[list(ends)].rename(columns=ends)).reset_index()


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per number of relevant columns and SNR."""
    relevant = sorted(data["n_relevant"].unique())[:ROWS]
    snrs = sorted(data["snr"].unique())[-COLUMNS:]
    p = float(data.loc[data["method"] == OLS, "n_nonzero"].max())
    with styled(len(relevant), len(snrs), 0.9 + 1.9 * len(relevant), sharey=True) as (figure, grid):
        for row, s in enumerate(relevant):
            for axes, snr in zip(grid[row], snrs, strict=True):
                own = data[(data["n_relevant"] == s) & (data["snr"] == snr)]
                _panel(axes, own, p)
                axes.set_title(f"{s} of {p:g} relevant\nSNR {snr:g}")
            grid[row, 0].set_ylabel("degrees of freedom")
            # One scale for all panels, which share it.
            grid[row, 0].set_ylim(0, 1.05 * max(p, data["high"].max()))
        for axes in grid[-1]:
            axes.set_xlabel("non-zeros")
        legend_below(figure, grid[0, 0], 3)
        yield figure


def _panel(axes: Axes, data: pd.DataFrame, p: float) -> None:
    methods = [method for method in METHODS if method != OLS]
    axes.axhline(p, color=LOOKS["ols"]["color"], linestyle=":", label=NAMES[OLS])
    axes.plot([0, p], [0, p], color="#bbbbbb", linewidth=3, zorder=1, label="one per non-zero")
    for turn, method in enumerate(methods):
        own = data[data["method"] == method].sort_values("size")
        style = LOOK[method]
        axes.errorbar(
            own["size"] + (turn - (len(methods) - 1) / 2) * DODGE,
            own["value"],
            yerr=[own["value"] - own["low"], own["high"] - own["value"]],
            label=NAMES[method],
            color=style["color"],
            marker=style["marker"],
            linestyle=style["linestyle"],
            linewidth=0.9,
            elinewidth=0.8,
            markersize=4,
        )
    axes.set_xlim(0, p)
    axes.set_xticks(np.unique(data["size"]))
