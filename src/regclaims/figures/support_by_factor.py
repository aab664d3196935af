"""Support recovery against marginal screening's, by level of every factor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.names import ADAPTIVE, LASSO, NET, RELAXED
from regclaims.figures import by_factor

METHODS = (LASSO, RELAXED, ADAPTIVE, NET)
READS = {"cells": {**by_factor.READS, "filters": [("metric", "in", ["f1", "f1_screening"])]}}


def table(cells: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Average F1 less that of as many columns of largest marginal correlation.

    Parameters
    ----------
    cells : DataFrame
        The table of cells.
    population : DataFrame
        Logistic cells and twins are left out.

    Returns
    -------
    DataFrame
        As from `by_factor.average`, with ``f1``, the method's own. A cell's variance takes the two
        scores as independent, although they come from the same data: it is too large rather than
        too small.
    """
    own = by_factor.wide(cells, "f1", METHODS)
    screening = by_factor.wide(cells, "f1_screening", METHODS).reindex(own.index)
    tables = {}
    for name in ("effect", "f1"):
        effects = [
            pd.DataFrame(
                {
                    "method": method,
                    "effect": own["mean"][method]
                    - (screening["mean"][method] if name == "effect" else 0.0),
                    "variance": own["mcse"][method] ** 2 + screening["mcse"][method] ** 2,
                }
            ).reset_index()
            for method in METHODS
        ]
        tables[name] = by_factor.average(pd.concat(effects).dropna(), population)
    return tables["effect"].assign(f1=tables["f1"]["effect"])


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per factor."""
    label = "F1 less that of as many columns by marginal screening"
    with by_factor.draw(data, _frame, label) as figure:
        yield figure


def _frame(axes: Axes) -> None:
    axes.axvline(0, color="black", linewidth=0.6)
