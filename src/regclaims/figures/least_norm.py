"""When basis pursuit finds the truth, and how many coefficients it keeps where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.intervals import NORMAL_95, shares
from regclaims.figures.style import METHODS as LOOKS
from regclaims.figures.style import legend_below, styled
from regclaims.mechanisms.interpolation import weak_curve, weak_threshold
from regclaims.mechanisms.least_norm import DENSE, L1, L2, SPARSE

MARKERS = ("o", "s", "^", "D", "v", "P")
LINES = ("-", "--", "-.", (0, (1, 1)), (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)))

BY = ["method", "n_samples", "n_features", "truth", "n_relevant", "sparsity"]


def table(least_norm: pd.DataFrame) -> pd.DataFrame:
    """Count recoveries and zeros by cell.

    Parameters
    ----------
    least_norm : DataFrame
        As from `mechanisms.least_norm.run`.

    Returns
    -------
    DataFrame
        ``method, n_samples, n_features, truth, n_relevant, sparsity``; ``recovered, low, high,
        trials``, the share of fits that are the truth with Wilson's interval; ``fewer_than_rows``,
        that of fits with fewer non-zeros than rows; ``nonzero_share`` and ``nonzero_mcse``, the
        mean share of coefficients that are not zero; and ``threshold``, the sparsity at the phase
        transition for so many rows and columns.
    """
    found = shares(least_norm, BY, "recovered").rename(columns={"share": "recovered"})
    groups = least_norm.groupby(BY, sort=False)
    kept = 1 - groups["zero_share"].mean()
    found["fewer_than_rows"] = groups["fewer_than_rows"].mean().to_numpy()
    found["nonzero_share"] = kept.to_numpy()
    found["nonzero_mcse"] = groups["zero_share"].sem().to_numpy()
    ratios = found["n_samples"] / found["n_features"]
    at = {ratio: weak_threshold(float(ratio)) for ratio in ratios.unique()}
    return found.assign(threshold=ratios.map(at))


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw the phase diagram, the recovery in profile, and the coefficients kept."""
    sizes = sorted(data["n_samples"].unique())
    colors = dict(
        zip(sizes, mpl.colormaps["viridis_r"](np.linspace(0.1, 1.0, len(sizes))), strict=True)
    )
    own = data[data["method"] == L1]
    with styled(1, 3, 3.1) as (figure, grid):
        _phases(grid[0, 0], own[own["truth"] == SPARSE])
        for turn, n in enumerate(sizes):
            look = {
                "color": colors[n],
                "marker": MARKERS[turn % len(MARKERS)],
                "linestyle": LINES[turn % len(LINES)],
            }
            rows = own[own["n_samples"] == n].sort_values("sparsity")
            _profile(grid[0, 1], rows[rows["truth"] == SPARSE], look)
            _kept(grid[0, 2], rows, look, f"least L1 norm, n/p = {n / _columns(data):g}")
        _dense_end(grid[0, 2], data[data["method"] == L2])
        for axes in grid[0]:
            axes.set_ylim(-0.04, 1.04)
        grid[0, 1].set_xlabel("non-zeros of the truth per row, s/n")
        grid[0, 1].set_title("least L1 norm finds the truth", fontsize=8.5)
        grid[0, 1].set_ylabel("share of fits")
        legend_below(figure, grid[0, 2], 3)
        yield figure


def _columns(data: pd.DataFrame) -> int:
    return int(data["n_features"].iloc[0])


def _phases(axes: Axes, data: pd.DataFrame) -> None:
    """Draw the share of recoveries as grey over the plane, with the curve of theory."""
    axes.scatter(
        data["n_samples"] / data["n_features"],
        data["sparsity"],
        c=data["recovered"],
        cmap="gray",
        vmin=0,
        vmax=1,
        s=34,
        marker="s",
        edgecolors="black",
        linewidths=0.5,
        zorder=2,
    )
    axes.plot(*weak_curve(np.geomspace(1e-4, 10, 400)), color="#d55e00", linewidth=1.5, zorder=3)
    axes.text(0.02, 0.97, "curve: theory, many columns", color="#d55e00", fontsize=7.5)
    axes.set_xlim(0, 1)
    axes.set_xlabel("rows per column, n/p")
    axes.set_ylabel("non-zeros of the truth per row, s/n")
    axes.set_title("white: always found; black: never", fontsize=8.5)


def _profile(axes: Axes, data: pd.DataFrame, look: dict[str, Any]) -> None:
    share = data["recovered"]
    axes.errorbar(
        data["sparsity"],
        share,
        yerr=[share - data["low"], data["high"] - share],
        markersize=3,
        elinewidth=0.8,
        **look,
    )
    threshold = data["threshold"].iloc[0]
    axes.plot([threshold, threshold], [-0.04, 0.06], color=look["color"], linewidth=2.2)


def _kept(axes: Axes, data: pd.DataFrame, look: dict[str, Any], label: str) -> None:
    """Draw the share of coefficients kept; a dense truth stands at the right end."""
    place = data["sparsity"].where(data["truth"] == SPARSE, DENSE_AT)
    axes.errorbar(
        place,
        data["nonzero_share"],
        yerr=NORMAL_95 * data["nonzero_mcse"],
        markersize=3,
        elinewidth=0.8,
        label=label,
        **look,
    )


DENSE_AT = 1.2
"""Where a dense truth is drawn: its own s/n would stretch the axis."""


def _dense_end(axes: Axes, other: pd.DataFrame) -> None:
    place = other["sparsity"].where(other["truth"] == SPARSE, DENSE_AT)
    shown = other.assign(place=place).groupby("place")["nonzero_share"].mean()
    axes.plot(shown.index, shown, label="least L2 norm, any n/p", **LOOKS["ridge"])
    ticks = [0, 0.5, 1]
    dense = bool((other["truth"] == DENSE).any())
    names = [f"{tick:g}" for tick in ticks]
    axes.set_xticks([*ticks, DENSE_AT] if dense else ticks, [*names, "dense"] if dense else names)
    axes.set_xlabel("s/n")
    axes.set_ylabel("share of all p coefficients")
    axes.set_title("coefficients that are not 0", fontsize=8.5)
