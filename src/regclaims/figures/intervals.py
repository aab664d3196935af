"""Intervals of shares, for figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.vocabulary import Array

NORMAL_95 = 1.959963984540054


def wilson(events: Array, trials: Array) -> tuple[Array, Array]:
    """Return 95 % intervals of shares (Wilson 1927), which stay within 0 and 1.

    Parameters
    ----------
    events, trials : (k,)

    Returns
    -------
    low, high : (k,)
        NaN where there is no trial.
    """
    events, trials = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    trials = np.where(trials > 0, trials, np.nan)
    share, square = events / trials, NORMAL_95**2
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = np.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    half = NORMAL_95 * half / (1 + square / trials)
    # At 0 and 1 rounding would leave the end a hair beyond.
    low = np.where(events == 0, 0.0, centre - half) + 0 * trials
    high = np.where(events == trials, 1.0, centre + half) + 0 * trials
    return low, high


def shares(data: pd.DataFrame, by: list[str], event: str) -> pd.DataFrame:
    """Count an event of 0 and 1 in each group, in the groups' order of appearance.

    Parameters
    ----------
    data : DataFrame
        With the event, NaN where undefined.
    by : list of str
        Columns that make the groups.
    event : str

    Returns
    -------
    DataFrame
        ``*by, share, low, high, trials``, with Wilson's interval.
    """
    groups = data.groupby(by, sort=False)[event]
    counts = groups.agg(events="sum", trials="count").reset_index()
    low, high = wilson(counts["events"].to_numpy(), counts["trials"].to_numpy())
    share = counts["events"] / counts["trials"]
    return counts[by].assign(share=share, low=low, high=high, trials=counts["trials"])
