"""Stability of the lasso and the Elastic Net against ridge's, cell by cell, over correlation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.contrasts import contrast
from regclaims.figures.style import legend_below, look, styled

TUNINGS = {"validation": "tuned by validation", "matched-df": "like degrees of freedom"}
MARGIN = 0.10
GROUP = 0.84
"""Width over which the cells of one correlation are spread out; correlations are 1 apart."""


def table(stability: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Contrast the scale-free variance of each sparse method with ridge's.

    Parameters
    ----------
    stability : DataFrame
        Jackknifed values.
    population : DataFrame

    Returns
    -------
    DataFrame
        One row per cell, method and tuning: ``within_rho``, ``effect`` (log ratio; above 0 ridge is
        more stable) with ``ci_low`` and ``ci_high``. Cells where it is undefined are left out.
    """
    methods = sorted(set(stability["method"]) - {"ols", "ridge"})
    tables = []
    for tuning in TUNINGS:
        for method in methods:
            part = {
                "evidence": "stability",
                "metric": "scale_free_variance",
                "method": method,
                "tuning": tuning,
                "versus": {"method": "ridge", "tuning": tuning},
                "scale": "log-ratio",
                "direction": "above",
                "margin": MARGIN,
            }
            found = contrast(stability, part).dropna(subset="effect").reset_index()
            tables.append(found.assign(method=method, tuning=tuning))
    columns = ["cell_id", "within_rho", "n_samples", "n_features", "density", "snr"]
    joined = pd.concat(tables).merge(population[columns], on="cell_id")
    wanted = [*columns, "method", "tuning", "effect", "ci_low", "ci_high", "state"]
    return joined[wanted].sort_values(["tuning", "method", "within_rho", "cell_id"])


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw one panel per tuning; correlations are categories, as many of them lie close."""
    methods = sorted(data["method"].unique())
    levels = sorted(data["within_rho"].unique())
    width = GROUP / len(methods)
    with styled(1, len(TUNINGS), 3.1, sharey=True) as (figure, grid):
        for axes, (tuning, title) in zip(grid[0], TUNINGS.items(), strict=True):
            axes.axhspan(-MARGIN, MARGIN, color="#e4e4e4", zorder=0)
            axes.axhline(0, color="black", linewidth=0.6)
            for place, method in enumerate(methods):
                chosen = data[(data["tuning"] == tuning) & (data["method"] == method)]
                shift = (place - (len(methods) - 1) / 2) * width
                _points(axes, chosen, levels, (shift, width), look(method, methods))
            axes.set_xticks(range(len(levels)), [f"{level:.3g}" for level in levels])
            axes.grid(visible=False, axis="x")
            axes.set_title(title)
            axes.set_xlabel(r"mean $|\rho|$ within blocks")
        grid[0, 0].set_ylabel("log ratio of scale-free variance\n(above 0: ridge is more stable)")
        legend_below(figure, grid[0, 0], 4)
        yield figure


def _points(
    axes: Axes,
    data: pd.DataFrame,
    levels: list[float],
    slot: tuple[float, float],
    style: dict[str, Any],
) -> None:
    """Draw the cells of each correlation side by side in a slot (shift, width)."""
    shift, width = slot
    order = data.groupby("within_rho").cumcount()
    count = data.groupby("within_rho")["cell_id"].transform("size")
    offset = (order / np.maximum(count - 1, 1) - 0.5) * 0.8 * width
    axes.errorbar(
        data["within_rho"].map(levels.index) + shift + offset,
        data["effect"],
        yerr=[data["effect"] - data["ci_low"], data["ci_high"] - data["effect"]],
        fmt=style["marker"],
        color=style["color"],
        markersize=2.2,
        linewidth=0.6,
        label=f"{style['label']} against ridge",
    )
