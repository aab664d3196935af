"""Zeros in the data before and after fits, and in the coefficients."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import METHODS as LOOKS
from regclaims.figures.style import styled
from regclaims.mechanisms.data_sparsity import METHODS

NAMES = {"lasso": "lasso", "elastic-net": "Elastic Net", "ridge": "ridge"}

ROWS = {
    "data_zeros_before": "X before the fits",
    "data_zeros_after": "X after the fits",
    "copy_zeros_before": "standardized copy before",
    "copy_zeros_after": "standardized copy after",
    "coef_zeros": "coefficients",
}
PANELS = 3
DODGE = 0.2


def table(data_sparsity: pd.DataFrame) -> pd.DataFrame:
    """Average shares of zeros over cells.

    Parameters
    ----------
    data_sparsity : DataFrame
        As from `mechanisms.data_sparsity.run`.

    Returns
    -------
    DataFrame
        ``zero_share, method, counted, value, low, high, cells``: means with 95 % intervals for
        Monte Carlo error.
    """
    by = ["zero_share", "method"]
    found = [over_cells(data_sparsity, by, metric).assign(counted=metric) for metric in ROWS]
    columns = ["zero_share", "method", "counted", "value", "low", "high", "cells"]
    return pd.concat(found, ignore_index=True)[columns]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per sparsity of the data: a row per thing in which zeros are counted."""
    shares = sorted(data["zero_share"].unique())[:PANELS]
    with styled(1, len(shares), 2.1, sharey=True) as (figure, grid):
        for axes, share in zip(grid[0], shares, strict=True):
            _panel(axes, data[data["zero_share"] == share])
            axes.set_title("dense data" if share == 0 else f"data with {100 * share:.0f} % zeros")
        figure.supxlabel("share of zeros", fontsize=9)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        yield figure


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    rows = list(ROWS)
    for turn, method in enumerate(METHODS):
        own = data[data["method"] == method]
        style = LOOKS[method]
        axes.errorbar(
            own["value"],
            own["counted"].map(rows.index) + (turn - 1) * DODGE,
            xerr=[own["value"] - own["low"], own["high"] - own["value"]],
            fmt=style["marker"],
            color=style["color"],
            markersize=4.5,
            elinewidth=0.9,
            label=NAMES[method],
        )
    axes.axhspan(len(rows) - 1.5, len(rows) - 0.5, color="#f2f2f2", zorder=0)
    axes.set_yticks(range(len(rows)), list(ROWS.values()))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-0.04, 1.04)
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    axes.grid(visible=False, axis="y")
