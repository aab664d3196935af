"""Drawings of effects: a line for the table, and the cells behind it with their own axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from regclaims.claims.decide import STATES
from regclaims.page.axis import Axis, below
from regclaims.page.svg import box, element, line, picture, text
from regclaims.page.texts import count, exact, interval, number, percent

MOST_MARGINS = 100.0
"""Where the axis of the table ends: so many margins from zero, on a scale that is bent."""

MARKS = (-10, -1, 0, 1, 10)
WIDTH, HEIGHT = 180, 24
TABLE_AXIS = Axis(-MOST_MARGINS, MOST_MARGINS, 6, WIDTH - 6, math.asinh)

PLOT_WIDTH, MEAN, TOP, BOTTOM, PLOT_HEIGHT = 360, 16, 32, 116, 152
BINS = 36
TAIL = 0.02
"""Share of cells on either side that the plot of cells may draw at its end."""


def in_margins(row: Mapping[str, Any], unit: float) -> Markup:
    """Draw effect and interval of a claim in units of its margin: a line of the table.

    Parameters
    ----------
    row : mapping
        A verdict of `results/verdicts.json`.
    unit : float
        The margin, or 1 where that is 0.
    """
    if row["effect"] is None:
        label = "no effect"
        return picture(WIDTH, HEIGHT, label, "effect", *_frame())
    values = [row[name] / unit for name in ("effect", "ci_low", "ci_high")]
    effect, low, high = (TABLE_AXIS(value) for value in values)
    marks = [line(low, 12, high, 12, "whisker"), element("circle", cx=effect, cy=12, r=4.5)]
    marks += [_arrow(effect)] if abs(values[0]) > MOST_MARGINS else []
    label = f"effect {number(values[0])} margins, interval {interval(*values[1:])}"
    return picture(WIDTH, HEIGHT, label, f"effect {side(values[1], values[2])}", *_frame(), *marks)


def side(low: float, high: float) -> str:
    """Name the state of an interval in units of the margin, which gives its colour."""
    if low > 1:
        return "holds"
    if high < -1:
        return "reversed"
    return "negligible" if low >= -1 and high <= 1 else "open"


def _frame() -> Iterator[Markup]:
    yield box(TABLE_AXIS(-1), 0, TABLE_AXIS(1) - TABLE_AXIS(-1), HEIGHT, "band")
    yield line(TABLE_AXIS(0), 0, TABLE_AXIS(0), HEIGHT, "zero")


def _arrow(x: float) -> Markup:
    """Say that an effect lies beyond the end."""
    tip = 5 if x > WIDTH / 2 else -5
    back, end = f"{x - tip:.0f}", f"{x + tip:.0f}"
    return element("path", d=f"M{back} 6L{end} 12L{back} 18", class_="beyond")


def axis_of_table() -> Markup:
    """Draw the axis that stands above the effects of the table."""
    label = f"axis from {-MOST_MARGINS:.0f} to {MOST_MARGINS:.0f} margins; claim right to the right"
    numbers = [text(TABLE_AXIS(mark), 12, exact(mark)) for mark in MARKS]
    return picture(WIDTH, 16, label, "effect head", *numbers)


def shares(row: Mapping[str, Any]) -> Markup:
    """Draw the shares of cells by state as one bar; nothing where fits are counted."""
    given = {state: row["shares"].get(state) for state in STATES}
    if any(share is None for share in given.values()):
        return Markup("")
    pieces, left = [], 0.0
    for state, share in given.items():
        pieces.append(box(left * 120, 0, share * 120, 12, f"state {state}"))
        left += share
    label = ", ".join(f"{state} {percent(share)}" for state, share in given.items())
    return picture(120, 12, label, "shares", *pieces, preserveAspectRatio="none")


def of_cells(
    row: Mapping[str, Any],
    cells: pd.DataFrame,
    margin: float,
    title: str,
    counted: bool = False,
) -> Markup:
    """Draw the mean effect with its interval, and below it the effects of all cells that vote.

    Parameters
    ----------
    row : mapping
        A verdict of `results/verdicts.json`.
    cells : DataFrame
        ``effect`` and ``state`` of the deciding contrast in the cells that vote.
    margin : float
    title : str
        Of the axis.
    counted : bool
        Fits are counted, so that cells have no state.
    """
    found = cells[cells["effect"].notna()]
    if found.empty or row["effect"] is None:
        return Markup("")
    axis = Axis(*_range(row, found["effect"], margin), 22, PLOT_WIDTH - 22)
    marks = [
        box(axis(-margin), 4, axis(margin) - axis(-margin), BOTTOM - 4, "band"),
        line(axis(0), 4, axis(0), BOTTOM, "zero"),
        line(axis(row["ci_low"]), MEAN, axis(row["ci_high"]), MEAN, "whisker"),
        element("circle", cx=axis(row["effect"]), cy=MEAN, r=4.5),
        *_histogram(axis, found),
        *below(axis, BOTTOM, title),
    ]
    label = (
        f"mean effect {number(row['effect'])}, interval {interval(row['ci_low'], row['ci_high'])}, "
        f"margin {exact(margin)}; below it the effects of {count(len(found), 'cell')}, from "
        f"{number(found['effect'].min())} to {number(found['effect'].max())}"
    )
    kind = "of-cells counted" if counted else "of-cells"
    return picture(PLOT_WIDTH, PLOT_HEIGHT, label, kind, *marks)


def _range(row: Mapping[str, Any], effects: pd.Series, margin: float) -> tuple[float, float]:
    """Take in zero, the margins, the mean and all cells but the outermost."""
    tails = effects.quantile([TAIL, 1 - TAIL]).tolist()
    wanted = [0.0, -margin, margin, row["ci_low"], row["ci_high"], *tails]
    low, high = min(wanted), max(wanted)
    room = 0.04 * (high - low) or 1.0
    return low - room, high + room


def _histogram(axis: Axis, cells: pd.DataFrame) -> Iterator[Markup]:
    """Stack the cells by state, those that hold at the bottom."""
    edges = np.linspace(axis.low, axis.high, BINS + 1)
    clipped = cells["effect"].clip(axis.low, axis.high)
    heights = {state: np.histogram(clipped[cells["state"] == state], edges)[0] for state in STATES}
    unit = (BOTTOM - TOP) / max(np.sum(list(heights.values()), axis=0).max(), 1)
    ground = np.zeros(BINS)
    width = (axis.right - axis.left) / BINS
    for state, high in heights.items():
        bars = "".join(
            f"M{axis.left + i * width:.1f} {BOTTOM - ground[i]:.1f}h{width - 0.8:.1f}"
            f"v{-unit * high[i]:.1f}h{0.8 - width:.1f}z"
            for i in np.flatnonzero(high)
        )
        ground = ground + unit * high
        if bars:
            yield element("path", d=bars, class_=f"state {state}")
