"""To how many digits identities of norms and penalties hold, at weights of every size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from regclaims.evidence.judging import EXACT
from regclaims.figures.style import styled

ROWS = {
    ("norm_deviation", "l1"): "L1 norm: sum of magnitudes",
    ("norm_deviation", "l2"): "L2 norm: root of the sum of squares",
    ("gradient_deviation", "l2"): "slope of the sum of squares: twice the weight",
    ("penalty_deviation", "l1"): "lasso: loss against $\\lambda$ sign(b)",
    ("penalty_deviation", "l2"): "ridge: loss against $\\lambda$ b",
    ("penalty_deviation", "elastic-net"): "Elastic Net: loss against both",
    ("augmented_deviation", "elastic-net"): "Elastic Net: a lasso on more rows",
    ("lasso_limit_deviation", "elastic-net"): "Elastic Net, hardly any L2: lasso",
    ("ridge_limit_deviation", "elastic-net"): "Elastic Net, hardly any L1: ridge",
    ("square_deviation", "l2"): "not so: L2 norm is sum of squares",
    ("gradient_deviation", "l1"): "not so: slope of L1 is twice the weight",
}
"""Identities, and two that are none, by metric and method."""

DIGITS = 16
"""About as many as a double has; more is drawn as this."""


def table(identities: pd.DataFrame) -> pd.DataFrame:
    """Take the worst of each cell's replicates.

    Parameters
    ----------
    identities : DataFrame
        Of the experiment of this name.

    Returns
    -------
    DataFrame
        ``metric, method, magnitude, dimension, digits, replicates``; digits are those to which
        the identity holds in the worst replicate, below 0 where it is off by more than all.
    """
    tables = []
    for metric, method in ROWS:
        rows = identities[identities["method"] == method]
        groups = rows.groupby(["magnitude", "dimension"], sort=False)[metric]
        worst = groups.agg(["max", "size"]).reset_index()
        digits = -np.log10(worst["max"].clip(lower=EXACT))
        worst = worst.assign(metric=metric, method=method, digits=digits)
        tables.append(worst.rename(columns={"size": "replicates"}).drop(columns="max"))
    columns = ["metric", "method", "magnitude", "dimension", "digits", "replicates"]
    return pd.concat(tables, ignore_index=True)[columns]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a row per identity: a point per cell, darker the larger the weights."""
    with styled(1, 1, 3.0) as (figure, grid):
        axes = grid[0, 0]
        names = list(ROWS)
        magnitudes = data["magnitude"]
        span = max(1, int(magnitudes.max() - magnitudes.min()))
        shift = ((magnitudes - magnitudes.min()) / span - 0.5) * 0.6
        rows = [names.index(key) for key in zip(data["metric"], data["method"], strict=True)]
        points = axes.scatter(
            data["digits"].clip(-1, DIGITS),
            np.array(rows) + shift,
            c=magnitudes,
            cmap="viridis_r",
            s=9,
            linewidths=0,
        )
        bar = figure.colorbar(points, ax=axes, shrink=0.8, pad=0.01)
        bar.set_label("weights: power of ten")
        axes.axvline(0, color="black", linewidth=0.6)
        axes.set_yticks(range(len(names)), list(ROWS.values()))
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlim(-1.5, DIGITS + 0.5)
        ticks = [0, 4, 8, 12, 16]
        axes.set_xticks(ticks, ["none", *map(str, ticks[1:-1]), "all"])
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        for between in range(1, len(names)):
            axes.axhline(between - 0.5, color="#eeeeee", linewidth=0.5, zorder=0)
        axes.set_xlabel("digits to which it holds, in the worst replicate")
        yield figure
