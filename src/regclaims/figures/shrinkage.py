"""Maps from least squares to penalized coefficients, and how far ridge is from proportional."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.by_factor import correlation_label
from regclaims.figures.error_bars import error_bars
from regclaims.figures.over_cells import over_cells
from regclaims.figures.style import METHODS, canvas, legend_below
from regclaims.keys import cell_key, generator
from regclaims.mechanisms.columns import ORTHONORMAL
from regclaims.mechanisms.shrinkage import draw_data, maps

SHOWN = ("ridge", "lasso", "elastic-net")
EXAMPLES: dict[str, dict[str, Any]] = {
    "orthonormal columns": ORTHONORMAL,
    "blocks of 5, correlation 0.9": {"kind": "blocks", "size": 5, "rho": 0.9},
}
"""Designs of one data set each, by the title of their panel."""

EXAMPLE: dict[str, Any] = {"shape": [100, 40], "density": 1.0, "snr": 1.22}
STRENGTH, L1_RATIO = 0.3, 0.5
LABELS = {"ridge": "ridge", "lasso": "lasso", "elastic-net": "Elastic Net"}

PROPORTIONAL = 0.10
"""Spread of ratios up to which the claim calls shrinkage proportional."""


def table(shrinkage: pd.DataFrame) -> pd.DataFrame:
    """Average ridge's spread of ratios by design, and tabulate two examples.

    Parameters
    ----------
    shrinkage : DataFrame
        Of the experiment of this name.

    Returns
    -------
    DataFrame
        ``panel``: ``spread`` with ``correlation, strength, value, low, high, cells``; ``measure``
        with ``method, metric, value, low, high, cells`` over all cells (of the lasso's
        ``kept_deviation`` the median over cells with correlation); or the title of an example with
        ``method, ols, value`` (coefficients).
    """
    ridge = shrinkage[shrinkage["method"] == "ridge"]
    spread = over_cells(ridge, ["correlation", "strength"], "ratio_spread")
    measures = [
        over_cells(shrinkage[shrinkage["method"] == method], ["method"], metric).assign(
            metric=metric
        )
        for method, metric in (
            ("ridge", "ratio_spread"),
            ("ridge", "growing_share"),
            ("ridge", "rank_correlation"),
            ("lasso", "rank_correlation"),
            ("ridge", "relative_rank_correlation"),
        )
    ]
    parts = [spread.assign(panel="spread"), _pull(shrinkage).assign(panel="measure")]
    parts += [part.assign(panel="measure") for part in measures]
    found = pd.concat([*parts, *_examples()])
    columns = ["panel", "correlation", "strength", "method", "metric", "ols", "value"]
    columns += ["low", "high", "cells"]
    return found.reset_index(drop=True)[columns]


def _pull(shrinkage: pd.DataFrame) -> pd.DataFrame:
    """How far what the lasso takes from a coefficient it keeps is from lambda, if correlated."""
    rows = shrinkage[
        (shrinkage["method"] == "lasso") & (shrinkage["correlation"] != ORTHONORMAL["kind"])
    ]
    cells = rows.groupby("cell_id")["kept_deviation"].median()
    found = {"method": "lasso", "metric": "kept_deviation", "value": cells.median()}
    return pd.DataFrame([found | {"cells": len(cells)}])


def _examples() -> Iterator[pd.DataFrame]:
    for title, design in EXAMPLES.items():
        cell = EXAMPLE | {"correlation": design}
        X, y = draw_data(cell, generator(0, "shrinkage-figure", cell_key(cell), 0))
        ols, fits = maps(X, y, STRENGTH, L1_RATIO)
        for method in SHOWN:
            yield pd.DataFrame(
                {"panel": title, "method": method, "ols": ols, "value": fits[method][0]}
            )


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a map on orthonormal and one on correlated columns, and spreads by design."""
    with canvas(3.0) as figure:
        *examples, last = figure.subplots(1, 3, width_ratios=[1, 1, 1.05])
        for axes, title in zip(examples, EXAMPLES, strict=True):
            _map(axes, data[data["panel"] == title])
            axes.set_title(title)
        examples[0].set_ylabel("penalized coefficient")
        _spreads(last, data[data["panel"] == "spread"])
        legend_below(figure, examples[0], 4)
        yield figure


def _map(axes: Axes, data: pd.DataFrame) -> None:
    end = 1.05 * max(data["ols"].abs().max(), data["value"].abs().max())
    axes.plot([-end, end], [-end, end], color="#999999", linewidth=0.8, label="nothing taken")
    for method in SHOWN:
        own = data[data["method"] == method]
        style = METHODS[method]
        axes.plot(
            own["ols"],
            own["value"],
            style["marker"],
            color=style["color"],
            markersize=3.2,
            markerfacecolor="none",
            markeredgewidth=0.8,
            label=LABELS[method],
        )
    axes.set_xlim(-end, end)
    axes.set_ylim(-end, end)
    axes.set_xlabel("least squares")


def _spreads(axes: Axes, data: pd.DataFrame) -> None:
    names = list(dict.fromkeys(data["correlation"]))
    strengths = sorted(set(data["strength"]))
    for turn, strength in enumerate(strengths):
        own = data[data["strength"] == strength]
        axes.errorbar(
            100 * own["value"],
            own["correlation"].map(names.index),
            xerr=100 * error_bars(own),
            fmt="s",
            color=METHODS["ridge"]["color"],
            markersize=2.5 + 1.3 * turn,
            markerfacecolor="white",
            linewidth=0.8,
        )
    axes.axvspan(0, 100 * PROPORTIONAL, color="#e3e3e3", zorder=0)
    axes.set_yticks(range(len(names)), [_design_label(name) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(left=-3)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("spread of ridge's ratios to\nleast squares, % of their mean")
    axes.set_title("grey: proportional")


def _design_label(name: str) -> str:
    kind, *settings = name.split()
    numbers = [float(value) for value in settings]
    spec = {"kind": kind, "rho": numbers[-1] if numbers else None}
    return correlation_label(spec | {"size": numbers[0] if kind == "blocks" else None})
