"""Squared bias, variance and risk of ridge and lasso along lambda, in a few cells."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.names import LASSO, RIDGE
from regclaims.figures.by_factor import correlation_label, crossed
from regclaims.figures.names import method_name
from regclaims.figures.style import SHARE_OF_LAMBDA, styled

METHODS = (RIDGE, LASSO)
METRICS = {
    "squared_bias": ("squared bias", "#0072b2", "--"),
    "variance": ("variance", "#d55e00", "-."),
    "rr": ("relative risk, their sum", "#000000", "-"),
}
"""Label, colour and line of what is drawn."""

READS = {
    "paths": {
        "columns": ["cell_id", "method", "lambda_ratio", "metric", "mean", "mcse", "replicates"],
        "filters": [("metric", "in", list(METRICS)), ("method", "in", list(METHODS))],
    }
}

PANELS = 4
COLUMNS_PER_ROW = 0.5
"""p/n of the shape that is shown, or the nearest to it that the population has."""

HIGHEST = 1.6
"""Risks above this are not drawn; the null model's is 1."""


def table(paths: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Take the paths of the first cell of each signal-to-noise ratio, of one shape.

    The rule looks at no result: the shape whose p/n is nearest to a half (of these the one with
    fewest columns); four signal-to-noise ratios at most, evenly from the lowest to the highest; of
    each the cell that comes first in the population.

    Parameters
    ----------
    paths : DataFrame
        Squared bias, variance and relative risk along the paths.
    population : DataFrame
        Logistic cells and twins are left out.

    Returns
    -------
    DataFrame
        ``cell_id, n_samples, n_features, snr, design, method, metric, lambda_ratio, mean, mcse,
        replicates``, in units of the signal's variance; ``mcse`` by jackknife.
    """
    shown = _shown(crossed(population))
    about = shown[["cell_id", "n_samples", "n_features", "snr"]].assign(
        design=[_design(*row) for row in shown[["levels", "density"]].itertuples(index=False)]
    )
    data = about.merge(paths, on="cell_id")
    keys = ["snr", "method", "metric", "lambda_ratio"]
    return data.sort_values(keys, ascending=[True, False, True, False], ignore_index=True)


def _shown(population: pd.DataFrame) -> pd.DataFrame:
    shape = population["n_features"] / population["n_samples"]
    distance = (np.log(shape) - np.log(COLUMNS_PER_ROW)).abs().round(9)
    near = population[distance == distance.min()]
    near = near[near["n_features"] == near["n_features"].min()]
    ratios = np.unique(near["snr"])
    chosen = ratios[np.linspace(0, len(ratios) - 1, min(PANELS, len(ratios))).round().astype(int)]
    return near[near["snr"].isin(chosen)].drop_duplicates("snr")


def _design(levels: list[dict[str, object]], density: float) -> str:
    return f"{correlation_label(levels[0]['correlation'])}; s/p = {density:.3g}"  # type: ignore[arg-type]


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a row of panels per method, a column per cell."""
    cells = list(dict.fromkeys(data["cell_id"]))
    with styled(len(METHODS), len(cells), 4.0, sharey=True) as (figure, grid):
        for row, method in enumerate(METHODS):
            for axes, cell in zip(grid[row], cells, strict=True):
                own = data[(data["cell_id"] == cell) & (data["method"] == method)]
                _panel(axes, own)
                if row == 0:
                    snr, design = own[["snr", "design"]].iloc[0]
                    axes.set_title(f"SNR {snr:g}\n{design}", fontsize=8)
            grid[row, 0].set_ylabel(method_name(method))
        figure.supylabel("in units of the signal's variance", fontsize=9)
        figure.supxlabel(SHARE_OF_LAMBDA + ", strong penalty on the left", fontsize=9)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        yield figure


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    for metric, (label, color, line) in METRICS.items():
        own = data[data["metric"] == metric]
        x, y, half = own["lambda_ratio"], own["mean"], 1.96 * own["mcse"]
        axes.plot(x, y, color=color, linestyle=line, label=label)
        axes.fill_between(x, y - half, y + half, color=color, alpha=0.2, linewidth=0)
        if metric == "rr":
            best = x.iloc[int(y.argmin())]
            axes.axvline(best, color="#6e6e6e", linewidth=0.8, linestyle=(0, (1, 1)))
    axes.set_xscale("log")
    axes.invert_xaxis()
    axes.set_ylim(-0.03, HIGHEST)
    ends = np.log10([data["lambda_ratio"].min(), data["lambda_ratio"].max()])
    decades = np.arange(np.ceil(ends[0]), np.floor(ends[1]) + 1)
    axes.set_xticks(10.0 ** decades[:: -max(1, len(decades) // 3)])
    axes.minorticks_off()
