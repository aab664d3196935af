"""Errors and power of the verdict rule, by number of cells and precision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regclaims.claims.calibration import LEAST_POWER, MOST_FALSE, POWER, REFUTATION, SUPPORT
from regclaims.figures.style import ELASTIC_NETS, legend_below, styled

PANELS = {SUPPORT: MOST_FALSE, REFUTATION: MOST_FALSE, POWER: LEAST_POWER}
MARKS = ("o", "s", "^", "D", "v")
APART = 0.04


def table(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return the rates as they are: `claims.calibration.COLUMNS`."""
    return calibration


@contextmanager
def draw(data: pd.DataFrame) -> Iterator[Figure]:
    """Draw a panel per kind of error, and one for power; bars side by side, worst case shown."""
    with styled(1, len(PANELS), 2.6) as (figure, grid):
        for axes, (kind, promised) in zip(grid[0], PANELS.items(), strict=True):
            worst = data[data["kind"] == kind].sort_values("rate", ascending=kind == POWER)
            _panel(axes, worst.drop_duplicates(["cells", "precision"]))
            axes.axhline(promised, color="black", linestyle=":", linewidth=0.9)
            axes.set_title(kind)
            axes.set_xlabel("voting cells")
            axes.set_ylim(-0.02, 1.02 if kind == POWER else max(0.2, 1.1 * worst["high"].max()))
        grid[0, 0].set_ylabel("share of verdicts")
        legend_below(figure, grid[0, 0], 5)
        yield figure


def _panel(axes: Axes, data: pd.DataFrame) -> None:
    precisions = sorted(data["precision"].unique())
    for i, precision in enumerate(precisions):
        own = data[data["precision"] == precision].sort_values("cells")
        at = own["cells"] * (1 + APART * (i - (len(precisions) - 1) / 2))
        axes.errorbar(
            at,
            own["rate"],
            yerr=[own["rate"] - own["low"], own["high"] - own["rate"]],
            color=ELASTIC_NETS[i % len(ELASTIC_NETS)],
            marker=MARKS[i % len(MARKS)],
            elinewidth=0.8,
            label=rf"s.e. {precision:.2g} $\delta$",
        )
    axes.set_xscale("log")
    ticks = sorted(data["cells"].unique())
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
