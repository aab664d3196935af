"""First-order methods on the lasso: gaps, zeros, oscillation, and steps to a gap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.over_cells import over_cells, unpivoted
from regclaims.figures.style import styled
from regclaims.mechanisms.optimizers import BEST, EXACT_LASSO, FROM_ZERO, RIDGE, TARGETS

GAP, ZEROS, SIZE, STEPS = "gap", "zeros", "size", "steps"

LOOKS: dict[str, dict[str, Any]] = {
    "subgradient": {"color": "#0072b2", "marker": "s", "linestyle": "--"},
    "subgradient-diminishing": {"color": "#56b4e9", "marker": "v", "linestyle": (0, (3, 1, 1, 1))},
    BEST: {"color": "#000000", "marker": "D", "linestyle": ":"},
    "ista": {"color": "#e69f00", "marker": "^", "linestyle": "-."},
    "fista": {"color": "#d55e00", "marker": "o", "linestyle": "-"},
    "coordinate-descent": {"color": "#009e73", "marker": "P", "linestyle": (0, (5, 1))},
    RIDGE: {"color": "#cc79a7", "marker": "X", "linestyle": (0, (1, 1))},
}
NAMES = {
    "subgradient": "subgradient, constant step",
    "subgradient-diminishing": "subgradient, diminishing step",
    BEST: "subgradient, best in hindsight",
    "ista": "proximal gradient (ISTA)",
    "fista": "accelerated (FISTA)",
    "coordinate-descent": "coordinate descent",
    RIDGE: "gradient descent on ridge: no kink",
}

SIZES = {"subgradient": 1.0, "subgradient-tenth": 0.1, "subgradient-hundredth": 0.01}
"""Constant steps, in units of 1/L."""

GREYS = ("#000000", "#6e6e6e", "#a6a6a6")
MARKERS = ("o", "s", "^")


def table(optimizers: pd.DataFrame) -> pd.DataFrame:
    """Average over cells what the panels show.

    Parameters
    ----------
    optimizers : DataFrame
        As from `mechanisms.optimizers.run`.

    Returns
    -------
    DataFrame
        ``panel, method, x, value, low, high, cells``. Panel ``gap``: relative gap by passes
        (geometric means); ``zeros``: share of exact zeros by passes, and the exact solution's;
        ``size``: mean size of the solution's zeros at the end, in units of lambda/L, by step, a
        method for each lambda; ``steps``: steps to a relative gap (geometric means).
    """
    shown = optimizers[optimizers["method"].isin(LOOKS)]
    columns = [name for name in map(str, optimizers) if name.startswith("gap_at_")]
    marks = [name.removeprefix("gap_at_") for name in columns]
    passes = [float(mark) for mark in marks]
    gaps = unpivoted(shown, columns, passes)
    started = optimizers[optimizers["method"].isin([*LOOKS, FROM_ZERO])]
    zeros = unpivoted(started, [f"zero_share_at_{mark}" for mark in marks], passes)
    exact = optimizers.loc[optimizers["method"] == EXACT_LASSO, ["cell_id", "method", "zero_share"]]
    exact = exact.rename(columns={"zero_share": "value"}).assign(x=passes[-1])
    steps = unpivoted(shown, [f"iterations_to_{name}" for name in TARGETS], list(TARGETS.values()))
    panels = {
        GAP: over_cells(gaps, ["method", "x"], "value", log=True),
        ZEROS: over_cells(pd.concat([zeros, exact]), ["method", "x"], "value"),
        SIZE: _sizes(optimizers),
        STEPS: over_cells(steps, ["method", "x"], "value", log=True),
    }
    return pd.concat([found.assign(panel=name) for name, found in panels.items()])[
        ["panel", "method", "x", "value", "low", "high", "cells"]
    ].reset_index(drop=True)


def _sizes(optimizers: pd.DataFrame) -> pd.DataFrame:
    constant = optimizers[optimizers["method"].isin(SIZES)]
    shares = constant["lambda_share"].map("{:g}".format)
    constant = constant.assign(x=constant["method"].map(SIZES), method=shares)
    return over_cells(constant, ["method", "x"], "amplitude", log=True)


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw four panels: gap, zeros, oscillation, steps."""
    with styled(2, 2, 4.7) as (figure, grid):
        _gaps(grid[0, 0], data[data["panel"] == GAP])
        _zeros(grid[0, 1], data[data["panel"] == ZEROS])
        _steps(grid[1, 0], data[data["panel"] == STEPS], data.loc[data["panel"] == GAP, "x"].max())
        _size(grid[1, 1], data[data["panel"] == SIZE])
        named = [axes.get_legend_handles_labels() for axes in (grid[0, 0], grid[1, 0])]
        handles = {label: handle for pair in named for handle, label in zip(*pair, strict=True)}
        labels = [NAMES[method] for method in LOOKS if NAMES[method] in handles]
        shown = [handles[label] for label in labels]
        figure.legend(shown, labels, loc="outside lower center", ncols=3)
        yield figure


