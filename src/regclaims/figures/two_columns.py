"""Blocks of a figure in two columns of about equal height."""

from __future__ import annotations

import pandas as pd


def two_columns(heights: pd.Series) -> list[list[str]]:
    """Divide blocks, in their order, into columns of about equal height.

    Parameters
    ----------
    heights : Series
        By name of the block.

    Returns
    -------
    list of list of str
        Two columns; one where a single block is there.
    """
    first = (heights.cumsum() - heights / 2) <= heights.sum() / 2
    halves = [heights.index[first], heights.index[~first]]
    return [list(map(str, half)) for half in halves if len(half)]
