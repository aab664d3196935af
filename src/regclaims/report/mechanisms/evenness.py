"""Numbers of the experiment on evenness."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.config.mechanisms.evenness import Evenness
from regclaims.mechanisms.evenness import GAINS
from regclaims.report.tex import Tex, interval, number, percent


def numbers(spec: Evenness, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Evenness
    data : DataFrame
        As from `figures.evenness.table`.
    """
    values = {
        "evenness-replicates": number(spec.replicates, 0),
        "evenness-screening": number(spec.screening_replicates, 0),
        "evenness-size": number(spec.block_size, 0),
    }
    for truth in ("even", "uneven"):
        cells = data[data["truth"] == truth]
        better = cells[cells["better"] == GAINS]
        values[f"evenness-{truth}-cells"] = number(len(cells), 0)
        values[f"evenness-{truth}-better"] = number(len(better), 0)
        values[f"evenness-{truth}-gain"] = _mean(better, "gain", "low", "high")
        values[f"evenness-{truth}-within"] = _mean(
            better, "within_gain", "within_low", "within_high"
        )
    return values


def _mean(cells: pd.DataFrame, value: str, low: str, high: str) -> Tex:
    """Mean share over cells in per cent, with a 95 % interval; undefined where there is none."""
    if cells.empty:
        return number(None)
    halves = (cells[high] - cells[low]) / 2
    half = float(np.sqrt((halves**2).sum())) / len(cells)
    mean = float(cells[value].mean())
    ends = interval(100 * (mean - half), 100 * (mean + half), 0)
    return Tex(f"{percent(mean)} {ends}")
