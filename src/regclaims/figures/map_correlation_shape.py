"""Where the most divided claims hold, by correlation of the columns and shape of the data."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pandas as pd
from matplotlib.figure import Figure

from regclaims.figures import region_map
from regclaims.figures.region_map import READS

__all__ = ["READS", "draw", "table"]

FACTORS = ("correlation", "shape")


def table(
    verdicts: pd.DataFrame,
    decisions: pd.DataFrame,
    contrasts: pd.DataFrame,
    population: pd.DataFrame,
) -> pd.DataFrame:
    """Count what the cells of each correlation and shape say: `region_map.tiles`."""
    return region_map.tiles(verdicts, decisions, contrasts, population, *FACTORS)


def draw(data: pd.DataFrame) -> AbstractContextManager[Figure]:
    """Draw two panels side by side: they have many columns."""
    return region_map.draw(data, *FACTORS, across=2, tile=0.2)
