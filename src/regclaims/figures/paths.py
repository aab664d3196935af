"""Coefficient paths of ridge, Elastic Net and lasso on one real data set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.evidence.names import LASSO, RIDGE
from regclaims.figures.names import column_label, plain, shown_nets
from regclaims.figures.style import SHARE_OF_LAMBDA, look, styled

HIGHLIGHTED: tuple[tuple[str, Any], ...] = (
    ("#d55e00", "-"),
    ("#0072b2", "--"),
    ("#009e73", "-."),
    ("#cc79a7", (0, (1, 1))),
    ("#000000", (0, (5, 1, 1, 1, 1, 1))),
)
"""Colour and line of the columns with the largest coefficients; the others are grey."""


NOT_MOVED = 0.005
"""A path is drawn from where a coefficient exceeds this share of the largest."""


def table(paths: pd.DataFrame) -> pd.DataFrame:
    """Choose and order the methods by their share of L1, the columns by their largest coefficient.

    Parameters
    ----------
    paths : DataFrame
        As from `evidence.bands.path_bands`.

    Returns
    -------
    DataFrame
        Those of ridge, one Elastic Net and the lasso with ``rank``: 0 for the column whose
        coefficient becomes largest.
    """
    paths = paths.assign(method=paths["method"].map(plain))
    paths = paths[paths["method"].isin([RIDGE, *shown_nets(paths["method"], 1), LASSO])]
    # Each method's largest counts the same, whatever size its coefficients come to.
    size = paths["coef"].abs() / paths.groupby("method")["coef"].transform(_largest)
    largest = size.groupby([paths["feature"], paths["method"]]).max().groupby("feature").mean()
    rank = largest.rank(ascending=False, method="first").astype(int) - 1
    order = {RIDGE: 0, LASSO: 2}
    ranked = paths.assign(rank=paths["feature"].map(rank))
    return ranked.sort_values(
        ["method", "rank", "lambda_index"],
        key=lambda column: (
            column.map(lambda m: order.get(m, 1)) if column.name == "method" else column
        ),
        kind="stable",
        ignore_index=True,
    )


def _largest(coefs: pd.Series) -> float:
    return float(coefs.abs().max()) or 1.0


ROOM = 0.2
"""Above and below the coefficients, as a share of their range, for the bands."""


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw one panel per method, null model on the left."""
    methods = list(dict.fromkeys(data["method"]))
    with styled(1, len(methods), 2.7, sharey=True) as (figure, grid):
        handles, labels = panels(data, grid[0])
        figure.legend(handles, labels, loc="outside lower center", ncols=len(handles))
        yield figure


def panels(data: pd.DataFrame, row: Sequence[Axes]) -> tuple[list[Any], list[str]]:
    """Draw one panel per method; returns handles and labels of the columns that are named."""
    methods = list(dict.fromkeys(data["method"]))
    own = [_begun(data[data["method"] == method]) for method in methods]
    for axes, paths, method in zip(row, own, methods, strict=True):
        _panel(axes, paths)
        axes.set_title(look(method, methods)["label"])
        axes.set_xlabel(SHARE_OF_LAMBDA)
    # Coefficients set the range: of a few columns that hardly hold bands would leave nothing else.
    limits = [axes.get_ylim() for axes in row]
    for axes, paths, ends in zip(row, own, limits, strict=True):
        _bands(axes, paths)
        axes.set_ylim(ends)
    row[0].set_ylabel("coefficient")
    handles, labels = row[0].get_legend_handles_labels()
    # Drawn from the weakest to the strongest; listed from the strongest.
    return handles[::-1], labels[::-1]


def _begun(data: pd.DataFrame) -> pd.DataFrame:
    """Leave out the long beginning of ridge's path where nothing has moved yet."""
    size = data["coef"].abs()
    moved = data.loc[size > NOT_MOVED * size.max(), "lambda_index"].min()
    return data[data["lambda_index"] >= moved - 1]


def _bands(axes: Axes, data: pd.DataFrame) -> None:
    for rank, (color, _) in enumerate(HIGHLIGHTED):
        path = data[data["rank"] == rank]
        axes.fill_between(
            path["lambda_ratio"], path["low"], path["high"], color=color, alpha=0.12, linewidth=0
        )


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    axes.margins(y=ROOM)
    # From the last rank to the first, so that the strongest lies on top.
    for rank in range(int(data["rank"].max()), -1, -1):
        path = data[data["rank"] == rank]
        x = path["lambda_ratio"]
        if rank < len(HIGHLIGHTED):
            color, line = HIGHLIGHTED[rank]
            label = column_label(str(path["feature"].iloc[0]))
            axes.plot(x, path["coef"], color=color, linestyle=line, label=label)
        else:
            axes.plot(x, path["coef"], color="#b0b0b0", linewidth=0.8, zorder=1)
    axes.set_xscale("log")
    axes.invert_xaxis()
    axes.axhline(0, color="black", linewidth=0.6)
    ends = np.log10([data["lambda_ratio"].min(), data["lambda_ratio"].max()])
    decades = np.arange(np.ceil(ends[0]), np.floor(ends[1]) + 1)
    axes.set_xticks(10.0 ** decades[:: -(-len(decades) // 4)])
    axes.minorticks_off()