def _gaps(axes: Axes, data: pd.DataFrame) -> None:
    _lines(axes, data[data["method"] != RIDGE])
    axes.set_title("How far from the minimum?")
    axes.set_xlabel("work, in gradients of the squared loss")
    axes.set_ylabel("relative objective gap")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.minorticks_off()


def _zeros(axes: Axes, data: pd.DataFrame) -> None:
    kept = data["method"].isin([name for name in LOOKS if name not in (BEST, RIDGE)])
    _lines(axes, data[kept])
    exact = data[data["method"] == EXACT_LASSO].iloc[0]
    axes.axhline(exact["value"], color="black", linewidth=0.8, zorder=0)
    _note(axes, "exact solution", (data["x"].min(), exact["value"]))
    axes.set_title("How many are exactly zero?")
    axes.set_xlabel("work, in gradients of the squared loss")
    axes.set_ylabel("share equal to zero")
    axes.set_xscale("log")
    axes.set_ylim(-0.04, 1.04)
    axes.minorticks_off()


def _steps(axes: Axes, data: pd.DataFrame, last: float) -> None:
    _lines(axes, data[data["method"] != "subgradient-diminishing"])
    axes.axhline(last, color="black", linewidth=0.8, zorder=0)
    _note(axes, "runs end here", (data["x"].max(), last))
    axes.set_title("How long does it take?")
    axes.set_xlabel("relative objective gap to reach")
    axes.set_ylabel("steps, or sweeps")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(top=3 * last)
    axes.invert_xaxis()
    axes.set_xticks(list(TARGETS.values()))
    axes.minorticks_off()


def _size(axes: Axes, data: pd.DataFrame) -> None:
    sizes = np.array(sorted(SIZES.values()))
    axes.plot(sizes, sizes, color="#d55e00", linewidth=0.8, linestyle="--", label="one step's pull")
    for turn, (share, own) in enumerate(data.groupby("method", sort=False)):
        label = f"$\\lambda$ = {share} of the largest"
        style = {"color": GREYS[turn % 3], "marker": MARKERS[turn % 3], "label": label}
        _with_interval(axes, own, style)
    axes.set_title("Coefficients that should be zero")
    axes.set_xlabel("constant subgradient step, in units of 1/L")
    axes.set_ylabel("mean size, $\\times\\,\\lambda/L$")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.minorticks_off()
    axes.set_ylim(bottom=sizes[0] / 10)
    axes.legend(loc="lower right", fontsize=7.5)


def _note(axes: Axes, text: str, place: tuple[float, float]) -> None:
    axes.annotate(text, place, xytext=(0, 3), textcoords="offset points", fontsize=8)


def _lines(axes: Axes, data: pd.DataFrame) -> None:
    for method, look in LOOKS.items():
        own = data[data["method"] == method]
        if not own.empty:
            _with_interval(axes, own, look | {"label": NAMES[method]})


def _with_interval(axes: Axes, data: pd.DataFrame, look: dict[str, Any]) -> None:
    data = data.sort_values("x")
    axes.plot(data["x"], data["value"], **look)
    axes.fill_between(
        data["x"], data["low"], data["high"], color=look["color"], alpha=0.2, linewidth=0
    )
