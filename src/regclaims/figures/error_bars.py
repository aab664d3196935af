"""Lengths of error bars."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.vocabulary import Array


def error_bars(rows: pd.DataFrame) -> Array:
    """Return how far ``low`` and ``high`` are from ``value``, shape (2, k), as Matplotlib asks."""
    return np.array([rows["value"] - rows["low"], rows["high"] - rows["value"]])
