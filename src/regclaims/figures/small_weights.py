"""What is left of small weights, under L2 and under penalties whose gradient does not vanish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.error_bars import error_bars
from regclaims.figures.over_cells import over_cells
from regclaims.figures.penalty_names import curve, penalty_name
from regclaims.figures.style import canvas, legend_below
from regclaims.mechanisms.scalar import minimize
from regclaims.mechanisms.small_weights import L2, pulling

LINE = {"penalty": "power", "q": 1}
SHOWN = (
    L2,
    {"penalty": "huberized-l1", "width": 0.01},
    {"penalty": "power", "q": 1.05},
    LINE,
    {"penalty": "reverse-huber", "knee": 1},
)
"""Penalties whose curves are drawn, all of slope 1 at the largest weight that is small."""

FROM, TO, POINTS = 0.03, 30.0, 400
"""Least-squares coefficients of the curves."""

FLOOR = 1e-7
"""Parts below it are drawn at the foot of the axis."""

MEASURES: dict[str, tuple[str, dict[str, Any]]] = {
    "kept_share": ("keep {:.0%}", {"marker": "o", "color": "#0072b2", "markersize": 5}),
    "nonzero_share": ("are not zero", {"marker": "|", "color": "#000000", "markersize": 11}),
}
ROW = "power-2"
"""Name of the L2 penalty."""


def table(small_weights: pd.DataFrame) -> pd.DataFrame:
    """Average what is left of small coefficients by penalty, and tabulate curves.

    Parameters
    ----------
    small_weights : DataFrame
        Of the experiment of this name.

    Returns
    -------
    DataFrame
        ``panel``: ``share`` with ``penalty, metric, value, low, high, cells``, L2 being an arm of
        all cells; ``curve`` with ``penalty, z, value`` (the part of its size that a coefficient
        keeps). ``small`` and ``kept`` are the experiment's.
    """
    l2 = small_weights["method"] == "l2"
    named = small_weights.assign(penalty=small_weights["penalty"].where(~l2, ROW))
    shares = pd.concat(
        over_cells(named, ["penalty"], metric).assign(metric=metric) for metric in MEASURES
    )
    small, kept = (float(small_weights[name].iloc[0]) for name in ("small", "kept"))
    found = pd.concat([shares.assign(panel="share"), _curves(small).assign(panel="curve")])
    columns = ["panel", "penalty", "metric", "z", "value", "low", "high", "cells", "small", "kept"]
    return found.assign(small=small, kept=kept).reset_index(drop=True)[columns]


def _curves(small: float) -> pd.DataFrame:
    z = np.geomspace(FROM, TO, POINTS)
    made = [pulling(spec, 1.0, small) for spec in SHOWN]
    return pd.concat(
        pd.DataFrame({"penalty": p.name, "z": z, "value": minimize(p, z) / z}) for p in made
    )


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw the part of its size that a weight keeps, by size; and shares of what survives."""
    with canvas(3.4) as figure:
        left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
        _parts(left, data[data["panel"] == "curve"])
        _survivors(right, data[data["panel"] == "share"])
        legend_below(figure, left, 5)
        yield figure


def _parts(axes: Axes, data: pd.DataFrame) -> None:
    foot = FLOOR / 20
    for turn, name in enumerate(dict.fromkeys(data["penalty"])):
        own, look = data[data["penalty"] == name], curve(name)
        zero = own["value"] == 0.0
        axes.plot(own["z"], own["value"].where(own["value"] >= FLOOR), **look)
        if zero.any():
            edge, first = own["z"][zero].max(), own["value"][~zero].min()
            axes.plot([edge, edge], [foot, first], color=look["color"], linestyle=look["linestyle"])
            # Where several lie on the foot, side by side.
            height = foot * (1.5 if turn % 2 else 0.67)
            axes.plot(own["z"][zero], np.full(zero.sum(), height), color=look["color"], lw=2.2)
    axes.axvspan(FROM, data["small"].iloc[0], color="#f0f0f0", zorder=0)
    axes.axhline(data["kept"].iloc[0], color="#888888", linewidth=0.8, zorder=1)
    axes.text(0.036, 1.7, "small weights", va="center", fontsize=8.5, color="#555555")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(FROM, TO)
    axes.set_ylim(foot / 3, 4)
    axes.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    powers = (-2, -4, -6)
    labels = ["exactly 0", "all", *(f"$10^{{{power}}}$" for power in powers)]
    axes.set_yticks([foot, 1.0, *(10.0**power for power in powers)], labels)
    axes.minorticks_off()
    axes.set_xlabel("coefficient of least squares, in standard errors")
    axes.set_ylabel("part of its size that it keeps")


def _survivors(axes: Axes, data: pd.DataFrame) -> None:
    names = [ROW, *(name for name in dict.fromkeys(data["penalty"]) if name != ROW)]
    for (metric, (label, look)), place in zip(MEASURES.items(), ("left", "right"), strict=True):
        own = data[data["metric"] == metric]
        axes.errorbar(
            100 * own["value"],
            own["penalty"].map(names.index),
            xerr=100 * error_bars(own),
            linestyle="none",
            markeredgewidth=1.6,
            linewidth=0.8,
            **look,
        )
        last = 100 * own.loc[own["penalty"] == names[-1], "value"].iloc[0]
        away = 6 if place == "left" else -4
        axes.text(
            last + away,
            len(names) - 1,
            label.format(data["kept"].iloc[0]).replace("%", " %"),
            ha=place,
            va="center",
            fontsize=8,
            color=look["color"],
        )
    axes.set_yticks(range(len(names)), [penalty_name(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-5, 105)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("small weights that ..., per cent")
