"""What is common to figures of an effect by level of each factor of the population."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, get_args

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.config.population import Noise, Placement, Profile, Scale, Sign
from regclaims.evidence.judging import MAX_UNDEFINED
from regclaims.figures.names import in_order
from regclaims.figures.style import canvas, look
from regclaims.figures.two_columns import two_columns

Rank = Callable[[Any], Any]

KINDS = ("independent", "ar1", "blocks", "three-factor")
LEVELS = {
    name: get_args(levels)
    for name, levels in {
        "placement": Placement,
        "profile": Profile,
        "signs": Sign,
        "noise": Noise,
        "scales": Scale,
    }.items()
}
FACTORS = {
    "shape": "shape, n × p",
    "correlation": "correlation",
    "scales": "column scales",
    "noise": "noise",
    "density": "density s/p, nominal",
    "placement": "placement",
    "profile": "profile of coefficients",
    "signs": "signs",
    "snr": "signal-to-noise ratio",
}
"""Titles of the factors, in the order of their panels."""

WORDS = {"t3": "t, 3 d.f.", "gaussian": "Gaussian"}

ROW, HEADING = 0.172, 0.29
"""Height of a level, and of a panel's title, in inches."""

READS = {
    "columns": [
        *("cell_id", "method", "tuning", "metric", "mean", "mcse"),
        *("replicates", "n_undefined", "n_failed"),
    ]
}
"""What of the table of cells is read."""


def crossed(population: pd.DataFrame) -> pd.DataFrame:
    """Keep linear cells without twins, which have other shapes and densities."""
    return population[(population["response"] == "linear") & ~population["twins"]]


def wide(cells: pd.DataFrame, metric: str, methods: Sequence[str]) -> pd.DataFrame:
    """Lay out a metric, tuned by validation: a row a cell, columns (mean, mcse) by method.

    Only cells are left in which every method has it in nine of ten replicates at least: methods are
    compared over the same cells.
    """
    chosen = cells[(cells["metric"] == metric) & (cells["tuning"] == "validation")]
    lost = chosen["n_undefined"] + chosen["n_failed"]
    chosen = chosen[chosen["method"].isin(methods) & (lost <= MAX_UNDEFINED * chosen["replicates"])]
    return chosen.pivot(index="cell_id", columns="method", values=["mean", "mcse"]).dropna()


def average(effects: pd.DataFrame, population: pd.DataFrame) -> pd.DataFrame:
    """Average an effect over the cells of each level.

    Parameters
    ----------
    effects : DataFrame
        ``cell_id, method, effect, variance``, the latter of Monte Carlo error.
    population : DataFrame

    Returns
    -------
    DataFrame
        ``factor, level, method, effect, mcse, se, cells``, in the order of the panels; ``mcse`` is
        Monte Carlo error for these cells, ``se`` the error over cells, Monte Carlo included, for
        other cells of the level. A cell that stands for two levels counts in both. A factor with
        one level is left out.
    """
    data = levels(crossed(population)).merge(effects, on="cell_id")
    groups = data.groupby(["factor", "rank", "level", "method"], sort=False)
    found = groups.agg(
        effect=("effect", "mean"),
        se=("effect", "sem"),
        variance=("variance", "sum"),
        cells=("cell_id", "size"),
    ).reset_index()
    found["mcse"] = np.sqrt(found.pop("variance")) / found["cells"]
    found = found[found.groupby("factor")["rank"].transform("nunique") > 1]
    methods, factors = in_order(found["method"]), list(FACTORS)
    found = found.assign(
        place=found["factor"].map(factors.index), turn=found["method"].map(methods.index)
    ).sort_values(["place", "rank", "turn"], ignore_index=True)
    return found[["factor", "level", "method", "effect", "mcse", "se", "cells"]]


def levels(population: pd.DataFrame) -> pd.DataFrame:
    """List which levels each cell stands for: ``cell_id, factor, rank, level``."""
    rows = {
        (cell, factor, _rank(factor, one[factor]), _label(factor, one[factor]))
        for cell, several in zip(population["cell_id"], population["levels"], strict=True)
        for one in several
        for factor in FACTORS
        if one.get(factor) is not None
    }
    table = pd.DataFrame(sorted(rows), columns=["cell_id", "factor", "rank", "level"])
    dense = table.groupby("factor")["rank"].transform(lambda rank: rank.rank(method="dense"))
    return table.assign(rank=dense.astype(int))


