"""Ridge's gain over the lasso in correlated blocks, split into evenness and the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.intervals import NORMAL_95
from regclaims.figures.style import legend_below, styled
from regclaims.mechanisms.evenness import LASSO, RIDGE

PARTS = {
    "within_gain": ("from even weights within blocks", "#009e73", ""),
    "between_gain": ("from the blocks' totals", "#56b4e9", "///"),
}
"""Label, colour and hatch of the two parts of the gain."""

TITLES = {"even": "truth even within blocks", "uneven": "one column has all"}
WIDTH = 0.75


def table(evenness: pd.DataFrame) -> pd.DataFrame:
    """Split ridge's gain over the lasso, cell by cell.

    Parameters
    ----------
    evenness : DataFrame
        As from `mechanisms.evenness.run`.

    Returns
    -------
    DataFrame
        The levels, and what ridge gains as a share of the larger mean risk of the two: ``gain`` in
        all, ``within_gain`` by its even weights, ``between_gain`` by the blocks' totals. Each has
        a 95 % interval (delta method for the ratio of means): ``low`` and ``high``, ``within_low``
        and so on.
    """
    levels = ["cell_id", "truth", "relevant_blocks", "rho", "snr", "better"]
    lasso = evenness[evenness["method"] == LASSO].set_index([*levels, "replicate"])["rr"]
    ridge = evenness[evenness["method"] == RIDGE].set_index([*levels, "replicate"])
    # Aligned by replicate: both saw the same data.
    joined = ridge[[*PARTS, "rr"]].assign(lasso=lasso).dropna()
    cells = [
        dict(zip(levels, key, strict=True)) | _cell(rows) for key, rows in joined.groupby(levels)
    ]
    return pd.DataFrame(cells)


def _cell(rows: pd.DataFrame) -> dict[str, float]:
    """Split the mean gain over a cell's replicates."""
    risks = rows[["lasso", "rr"]].to_numpy()
    larger = risks[:, risks.mean(axis=0).argmax()]
    gains = {part: rows[part].to_numpy() for part in PARTS}
    gains["gain"] = np.sum(list(gains.values()), axis=0)
    found: dict[str, float] = {}
    for name, gain in gains.items():
        share = float(gain.mean() / larger.mean())
        rest = gain - share * larger
        half = NORMAL_95 * float(rest.std(ddof=1) / math.sqrt(len(rest)) / larger.mean())
        prefix = name.removesuffix("gain")
        found |= {name: share, f"{prefix}low": share - half, f"{prefix}high": share + half}
    return found


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per truth and number of relevant blocks: a bar a cell, and the whole gain."""
    relevant = sorted(data["relevant_blocks"].unique())
    truths = [truth for truth in TITLES if truth in set(data["truth"])]
    with styled(len(relevant), len(truths), 0.8 + 1.65 * len(relevant), sharey=True) as (
        figure,
        grid,
    ):
        for row, blocks in enumerate(relevant):
            for axes, truth in zip(grid[row], truths, strict=True):
                own = data[(data["relevant_blocks"] == blocks) & (data["truth"] == truth)]
                _panel(axes, own.sort_values(["rho", "snr"], ignore_index=True))
                signal = f"{blocks} relevant block{'s' if blocks > 1 else ''}"
                axes.set_title(f"{TITLES[truth]}; {signal}")
            grid[row, 0].set_ylabel("ridge's gain over the lasso\n(share of the larger risk)")
        legend_below(figure, grid[0, 0], 3)
        yield figure


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    rhos, per = sorted(data["rho"].unique()), data["snr"].nunique()
    x = np.arange(len(data)) + data["rho"].map(rhos.index).to_numpy()
    above, below = np.zeros(len(data)), np.zeros(len(data))
    for part, (label, color, hatch) in PARTS.items():
        height = data[part].to_numpy()
        bottom = np.where(height >= 0, above, below)
        axes.bar(
            x, height, WIDTH, bottom, color=color, hatch=hatch, label=label, edgecolor="white",
            linewidth=0.4,
        )  # fmt: skip
        above, below = above + np.maximum(height, 0), below + np.minimum(height, 0)
    axes.errorbar(
        x,
        data["gain"],
        yerr=[data["gain"] - data["low"], data["high"] - data["gain"]],
        fmt="o",
        color="black",
        markersize=3,
        elinewidth=0.9,
        label="ridge's whole gain",
    )
    axes.axhline(0, color="black", linewidth=0.7)
    axes.set_ylim(-1, 1)
    axes.set_xticks(x, [f"{snr:g}" for snr in data["snr"]], fontsize=7)
    axes.grid(visible=False, axis="x")
    for place, rho in enumerate(rhos):
        middle = place * (per + 1) + (per - 1) / 2
        axes.annotate(
            rf"$\rho$ = {rho:g}",
            (middle, 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -26),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set_xlabel("signal-to-noise ratio", labelpad=17, fontsize=8)
