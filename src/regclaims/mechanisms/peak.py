"""How sharp the Laplace and the normal density are at zero.

The slopes of a log density at zero from the right and from the left come from its values alone. For
a Laplace density they are -+ sqrt(2)/sd, so it has a kink there; for a normal one both are 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from scipy.stats import laplace, norm

from regclaims.keys import cell_id, cell_key, generator

STAGE = "peak"

METHODS = ("laplace", "normal")
METRICS = {
    "slope_deviation": "Largest deviation of the two one-sided slopes of the log density at 0 from "
    "theory, in units of 1/sd.",
    "jump": "By how much that slope falls at 0, in units of 1/sd.",
}
EVENTS: tuple[str, ...] = ()
LEVELS = ("decade",)

LogDensity = Callable[[float, float], float]


def _laplace(at: float, sd: float) -> float:
    return float(laplace.logpdf(at, scale=sd / math.sqrt(2)))


def _normal(at: float, sd: float) -> float:
    return float(norm.logpdf(at, scale=sd))


DENSITIES: dict[str, tuple[LogDensity, float]] = {
    "laplace": (_laplace, math.sqrt(2)),
    "normal": (_normal, 0.0),
}
"""Log density at a point for a standard deviation; and its slope at 0 from the left, times sd."""


class PeakSpec(TypedDict):
    """The experiment as plain data: powers of ten that the standard deviations lie above."""

    decades: Sequence[int]


def run(spec: PeakSpec, seed: int, replicates: int) -> pd.DataFrame:
    """Measure the slopes of log densities of equal variance at zero.

    Parameters
    ----------
    spec : PeakSpec
        Other keys are not looked at.
    seed : int
        Seed of the study.
    replicates : int
        Standard deviations drawn per decade; more of them change no earlier one.

    Returns
    -------
    DataFrame
        One row per cell (decade), replicate and method: ``cell_id``, ``decade``, ``replicate``,
        ``method``, and `METRICS`.
    """
    rows: list[dict[str, Any]] = []
    for decade in spec["decades"]:
        cell = {"decade": int(decade)}
        levels = {"cell_id": cell_id(cell), **cell}
        for replicate in range(replicates):
            rng = generator(seed, STAGE, cell_key(cell), replicate)
            sd = float(10 ** (decade + rng.random()))
            for method, (density, theory) in DENSITIES.items():
                right, left = (sd * one_sided_slope(density, sd, side) for side in (1, -1))
                off = max(abs(left - theory), abs(right + theory))
                found = {"slope_deviation": off, "jump": left - right}
                rows.append(levels | {"replicate": replicate, "method": method} | found)
    return pd.DataFrame(rows)


def one_sided_slope(density: LogDensity, sd: float, side: int) -> float:
    """Return the slope of a log density at 0 from one side, by differences.

    Parameters
    ----------
    density : callable
        Log density at a point, for a standard deviation.
    sd : float
    side : {1, -1}
        From the right, or from the left.

    Returns
    -------
    float
        Of two steps, a hundredth of sd and half of it, by Richardson's extrapolation: exact but for
        rounding where the log density is a parabola on that side.
    """
    step = side * sd / 100
    whole, half = (
        (density(h, sd) - density(0.0, sd)) / h for h in np.array([step, step / 2]).tolist()
    )
    return 2 * half - whole
