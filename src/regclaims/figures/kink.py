"""Thresholds with a kink and without, and how many zeros each penalty makes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.error_bars import error_bars
from regclaims.figures.over_cells import over_cells
from regclaims.figures.penalty_names import KINKED, NONE, SMOOTH, curve, kind, penalty_name
from regclaims.figures.style import canvas
from regclaims.mechanisms.scalar import make_penalty, minimize

L1 = {"penalty": "power", "q": 1}
SHOWN = (
    {"penalty": "power", "q": 2},
    {"penalty": "rounded", "of": L1, "width": 0.1},
    {"penalty": "power", "q": 1.05},
    L1,
)
"""Penalties whose minimisers are drawn, at strength 1."""

FROM, TO, POINTS = 0.05, 5.0, 400
"""Least-squares coefficients of the curves."""

FLOOR = 1e-10
"""Minimisers below it are drawn at the foot of the axis."""

LOOKS = {
    KINKED: {"color": "#d55e00", "marker": "o"},
    SMOOTH: {"color": "#0072b2", "marker": "s"},
    NONE: {"color": "#000000", "marker": "D"},
}


def table(by_penalty: pd.DataFrame) -> pd.DataFrame:
    """Average zero shares by penalty and strength, and tabulate minimisers.

    Parameters
    ----------
    by_penalty : DataFrame
        Of the experiment of this name.

    Returns
    -------
    DataFrame
        ``panel``: ``share`` with ``penalty, kind, lambda_, value, low, high, cells`` (zero share);
        ``curve`` with ``penalty, kind, lambda_, z, value`` (the minimiser).
    """
    shares = over_cells(by_penalty, ["method", "lambda_"], "zero_share")
    shares = shares.rename(columns={"method": "penalty"})
    found = pd.concat([shares.assign(panel="share"), _curves().assign(panel="curve")])
    found["kind"] = found["penalty"].map(kind)
    columns = ["panel", "penalty", "kind", "lambda_", "z", "value", "low", "high", "cells"]
    return found.reset_index(drop=True)[columns]


def _curves() -> pd.DataFrame:
    z = np.geomspace(FROM, TO, POINTS)
    made = [make_penalty(spec, 1.0) for spec in SHOWN]
    return pd.concat(
        pd.DataFrame({"penalty": p.name, "lambda_": 1.0, "z": z, "value": minimize(p, z)})
        for p in made
    )


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw minimisers on a log scale, with zero at its foot; and zero shares by penalty."""
    with canvas(3.7) as figure:
        left, right = figure.subplots(1, 2, width_ratios=[1, 1.05])
        _minimisers(left, data[data["panel"] == "curve"])
        _shares(right, data[data["panel"] == "share"])
        yield figure


def _minimisers(axes: Axes, data: pd.DataFrame) -> None:
    foot = FLOOR / 30
    for name in dict.fromkeys(data["penalty"]):
        own = data[data["penalty"] == name]
        zero = own["value"] == 0.0
        shown = own["value"].where(own["value"] >= FLOOR)
        axes.plot(own["z"], shown, **curve(name))
        # The way down, and along the foot where the minimiser is exactly 0.
        if zero.any():
            edge = own["z"][zero].max()
            first = own["value"][~zero].min()
            axes.plot([edge, edge], [foot, first], color=curve(name)["color"], linewidth=1.2)
            axes.plot(own["z"][zero], np.full(zero.sum(), foot), color=curve(name)["color"], lw=3)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(foot / 3, 8)
    powers = range(int(np.log10(FLOOR)) + 2, 1, 2)
    labels = ["exactly 0", *(f"$10^{{{power}}}$" if power else "1" for power in powers)]
    axes.set_yticks([foot, *(10.0**power for power in powers)], labels)
    axes.set_xticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    axes.minorticks_off()
    axes.axhspan(foot / 3, FLOOR, color="#f0f0f0", zorder=0)
    axes.set_xlabel("coefficient of least squares, in standard errors")
    axes.set_ylabel("penalized coefficient")
    axes.set_title(r"at strength $\lambda = 1$")
    axes.legend(loc="center left", bbox_to_anchor=(0.0, 0.5), handlelength=2.0)


def _shares(axes: Axes, data: pd.DataFrame) -> None:
    rows = _rows(data)
    strengths = sorted(set(data["lambda_"]))
    # What has no strength is drawn once.
    drawn = data[(data["kind"] != NONE) | (data["lambda_"] == strengths[0])]
    for turn, strength in enumerate(strengths):
        for name, look in LOOKS.items():
            own = drawn[(drawn["lambda_"] == strength) & (drawn["kind"] == name)]
            axes.errorbar(
                100 * own["value"],
                own["penalty"].map(rows),
                xerr=100 * error_bars(own),
                fmt=look["marker"],
                color=look["color"],
                markersize=2.5 + 1.5 * turn,
                markerfacecolor="white",
                linewidth=1.0,
            )
    axes.set_yticks(list(rows.values()), [penalty_name(name) for name in rows])
    axes.set_ylim(max(rows.values()) + 0.7, -1.6)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-4, 104)
    axes.set_xlabel("coefficients equal to 0, per cent")
    listed = ", ".join(f"{strength:g}" for strength in strengths)
    axes.set_title(rf"small to large marks: $\lambda$ = {listed}")
    for kind_, look in LOOKS.items():
        first = min((row for name, row in rows.items() if kind(name) == kind_), default=None)
        if first is not None:
            axes.text(-2, first - 1, kind_, va="center", fontsize=8.5, color=look["color"])


def _rows(data: pd.DataFrame) -> dict[str, int]:
    """Give every penalty its row: by kind, each kind below a heading."""
    rows: dict[str, int] = {}
    row = -1
    for kind_ in LOOKS:
        row += 1
        for name in dict.fromkeys(data.loc[data["kind"] == kind_, "penalty"]):
            rows[name] = row
            row += 1
    first = min(rows.values())
    return {name: place - first for name, place in rows.items()}
