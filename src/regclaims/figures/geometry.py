"""How likely contours touch the diamond at an axis, or at a corner; the circle beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.intervals import shares
from regclaims.figures.style import METHODS as LOOKS
from regclaims.figures.style import canvas
from regclaims.mechanisms.geometry import L1, L2, METHODS, touch

EVENTS = {
    "any_zero": "share with a coordinate\nequal to 0",
    "corner": "share with all coordinates\nbut one equal to 0",
}
"""Labels of the rows of panels."""

SHOWN = 5
"""Radii in the figure, at most: more lines could not be told apart."""

PANELS = 3
"""Contours in the figure, at most."""

MARKERS = ("o", "^", "D", "v", "P")
LINES = ("-", (0, (5, 1)), (0, (3, 1, 1, 1)), "--", (0, (1, 1)))

DODGE = 1.06
"""Factor between the places of neighbouring lines, so that intervals can be told apart."""

LEGEND = "ball, and its radius as a share of the minimum's own norm"

ROOT = np.array([[1.0, 0.5], [0.0, 0.9]])
MINIMUM = np.array([0.5, 1.6])
SHARE = 0.45
"""Of the sketch, which shows what is counted: no result is in it."""


def table(geometry: pd.DataFrame) -> pd.DataFrame:
    """Count how often each ball is touched at an axis, and at a corner.

    Parameters
    ----------
    geometry : DataFrame
        As from `mechanisms.geometry.run`.

    Returns
    -------
    DataFrame
        ``event, method, contours, radius, dimension, share, low, high, trials``: shares with
        Wilson's intervals. The L2 ball has all its radii in one, and NaN for the radius.
    """
    diamond, circle = (geometry[geometry["method"] == method] for method in (L1, L2))
    found = []
    for event in EVENTS:
        counted = [
            shares(diamond, ["method", "contours", "radius", "dimension"], event),
            shares(circle, ["method", "contours", "dimension"], event).assign(radius=np.nan),
        ]
        found.append(pd.concat(counted).assign(event=event))
    columns = ["event", "method", "contours", "radius", "dimension"]
    return pd.concat(found, ignore_index=True)[[*columns, "share", "low", "high", "trials"]]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a sketch of both balls; beside it a row of panels per event, a panel per contours."""
    contours = _spread(list(dict.fromkeys(data["contours"])), PANELS)
    radii = _spread(sorted(data["radius"].dropna().unique()), SHOWN)
    dimensions = sorted(data["dimension"].unique())
    with canvas(4.5) as figure:
        grid = figure.add_gridspec(len(EVENTS), 1 + len(contours))
        for place, method in enumerate(METHODS):
            _sketch(figure.add_subplot(grid[place, 0]), method)
        for place, (event, label) in enumerate(EVENTS.items()):
            row = [figure.add_subplot(grid[place, 1 + i]) for i in range(len(contours))]
            for axes, name in zip(row, contours, strict=True):
                own = data[(data["event"] == event) & (data["contours"] == name)]
                _lines(axes, own, radii)
                _frame(axes, dimensions)
                axes.set_title(_title(name) if place == 0 else "")
                axes.set_xlabel("" if place == 0 else "number of coordinates")
                axes.tick_params(labelleft=axes is row[0])
            row[0].set_ylabel(label)
        handles, labels = row[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, title=LEGEND)
        yield figure


def _sketch(axes: Axes, method: str) -> None:
    """Draw contours that grow from their minimum until they touch a ball, in two dimensions."""
    norm = 1 if method == L1 else 2
    point, _, _ = touch(method, ROOT, MINIMUM, SHARE)
    turn = np.linspace(0, 2 * np.pi, 401)
    around = np.stack([np.cos(turn), np.sin(turn)])
    ball = around / np.linalg.norm(around, norm, axis=0)
    ball *= SHARE * np.linalg.norm(MINIMUM, norm)
    color = {L1: "#d55e00", L2: "#0072b2"}[method]
    axes.fill(*ball, color=color, alpha=0.25, linewidth=0)
    axes.plot(*ball, color=color)
    reach = float(np.linalg.norm(ROOT @ (point - MINIMUM)))
    for part in (0.33, 0.66, 1.0):
        ellipse = MINIMUM[:, None] + part * reach * np.linalg.solve(ROOT, around)
        axes.plot(*ellipse, color="#6e6e6e", linewidth=0.7)
    axes.plot(*MINIMUM, marker="+", color="#6e6e6e")
    axes.plot(*point, marker="o", color="black", zorder=3)
    axes.axhline(0, color="black", linewidth=0.5, zorder=0)
    axes.axvline(0, color="black", linewidth=0.5, zorder=0)
    axes.set_title({L1: "diamond (L1)", L2: "circle (L2)"}[method])
    axes.set_aspect("equal")
    axes.set_axis_off()


def _spread(items: list[Any], most: int) -> list[Any]:
    """Choose at most so many, spread evenly, with both ends."""
    if len(items) <= most:
        return items
    places = np.unique(np.round(np.linspace(0, len(items) - 1, most)).astype(int))
    return [items[place] for place in places]


def _title(contours: str) -> str:
    kind, _, rho = contours.partition(" ")
    return f"{kind}, $\\rho$ = {rho}" if rho else kind


def _lines(axes: Axes, data: pd.DataFrame, radii: list[float]) -> None:
    colors = mpl.colormaps["plasma"](np.linspace(0.0, 0.8, len(radii)))
    for turn, radius in enumerate(radii):
        look = {"color": colors[turn], "marker": MARKERS[turn], "linestyle": LINES[turn]}
        label = f"diamond, {radius:g}"
        _line(axes, data[data["radius"] == radius], turn - (len(radii) - 1) / 2, label, look)
    _line(axes, data[data["method"] == L2], 0.0, "circle, any", LOOKS["ridge"])


def _line(axes: Axes, data: pd.DataFrame, turn: float, label: str, look: dict[str, Any]) -> None:
    data = data.sort_values("dimension")
    share = data["share"].to_numpy()
    axes.errorbar(
        data["dimension"] * DODGE**turn,
        share,
        yerr=[share - data["low"], data["high"] - share],
        label=label,
        markersize=3,
        linewidth=1.0,
        elinewidth=0.8,
        **look,
    )


def _frame(axes: Axes, dimensions: list[int]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(dimensions, [str(d) for d in dimensions], fontsize=7)
    axes.minorticks_off()
    axes.set_ylim(-0.04, 1.04)
