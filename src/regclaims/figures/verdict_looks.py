"""How a verdict looks in figures: its colour or its mark alone tells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from regclaims.claims.decide import (
    BOUNDARY,
    EXISTS,
    INCONCLUSIVE,
    NOT_TESTABLE,
    REFUTED,
    SUPPORTED,
)

FOR, AGAINST, OPEN = "#0072b2", "#d55e00", "#8a8a8a"

LOOKS: dict[str, dict[str, Any]] = {
    SUPPORTED: {"color": FOR, "marker": "o", "facecolor": FOR},
    EXISTS: {"color": FOR, "marker": "o", "facecolor": "white"},
    BOUNDARY: {"color": "#6a3d9a", "marker": "D", "facecolor": "white"},
    REFUTED: {"color": AGAINST, "marker": "X", "facecolor": AGAINST},
    INCONCLUSIVE: {"color": OPEN, "marker": "s", "facecolor": "white"},
    NOT_TESTABLE: {"color": OPEN, "marker": "|", "facecolor": OPEN},
}
"""Colour, mark and filling of each verdict, in the order of legends."""


def mark(axes: Axes, x: Any, y: Any, verdict: str, size: float, **options: Any) -> None:
    """Draw the mark of a verdict at some points; `size` is its area in square points."""
    look = LOOKS[verdict]
    # A line has no face; the others keep their edge when they are not filled.
    fill = {"color": look["color"]} if look["marker"] == "|" else {"edgecolors": look["color"]}
    if look["marker"] != "|":
        fill["facecolors"] = look["facecolor"]
    axes.scatter(x, y, s=size, marker=look["marker"], linewidths=0.9, **fill, **options)


def handles(verdicts: Iterable[str]) -> list[Line2D]:
    """Return what a legend of these verdicts shows, in the order of `LOOKS`."""
    shown = set(verdicts)
    return [
        Line2D(
            [],
            [],
            color=look["color"],
            marker=look["marker"],
            markerfacecolor=look["facecolor"],
            linestyle="none",
            label=verdict,
        )
        for verdict, look in LOOKS.items()
        if verdict in shown
    ]
