"""speed.png: CPU time against accuracy, a panel a problem."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from benchmarks.certify import EQUAL_GAP
from benchmarks.measure import STOPPED, Measurement
from benchmarks.problems import Problem

# Okabe and Ito's colours; markers tell the solvers apart without them.
STYLES = {
    "regclaims": ("#000000", "*"),
    "glmnet": ("#D55E00", "o"),
    "scikit-learn": ("#0072B2", "s"),
    "lars_path": ("#56B4E9", "D"),
    "celer": ("#009E73", "^"),
    "skglm": ("#CC79A7", "v"),
}
OTHER = ("#999999", "X")
PENALTIES: dict[str, Literal["full", "none"]] = {"lasso": "full", "elastic net 0.5": "none"}
LEAST_GAP, MOST_GAP = 1e-17, 1e-1
COLUMNS = 4
DECADES = 100.0


def draw(path: Path, rows: Sequence[Measurement]) -> None:
    """Draw the Gaussian paths of `rows`."""
    shown = [
        row
        for row in rows
        if row.case.loss == "gaussian" and row.case.task == "path" and row.case.penalty in PENALTIES
    ]
    problems = list(dict.fromkeys(row.case.problem for row in shown))
    if not problems:
        return
    across = min(COLUMNS, len(problems))
    down = -(-len(problems) // across)
    figure = Figure(
        figsize=(3.1 * across + 0.6, 2.7 * down + 1.1), layout=ConstrainedLayoutEngine(h_pad=0.08)
    )
    axes = figure.subplots(down, across, sharey=True, squeeze=False)
    for ax in axes.flat[len(problems) :]:
        ax.set_axis_off()
    for ax, problem in zip(axes.flat, problems, strict=False):
        _panel(ax, problem, [row for row in shown if row.case.problem == problem])
    figure.supxlabel("CPU time of a 100-lambda path, seconds", fontsize=10)
    figure.supylabel("worst relative duality gap of the path", fontsize=10)
    names = list(dict.fromkeys(row.solver for row in shown))
    figure.legend(handles=_handles(names), loc="outside upper center", ncols=5, fontsize=8)
    figure.savefig(path, dpi=130, metadata={"Software": None})


def _panel(ax: Axes, problem: Problem, rows: Sequence[Measurement]) -> None:
    ax.axhline(EQUAL_GAP, color="#666666", linewidth=0.8, linestyle="--", zorder=0)
    height = MOST_GAP
    for row in rows:
        color, marker = STYLES.get(row.solver, OTHER)
        stopped = row.status == STOPPED
        if not stopped and not row.measured:
            continue
        gap = np.clip(row.gap, LEAST_GAP, MOST_GAP)
        if stopped:
            # Its gap is not known: one below the other, so that all are seen.
            gap, height = height, height / 10
            ax.annotate("→", (row.seconds, gap), (6, 0), textcoords="offset points", va="center")
        ax.plot(
            row.seconds,
            gap,
            marker=marker,
            color=color,
            fillstyle=PENALTIES[row.case.penalty],
            markersize=11 if marker == "*" else 7,
            markeredgewidth=1.2,
            linestyle="none",
            clip_on=False,
            zorder=3 if marker == "*" else 2,
        )
    ax.set(xscale="log", yscale="log", ylim=(LEAST_GAP, MOST_GAP))
    ax.set_title(problem.title, fontsize=9)
    ax.tick_params(labelsize=8)
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.margins(x=0.12)
    low, high = ax.get_xlim()
    # Two decades at least, so that there are labels to read.
    wider = max(1.0, np.sqrt(DECADES / (high / low)))
    ax.set_xlim(low / wider, high * wider)
    ax.grid(alpha=0.25, linewidth=0.6)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def _handles(names: Sequence[str]) -> list[Line2D]:
    def mark(label: str, color: str, marker: str, fill: Literal["full", "none"] = "full") -> Line2D:
        return Line2D(
            [], [], color=color, marker=marker, fillstyle=fill, linestyle="none", label=label
        )

    handles = [mark(name, *STYLES.get(name, OTHER)) for name in names]
    handles += [
        mark("filled: lasso", "#666666", "o"),
        mark("open: elastic net 0.5", "#666666", "o", "none"),
        mark("stopped, gap unknown", "#666666", "$→$"),
        Line2D([], [], color="#666666", linewidth=0.8, linestyle="--", label="equal gap"),
    ]
    return handles
