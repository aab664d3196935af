"""Shares of events in words: a percentage and its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.figures.intervals import NORMAL_95
from regclaims.report.tex import UNDEFINED, Tex, interval, percent


def mean_share(rows: pd.DataFrame) -> Tex:
    """Write the mean of several cells' shares with its 95 % interval, in per cent.

    Parameters
    ----------
    rows : DataFrame
        With ``share`` and ``trials``. The cells are fixed, so only Monte Carlo error is in the
        interval; each cell's is Agresti and Coull's, which is not 0 where all trials agree.
    """
    if rows.empty:
        return Tex(UNDEFINED)
    centre = (rows["share"] * rows["trials"] + 2) / (rows["trials"] + 4)
    variance = centre * (1 - centre) / (rows["trials"] + 4)
    mean, half = float(rows["share"].mean()), NORMAL_95 * float(np.sqrt(variance.sum())) / len(rows)
    return _with_ends(mean, max(mean - half, 0.0), min(mean + half, 1.0))


def _with_ends(share: float, low: float, high: float) -> Tex:
    return Tex(f"{percent(share, 1)} {interval(100 * low, 100 * high, 1)}")
