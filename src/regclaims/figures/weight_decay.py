"""Training with weight decay: distance from closed-form ridge on the way, and what is fitted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.over_cells import over_cells, unpivoted
from regclaims.figures.style import legend_below, styled
from regclaims.mechanisms.weight_decay import CLOSED_FORM, OPTIMIZERS

WAY, END, FIT = "way", "end", "fit"

HOLLOW = {"markerfacecolor": "none", "markersize": 7}
"""Lest a curve hide the one below it."""

LOOKS: dict[str, dict[str, Any]] = {
    "gradient-descent": {"color": "#0072b2", "marker": "s", "linestyle": "--", **HOLLOW},
    "adam-l2": {"color": "#009e73", "marker": "^", "linestyle": "-."},
    "adam-decoupled": {"color": "#d55e00", "marker": "o", "linestyle": "-"},
    CLOSED_FORM: {"color": "#000000", "marker": "x", "linestyle": ":"},
}
NAMES = {
    "gradient-descent": "gradient descent with weight decay",
    "adam-l2": "Adam on the loss with an L2 penalty",
    "adam-decoupled": "Adam with decay beside its step",
    CLOSED_FORM: "ridge in closed form",
}


def table(weight_decay: pd.DataFrame) -> pd.DataFrame:
    """Average over cells what the panels show.

    Parameters
    ----------
    weight_decay : DataFrame
        As from `mechanisms.weight_decay.run`.

    Returns
    -------
    DataFrame
        ``panel, method, x, value, low, high, cells``. Panel ``way``: relative distance from ridge
        by steps (geometric means); ``end``: that at the end by lambda; ``fit``: the training loss
        above the least possible as a share of the null model's, by lambda.
    """
    trained = weight_decay[weight_decay["method"].isin(OPTIMIZERS)]
    names = [name for name in map(str, weight_decay) if name.startswith("deviation_at_")]
    steps = [float(name.removeprefix("deviation_at_")) for name in names]
    way = unpivoted(trained, names, steps)
    by = ["method", "x"]
    panels = {
        WAY: over_cells(way, by, "value", log=True),
        END: over_cells(trained.assign(x=trained["strength"]), by, "deviation", log=True),
        FIT: over_cells(weight_decay.assign(x=weight_decay["strength"]), by, "training_excess"),
    }
    found = pd.concat([part.assign(panel=name) for name, part in panels.items()])
    return found[["panel", "method", "x", "value", "low", "high", "cells"]].reset_index(drop=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw the way to ridge, and beside it how much each end is shrunk."""
    with styled(1, 2, 3.0) as (figure, grid):
        way, fit = grid[0]
        _lines(way, data[data["panel"] == WAY])
        way.set_title("Where does training go?")
        way.set_xlabel("steps")
        way.set_ylabel("relative distance from ridge")
        way.set_yscale("log")
        _lines(fit, data[data["panel"] == FIT])
        fit.set_title("How strongly is the fit shrunk?")
        fit.set_xlabel(r"$\lambda$, as a share of the largest eigenvalue")
        fit.set_ylabel("loss above least squares'\n(null model: 1)")
        for axes in (way, fit):
            axes.set_xscale("log")
            axes.minorticks_off()
        legend_below(figure, fit, 2)
        yield figure


def _lines(axes: Axes, data: pd.DataFrame) -> None:
    for method, look in LOOKS.items():
        own = data[data["method"] == method].sort_values("x")
        if own.empty:
            continue
        axes.plot(own["x"], own["value"], label=NAMES[method], **look)
        axes.fill_between(
            own["x"], own["low"], own["high"], color=look["color"], alpha=0.2, linewidth=0
        )
