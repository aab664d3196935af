"""Relative risk against ridge's, by level of every factor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.names import ADAPTIVE, LASSO, NET, RELAXED, RIDGE
from regclaims.figures import by_factor

METHODS = (LASSO, RELAXED, ADAPTIVE, NET)
"""Least squares is left out: its risk, up to hundreds of times ridge's, would hide the others."""

COARSE = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0)
FINE = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4, 1.7, 2.0)
"""Ticks of an axis that reaches over a factor of `NARROW` at least, and of a shorter one."""

NARROW = 4.0
READS = {"cells": {**by_factor.READS, "filters": [("metric", "==", "rr")]}}


def table(cells: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Average log ratios of relative risk to ridge's, tuned by validation.

    Parameters
    ----------
    cells : DataFrame
        The table of cells.
    population : DataFrame
        Logistic cells and twins are left out.

    Returns
    -------
    DataFrame
        As from `by_factor.average`, with ``ratio``, the exponential of the effect. A cell's effect
        is the log ratio of mean risks; its variance takes the two as independent, although they
        come from the same data: it is too large rather than too small.
    """
    risks = by_factor.wide(cells, "rr", [RIDGE, *METHODS])
    relative = (risks["mcse"] / risks["mean"]) ** 2
    effects = [
        pd.DataFrame(
            {
                "method": method,
                "effect": np.log(risks["mean"][method] / risks["mean"][RIDGE]),
                "variance": relative[method] + relative[RIDGE],
            }
        ).reset_index()
        for method in METHODS
    ]
    found = by_factor.average(pd.concat(effects), population)
    return found.assign(ratio=np.exp(found["effect"]))


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per factor; the axis is logarithmic."""
    label = "relative risk as a multiple of ridge's (left of 1: less than ridge's)"
    with by_factor.draw(data, _frame, label) as figure:
        yield figure


def _frame(axes: Axes) -> None:
    axes.axvline(0, color="black", linewidth=0.6)
    low, high = axes.get_xlim()
    ticks = FINE if high - low < np.log(NARROW) else COARSE
    shown = [tick for tick in ticks if low <= np.log(tick) <= high]
    axes.set_xticks(np.log(shown), [f"{tick:g}" for tick in shown])
