"""Where the most divided claims hold, by density of the truth and signal-to-noise ratio."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pandas as pd
from matplotlib.figure import Figure

from regclaims.figures import region_map
from regclaims.figures.region_map import READS

__all__ = ["READS", "draw", "table"]

FACTORS = ("density", "snr")


def table(
    verdicts: pd.DataFrame,
    decisions: pd.DataFrame,
    contrasts: pd.DataFrame,
    population: pd.DataFrame,
) -> pd.DataFrame:
    """Count what the cells of each density and signal-to-noise ratio say: `region_map.tiles`."""
    return region_map.tiles(verdicts, decisions, contrasts, population, *FACTORS)


def draw(data: pd.DataFrame) -> AbstractContextManager[Figure]:
    """Draw three panels side by side."""
    return region_map.draw(data, *FACTORS, across=3, tile=0.28)
