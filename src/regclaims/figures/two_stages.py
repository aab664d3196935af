"""Sparsity against accuracy with one knob and with two, and how far the lasso's two aims differ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import METHODS as LOOKS
from regclaims.figures.style import canvas
from regclaims.mechanisms.two_stages import ADAPTIVE, FRONTIER, LASSO, METHODS, RELAXED, THRESHOLDED

NAMES = {
    LASSO: "lasso: one strength",
    RELAXED: "relaxed lasso",
    ADAPTIVE: "adaptive lasso",
    THRESHOLDED: "ridge on the lasso's largest",
}
LOOK = LOOKS | {THRESHOLDED: LOOKS["ridge"]}

FRONTIER_ROWS, GAP_ROWS = "frontier", "gap"

TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MARGIN, ROWS, COLUMNS = 0.06, 2, 3
"""Dodge of neighbouring points; numbers of relevant columns and SNRs shown, at most."""


def table(two_stages: pd.DataFrame) -> pd.DataFrame:
    """Average risk at every sparsity, and the ratio of the lasso's two best lambdas.

    Parameters
    ----------
    two_stages : DataFrame
        As from `mechanisms.two_stages.run`.

    Returns
    -------
    DataFrame
        ``shown, n_relevant, snr, method, allowed, value, low, high, cells``: geometric means over
        cells with 95 % intervals for Monte Carlo error. ``frontier`` rows have the relative risk
        with at most ``allowed`` times the true number of non-zeros; ``gap`` rows the lambda of the
        best support as a multiple of that of the least risk.
    """
    by = ["n_relevant", "snr", "method"]
    found = [
        over_cells(two_stages, by, metric, log=True).assign(shown=FRONTIER_ROWS, allowed=multiple)
        for metric, multiple in FRONTIER.items()
    ]
    knobs = two_stages[two_stages["method"].isin([LASSO, ADAPTIVE])]
    ratios = knobs.assign(ratio=np.exp(knobs["lambda_gap"]))
    found.append(over_cells(ratios, by, "ratio", log=True).assign(shown=GAP_ROWS, allowed=np.nan))
    columns = ["shown", *by, "allowed", "value", "low", "high", "cells"]
    return pd.concat(found, ignore_index=True)[columns]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel of frontiers per number of relevant columns and SNR; below, the lambdas."""
    relevant = sorted(data["n_relevant"].unique())[:ROWS]
    snrs = sorted(data["snr"].unique())[-COLUMNS:]
    with canvas(1.6 * len(relevant) + 1.8) as figure:
        grid = figure.add_gridspec(len(relevant) + 1, len(snrs))
        for row, s in enumerate(relevant):
            first: Axes | None = None
            for column, snr in enumerate(snrs):
                axes = figure.add_subplot(grid[row, column], sharey=first)
                first = first or axes
                rows = data[(data["n_relevant"] == s) & (data["snr"] == snr)]
                _frontiers(axes, rows[rows["shown"] == FRONTIER_ROWS])
                axes.set_title(f"{s} relevant columns, SNR {snr:g}")
                axes.tick_params(labelleft=column == 0)
            if first is not None:
                first.set_ylabel("relative risk")
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), fontsize=7.5)
        _gaps(figure.add_subplot(grid[len(relevant), :]), data[data["shown"] == GAP_ROWS])
        yield figure


def _frontiers(axes: Axes, data: pd.DataFrame) -> None:
    multiples = sorted(data["allowed"].unique())
    for turn, method in enumerate(METHODS):
        own = data[data["method"] == method].sort_values("allowed")
        _points(axes, np.arange(len(own)) + (turn - 1.5) * MARGIN, own, method)
    names = {0.25: "¼", 0.5: "½", np.inf: "any"}
    axes.set_xticks(range(len(multiples)), [names.get(k, f"{k:g}") for k in multiples])
    axes.set_xlabel("non-zeros allowed / relevant columns", fontsize=7.5)
    axes.set_yscale("log")
    ticks = [tick for tick in TICKS if tick > data["low"].min() / 2]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def _gaps(axes: Axes, data: pd.DataFrame) -> None:
    """Draw where the lambda of the best support lies, as a multiple of that of the least risk."""
    groups = sorted(set(zip(data["n_relevant"], data["snr"], strict=True)))
    for turn, method in enumerate((LASSO, ADAPTIVE)):
        own = data[data["method"] == method].set_index(["n_relevant", "snr"]).reindex(groups)
        _points(axes, np.arange(len(groups)) + (turn - 0.5) * 2 * MARGIN, own, method, line=False)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_yscale("log")
    ticks = [0.1, 0.2, 0.5, 1, 2, 5]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xticks(range(len(groups)), [f"{s} relevant\nSNR {snr:g}" for s, snr in groups])
    axes.set_ylabel(r"best $\lambda$ for the support /" + "\n" + r"best $\lambda$ for prediction")
    axes.grid(visible=False, axis="x")


def _points(
    axes: Axes, x: np.ndarray, data: pd.DataFrame, method: str, *, line: bool = True
) -> None:
    style = LOOK[method]
    axes.errorbar(
        x,
        data["value"],
        yerr=[data["value"] - data["low"], data["high"] - data["value"]],
        color=style["color"],
        marker=style["marker"],
        linestyle=style["linestyle"] if line else "none",
        markersize=3.5,
        elinewidth=0.8,
        label=NAMES[method],
    )
