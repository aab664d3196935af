"""All real data sets: the error of every method, beside ridge's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from regclaims.evidence.judging import student
from regclaims.evidence.names import LASSO, OLS, RIDGE
from regclaims.figures.names import in_order, method_name, plain, shown_nets
from regclaims.figures.real_means import TUNED
from regclaims.figures.style import legend_below, look, styled

SPACING = 0.17


def table(splits: pd.DataFrame, contrasts: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Average log ratios of error to ridge's, of least squares, lasso and an Elastic Net.

    Parameters
    ----------
    splits : DataFrame
        As `Splits.tested` with ``dataset``, of all data sets.
    contrasts : DataFrame
        `results/real-contrasts.parquet`: which data sets are saturated.
    titles : mapping
        What data sets are called, by name.

    Returns
    -------
    DataFrame
        ``dataset, title, saturated, method, ratio, low, high``: the geometric mean of the ratio
        over the splits, paired, with its 95 % interval (corrected resampled t). Least squares of
        classes have no log loss, and no row.
    """
    rows = splits[splits["tuning"].isin(TUNED)]
    rows = rows.assign(method=rows["method"].map(plain))
    methods = [OLS, LASSO, *shown_nets(rows["method"], 1)]
    found = []
    for name, group in rows.groupby("dataset"):
        wide = group.pivot(index="split", columns="method", values="relative_error")
        overlap = float((group["n_test"] / group["n_train"]).iloc[0])
        for method in (method for method in methods if method in wide):
            log_ratios = np.log((wide[method] / wide[RIDGE]).dropna().to_numpy())
            if len(log_ratios) > 1:
                mean = student(log_ratios, 0.0, overlap)
                found.append((name, method, *np.exp([mean.effect, mean.ci_low, mean.ci_high])))
    data = pd.DataFrame(found, columns=["dataset", "method", "ratio", "low", "high"])
    saturated = contrasts.loc[contrasts["why_not"] == "saturated", "dataset"]
    data.insert(1, "title", data["dataset"].map(titles))
    data.insert(2, "saturated", data["dataset"].isin(saturated))
    return data


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw one line per data set, the most favourable to the lasso on top."""
    lasso = data[data["method"] == LASSO].set_index("dataset")["ratio"]
    names = list(lasso.sort_values().index)
    methods = in_order(data["method"])
    with styled(1, 1, 1.2 + 0.33 * len(names)) as (figure, grid):
        axes = grid[0, 0]
        for i, method in enumerate(methods):
            own = data[data["method"] == method].set_index("dataset").reindex(names)
            at = np.arange(len(names)) + SPACING * (i - (len(methods) - 1) / 2)
            style = {**look(method, methods), "linestyle": "none"}
            errors = [own["ratio"] - own["low"], own["high"] - own["ratio"]]
            axes.errorbar(own["ratio"], at, xerr=errors, elinewidth=1, **style)
        axes.axvline(1.0, color="black", linewidth=0.8)
        axes.set_xscale("log")
        low, high = data["low"].min(), data["high"].max()
        ticks = [t for t in (FINE if high < NARROW * low else COARSE) if low <= t <= high]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.xaxis.set_minor_locator(mpl.ticker.NullLocator())
        axes.set_yticks(range(len(names)), [_label(data, name) for name in names])
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_xlabel(f"error as a multiple of {method_name(RIDGE)}'s")
        legend_below(figure, axes, len(methods))
        yield figure


def _label(data: pd.DataFrame, name: str) -> str:
    first = data[data["dataset"] == name].iloc[0]
    return f"{first['title']}\n(saturated)" if first["saturated"] else str(first["title"])


COARSE = (0.01, 0.03, 0.1, 0.3, 0.5, 1, 2, 3, 10, 30, 100, 1000, 1e5)
FINE = (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3)
NARROW = 6.0
"""An axis that reaches over a smaller factor has the fine ticks."""
