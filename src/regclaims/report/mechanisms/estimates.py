"""Estimates of figures' tables in words: a value and its 95 % interval."""

from __future__ import annotations

import pandas as pd

from regclaims.report.tex import Tex, interval, number, percent


def estimate(row: pd.Series, digits: int) -> Tex:
    """Write ``value`` with ``low`` and ``high``."""
    ends = interval(row["low"], row["high"], digits)
    return Tex(f"{number(row['value'], digits)} {ends}")


def share_estimate(row: pd.Series) -> Tex:
    """Write a share in per cent; a normal interval's ends are kept within 0 and 1."""
    ends = interval(100 * max(row["low"], 0.0), 100 * min(row["high"], 1.0), 1)
    return Tex(f"{percent(row['value'], 1)} {ends}")


def one_row(data: pd.DataFrame, **wanted: object) -> pd.Series:
    """Return the one row with these values in these columns.

    Raises
    ------
    ValueError
        If there is not exactly one.
    """
    for column, value in wanted.items():
        data = data[data[column] == value]
    if len(data) != 1:
        raise ValueError(f"{len(data)} rows with {wanted}")
    return data.iloc[0]
