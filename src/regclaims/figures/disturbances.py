"""What each disturbance of the data costs each method."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.figure import Figure

from regclaims.figures.names import method_name
from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import legend_below, look, styled
from regclaims.mechanisms.disturbances import METHODS

NAMES = {
    "outliers": "outliers",
    "heavy-tails": "heavy tails",
    "noise-columns": "noise columns",
    "shifted-test": "shifted columns",
}
DODGE = 0.2


def table(disturbances: pd.DataFrame) -> pd.DataFrame:
    """Average what a disturbance costs over cells.

    Parameters
    ----------
    disturbances : DataFrame
        As from `mechanisms.disturbances.run`.

    Returns
    -------
    DataFrame
        ``disturbance, method, value, low, high, cells``: means of the loss with 95 % intervals
        for Monte Carlo error.
    """
    return over_cells(disturbances, ["disturbance", "method"], "loss")


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a row per disturbance, a mark per method."""
    kinds = [name for name in NAMES if name in set(data["disturbance"])]
    with styled(1, 1, 2.4) as (figure, grid):
        axes = grid[0, 0]
        for turn, method in enumerate(METHODS):
            own = data[data["method"] == method].set_index("disturbance").reindex(kinds)
            axes.errorbar(
                own["value"],
                [place + (turn - 1) * DODGE for place in range(len(kinds))],
                xerr=[own["value"] - own["low"], own["high"] - own["value"]],
                elinewidth=0.9,
                **(look(method, METHODS) | {"linestyle": "none", "label": method_name(method)}),
            )
        axes.axvline(0, color="black", linewidth=0.6)
        axes.set_xscale("symlog", linthresh=0.1)
        axes.set_xticks([-1, -0.1, 0, 0.1, 1, 10], ["-1", "-0.1", "0", "0.1", "1", "10"])
        axes.minorticks_off()
        axes.set_yticks(range(len(kinds)), [NAMES[name] for name in kinds])
        axes.set_ylim(len(kinds) - 0.5, -0.5)
        axes.set_xlabel("excess risk that it adds, in units of the signal's variance")
        legend_below(figure, axes, len(METHODS))
        yield figure
