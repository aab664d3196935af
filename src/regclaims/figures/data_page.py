"""One real data set on a page: coefficient paths, and error, zeros and stability by method."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures import paths as path_figure
from regclaims.figures.names import NULL_MODEL, in_order, method_name, plain
from regclaims.figures.real_means import TUNED, with_intervals
from regclaims.figures.style import canvas, look

ERROR = "relative_error"

PANELS = {
    ERROR: "error over the null model's",
    "zero_share": "share of zero coefficients",
    "sign_agreement": "agreement of signs",
}
"""Metric and title of the lower panels; each is a mean over the splits, tuned for least error."""

PATHS = "paths"


def table(paths: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Put paths and means of one data set in one table.

    Parameters
    ----------
    paths : DataFrame
        As from `evidence.bands.path_bands`.
    cells : DataFrame
        As from `evidence.resampled.cells_of_splits`.

    Returns
    -------
    DataFrame
        ``panel``: ``paths``, with the columns of `figures.paths.table`; else a metric, with
        ``method``, ``mean``, ``low`` and ``high``, the interval of the corrected resampled t.
    """
    means = with_intervals(cells[cells["tuning"].isin(TUNED) & cells["metric"].isin(PANELS)])
    means = means.assign(method=means["method"].map(plain), panel=means["metric"])
    columns = ["panel", "method", "mean", "low", "high"]
    return pd.concat(
        [path_figure.table(paths).assign(panel=PATHS), means[columns]], ignore_index=True
    )


HEIGHT = 2.7
"""Inches: three data sets, with what is said of them, stand on a page."""


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw the paths above, one panel per metric below."""
    with canvas(HEIGHT) as figure:
        upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.5, 1])[:, 0]
        traced = data[data["panel"] == PATHS].dropna(axis=1, how="all")
        traced = traced.astype({"rank": int, "lambda_index": int})
        row = upper.subplots(1, traced["method"].nunique(), squeeze=False)[0]
        handles, labels = path_figure.panels(traced, row)
        upper.legend(handles, labels, loc="outside lower center", ncols=min(len(handles), 5))
        grid = lower.subplots(1, len(PANELS), sharey=True, squeeze=False)[0]
        own = data[data["panel"] != PATHS]
        methods = [method for method in in_order(own["method"]) if method != NULL_MODEL]
        for axes, (metric, title) in zip(grid, PANELS.items(), strict=True):
            means = own[own["panel"] == metric].set_index("method")
            _dots(axes, means, methods, error=metric == ERROR)
            axes.set_xlabel(title)
        grid[0].axvline(1.0, color="black", linewidth=0.6, linestyle=":")
        grid[0].set_yticks(range(len(methods)), [method_name(method) for method in methods])
        grid[0].invert_yaxis()
        yield figure


def _dots(axes: Axes, means: pd.DataFrame, methods: list[str], *, error: bool) -> None:
    """Draw a dot with its interval for every method that has one; the interval may be cut off."""
    for place, method in enumerate(methods):
        if method not in means.index:
            continue
        row = {name: float(means[name].loc[method]) for name in ("mean", "low", "high")}
        style = look(method, methods)
        axes.plot([row["low"], row["high"]], [place, place], color=style["color"], linewidth=1.4)
        axes.plot(row["mean"], place, color=style["color"], marker=style["marker"])
    axes.set_ylim(-0.6, len(methods) - 0.4)
    if not error:
        axes.set_xlim(-0.03, 1.03)
        return
    centre = means["mean"].dropna()
    if len(centre) and means["high"].max() > LONGEST * centre.median() > 0:
        # One hopeless method would squeeze all others together: its dot is at the edge.
        _cut(axes, means, methods, LONGEST * float(centre.median()))


LONGEST = 4.0
"""An axis ends at this multiple of the median; what lies beyond is written at the edge."""


def _cut(axes: Axes, means: pd.DataFrame, methods: list[str], end: float) -> None:
    axes.set_xlim(right=end)
    for place, method in enumerate(methods):
        value = means["mean"].get(method)
        if value is not None and value > end:
            axes.annotate(
                rf"{value:.3g} $\rightarrow$",
                (end, place),
                ha="right",
                va="center",
                fontsize=8,
                color=look(method, methods)["color"],
            )
