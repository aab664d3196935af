"""One look for all figures: readable in print, in grey, and by the colour-blind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.figures.names import method_name
from regclaims.io import replacing, write_csv

WIDTH = 6.3
"""Width of the paper's text, in inches."""

PARAMETERS: Any = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "figure.constrained_layout.use": True,
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    # Names of clipping paths in vector files would otherwise be random.
    "svg.hashsalt": "regclaims",
}

METHODS: dict[str, dict[str, Any]] = {
    "ols": {"color": "#6e6e6e", "marker": "D", "linestyle": ":"},
    "ridge": {"color": "#0072b2", "marker": "s", "linestyle": "--"},
    "lasso": {"color": "#d55e00", "marker": "o", "linestyle": "-"},
    "relaxed-lasso": {"color": "#e69f00", "marker": "v", "linestyle": (0, (5, 1, 1, 1, 1, 1))},
    "adaptive-lasso": {"color": "#cc79a7", "marker": "D", "linestyle": (0, (3, 1))},
    "elastic-net": {"color": "#009e73", "marker": "^", "linestyle": "-."},
    "elastic-net-rescaled": {"color": "#56b4e9", "marker": "P", "linestyle": (0, (1, 1))},
}
"""Look of each method: Okabe and Ito's colours, and a marker and line of its own."""

ELASTIC_NETS = ("#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")


def look(method: str, others: Sequence[str]) -> dict[str, Any]:
    """Return colour, marker, line and label of a method; Elastic Nets in the order of `others`."""
    label = {"label": method_name(method)}
    if method in METHODS:
        return METHODS[method] | label
    nets = sorted(name for name in others if name not in METHODS)
    color = ELASTIC_NETS[nets.index(method) % len(ELASTIC_NETS)]
    return {"color": color, "marker": "^", "linestyle": "-."} | label


@contextmanager
def canvas(height: float) -> Iterator[Figure]:
    """Open an empty figure of the text's width, and close it afterwards."""
    with mpl.rc_context(PARAMETERS):
        figure = plt.figure(figsize=(WIDTH, height))
        try:
            yield figure
        finally:
            plt.close(figure)


@contextmanager
def styled(
    rows: int, columns: int, height: float, *, sharey: bool | Literal["row"] = False
) -> Iterator[tuple[Figure, Any]]:
    """Open a figure of the text's width with a grid of axes, and close it afterwards."""
    with canvas(height) as figure:
        yield figure, figure.subplots(rows, columns, squeeze=False, sharey=sharey)


def save(figure: Figure, table: pd.DataFrame, pdf: Path, png: Path, csv: Path) -> None:
    """Write a figure as PDF and PNG, and its data beside it; the same bytes whenever it is run."""
    # Matplotlib dates a PDF unless it is told not to.
    with replacing(pdf) as part:
        figure.savefig(part, format="pdf", metadata={"CreationDate": None})
    with replacing(png) as part:
        figure.savefig(part, format="png", metadata={"Software": None})
    write_csv(csv, table)


SHARE_OF_LAMBDA = r"$\lambda$ as a share of the largest"
"""Axis label of paths: methods have different largest lambdas, each with a null model."""


def legend_below(figure: Figure, axes: Axes, columns: int) -> None:
    """Put one legend for all axes under them."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)