def crossings(population: pd.DataFrame, row: str, column: str) -> pd.DataFrame:
    """List which combinations of levels of two factors each cell stands for.

    Returns
    -------
    DataFrame
        ``cell_id, row, column, row_rank, column_rank``: labels of the levels, and their places.
    """
    rows = {
        (cell, *(place(name, one[name]) for place in (_label, _rank) for name in (row, column)))
        for cell, several in zip(population["cell_id"], population["levels"], strict=True)
        for one in several
    }
    names = ["cell_id", "row", "column", "row_rank", "column_rank"]
    return pd.DataFrame(sorted(rows), columns=names)


def _rank(factor: str, level: Any) -> float:
    """Give a level its place: numbers by size, shapes by columns per row, words as in configs."""
    if factor == "shape":
        n, p = level
        return float(p / n + 1e-9 * p)
    if factor == "correlation":
        size, rho = (0.0 if pd.isna(level.get(name)) else level[name] for name in ("size", "rho"))
        return float(1e6 * KINDS.index(level["kind"]) + 10 * size + rho)
    return float(LEVELS[factor].index(level) if factor in LEVELS else level)


def _label(factor: str, level: Any) -> str:
    if factor == "shape":
        return f"{level[0]} × {level[1]}"
    if factor == "correlation":
        return correlation_label(level)
    return f"{level:g}" if isinstance(level, float | int) else WORDS.get(level, level)


def correlation_label(spec: Mapping[str, Any]) -> str:
    """Name a correlation structure in a few letters."""
    # In a table of cells, what a structure lacks is missing.
    rho = "" if pd.isna(spec.get("rho")) else f"{spec['rho']:g}".replace("-", "\N{MINUS SIGN}")
    match spec["kind"]:
        case "ar1":
            return f"AR(1), {rho}"
        case "blocks":
            return f"blocks of {spec['size']:.0f}, {rho}"
        case "three-factor":
            return f"3-factor, {rho}"
    return str(spec["kind"])


@contextmanager
def draw(data: pd.DataFrame, frame: Callable[[Axes], None], label: str) -> Iterator[Figure]:
    """Draw a panel per factor in two columns, a row per level, one axis for all.

    Parameters
    ----------
    data : DataFrame
        As from `average`.
    frame : callable
        Draws the reference into a panel and sets its ticks, limits being set.
    label : str
        Of the common axis.
    """
    if data.empty:
        with canvas(1) as figure:
            figure.text(0.5, 0.5, "no factor of this study has two levels", ha="center")
            yield figure
        return
    methods = in_order(data["method"])
    counts = data.groupby("factor", sort=False)["level"].nunique()
    columns = [
        {name: int(counts[name]) for name in names} for names in two_columns(counts * ROW + HEADING)
    ]
    tallest = max(sum(sizes.values()) * ROW + len(sizes) * HEADING for sizes in columns)
    half = 1.96 * data["se"].fillna(0)
    ends = (data["effect"] - half).min(), (data["effect"] + half).max()
    room = 0.03 * (ends[1] - ends[0]) or 0.1
    with canvas(tallest + 0.75) as figure:
        outer = figure.add_gridspec(1, len(columns))
        panels = []
        for place, sizes in enumerate(columns):
            inner = outer[place].subgridspec(len(sizes), 1, height_ratios=list(sizes.values()))
            for row, factor in enumerate(sizes):
                axes = figure.add_subplot(inner[row])
                _panel(axes, data[data["factor"] == factor], methods)
                axes.set_title(FACTORS[factor], loc="left", fontweight="bold", fontsize=8.5)
                axes.set_xlim(ends[0] - room, ends[1] + room)
                frame(axes)
                axes.tick_params(axis="x", labelbottom=row == len(sizes) - 1)
                panels.append(axes)
        figure.supxlabel(label, fontsize=9)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        yield figure


def _panel(axes: Axes, data: pd.DataFrame, methods: Sequence[str]) -> None:
    names = list(dict.fromkeys(data["level"]))
    step = 0.74 / len(methods)
    for turn, method in enumerate(methods):
        chosen = data[data["method"] == method]
        style = look(method, methods)
        axes.errorbar(
            chosen["effect"],
            chosen["level"].map(names.index) + (turn - (len(methods) - 1) / 2) * step,
            xerr=1.96 * chosen["se"],
            fmt=style["marker"],
            color=style["color"],
            label=style["label"],
            markersize=3,
            linewidth=0.8,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    for between in range(1, len(names)):
        axes.axhline(between - 0.5, color="#eeeeee", linewidth=0.5, zorder=0)
