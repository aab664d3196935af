"""Means over the splits of real data sets, with the interval of the corrected resampled t."""

from __future__ import annotations

import pandas as pd
from scipy import stats

TUNED = ("none", "cv-min", "validation")
"""Each method as it is tuned for least error; least squares and the null model as they are."""


def with_intervals(cells: pd.DataFrame) -> pd.DataFrame:
    """Add ``low`` and ``high``, the 95 % interval of Student's t, to rows of real data sets.

    Parameters
    ----------
    cells : DataFrame
        As from `evidence.resampled.cells_of_splits`: ``mcse`` is corrected for overlap.
    """
    values = cells["replicates"] - cells["n_failed"] - cells["n_undefined"]
    half = stats.t.ppf(0.975, (values - 1).clip(lower=1)) * cells["mcse"]
    return cells.assign(low=cells["mean"] - half, high=cells["mean"] + half)
