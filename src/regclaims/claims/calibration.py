"""Does the court lie? Its errors and its power, on contrasts whose truth is planted.

The noise is real: paired contrasts of the study, centred in each cell and scaled to unit standard
deviation, are resampled with all their skewness and tails. Effects are planted on them, in a known
share of the cells, and the verdict rule is asked as it asks in earnest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from regclaims.claims.boundary import find_boundary
from regclaims.claims.count_test import LEVEL, at_least, cells_needed
from regclaims.evidence.contrasts import paired_effects
from regclaims.keys import generator
from regclaims.vocabulary import Array

STAGE = "calibration"
PART: Mapping[str, Any] = {
    "evidence": "fits",
    "metric": "rr",
    "method": "ridge",
    "tuning": "validation",
    "versus": {"method": "lasso", "tuning": "validation"},
    "versus_metric": None,
    "scale": "log-ratio",
    "direction": "below",
    "margin": 0.05,
    "non_null": False,
    "where": {},
}
"""The contrast that is resampled: log relative risks of ridge and lasso, the commonest of all."""

BARS = (0.50, 0.75)
BELOW, ABOVE = 0.02, 0.10
"""Shares of holding cells are planted at the bar, and so far from it."""

HOLDING = 2.0
"""Effect of a cell that holds, in units of delta; one that does not has 0, or delta exactly."""

MOST_FALSE, LEAST_POWER = 0.05, 0.80
"""What the court promises (docs and paper); the power at a standard error of a third of delta."""

SUPPORT, REFUTATION, BOUNDARY, POWER = (
    "false support",
    "false refutation",
    "false boundary",
    "power",
)
MODERATORS = ("snr", "density")
COLUMNS = ("kind", "bar", "cells", "precision", "share", "others", "rate", "low", "high", "runs")


def centred_contrasts(batches: Iterable[pd.DataFrame]) -> Array:
    """Collect the study's own noise: contrasts of `PART`, centred and scaled cell by cell.

    Parameters
    ----------
    batches : iterable of DataFrame
        The table of fits, some cells at a time.

    Returns
    -------
    (C, R)
        Of C cells with R complete replicates, the fewest that any cell has; mean 0 and standard
        deviation 1 in each row.
    """
    rows = []
    for fits in batches:
        for row in paired_effects(fits, PART).to_numpy():
            defined = row[np.isfinite(row)]
            if len(defined) > 2 and defined.std() > 0:
                rows.append(defined)
    shortest = min(map(len, rows))
    cut = np.array([row[:shortest] for row in rows])
    centred = cut - cut.mean(axis=1, keepdims=True)
    sd = centred.std(axis=1, ddof=1, keepdims=True)
    return np.asarray(centred[sd[:, 0] > 0] / sd[sd[:, 0] > 0])


def calibrate(
    noise: Array,
    population: pd.DataFrame,
    *,
    cells: Sequence[int],
    precisions: Sequence[float],
    repetitions: int,
    seed: int,
) -> pd.DataFrame:
    """Measure false support, false refutation, false boundaries and power.

    Parameters
    ----------
    noise : (C, R)
        As from `centred_contrasts`.
    population : DataFrame
        Indexed by ``cell_id``; of its cells the boundaries are sought.
    cells : sequence of int
        Numbers of voting cells.
    precisions : sequence of float
        Standard errors of a cell's effect, in units of delta.
    repetitions : int
        Verdicts for each setting.
    seed : int

    Returns
    -------
    DataFrame
        `COLUMNS`: a rate with its 95 % Clopper-Pearson interval in each setting. ``others`` is the
        effect of cells that do not hold, in units of delta.
    """
    rows = []
    settings = list(product(BARS, cells, precisions, (0.0, 1.0)))
    for number, (bar, m, precision, others) in enumerate(settings):
        rng = generator(seed, STAGE, number, 0)
        for kind, share in _planted(bar, others):
            hits = _hits(noise, rng, (bar, m, precision, others, share), repetitions)
            counted = hits[1] if kind == REFUTATION else hits[0]
            about = {"kind": kind, "bar": bar, "cells": m, "precision": precision}
            rows.append(about | {"share": share, "others": others} | _rate(counted, repetitions))
    for number, bar in enumerate(BARS):
        rng = generator(seed, STAGE, len(settings) + number, 0)
        runs = max(repetitions // 2, 1)
        found = sum(_accident(noise, rng, bar, population) for _ in range(runs))
        about = {"kind": BOUNDARY, "bar": bar, "cells": len(population), "precision": 1 / 3}
        rows.append(about | {"share": bar - BELOW, "others": 0.0} | _rate(found, runs))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _planted(bar: float, others: float) -> Iterator[tuple[str, float]]:
    """List what is measured, and the share of holding cells at which."""
    yield SUPPORT, bar - BELOW
    if others == 0.0:
        yield REFUTATION, bar
        yield POWER, bar + ABOVE


def _hits(
    noise: Array,
    rng: np.random.Generator,
    setting: tuple[float, int, float, float, float],
    repetitions: int,
) -> tuple[int, int]:
    """Count supported and refuted verdicts."""
    bar, m, precision, others, share = setting
    needed = cells_needed(bar, m)
    # Rounded to the side of the claim that is made: fewer than needed, or not fewer.
    holding = min(int(np.floor(share * m)), needed - 1) if share < bar else round(share * m)
    holding = max(holding, needed) if share >= bar else holding
    effects = np.where(np.arange(m) < holding, HOLDING, others)
    supported = refuted = 0
    for _ in range(repetitions):
        t, df = _studentized(noise, rng, effects, precision)
        supported += at_least(stats.t.sf(t, df), needed) <= LEVEL
        refuted += at_least(stats.t.cdf(t, df), m - needed + 1) <= LEVEL
    return supported, refuted


def _studentized(
    noise: Array, rng: np.random.Generator, effects: Array, precision: float
) -> tuple[Array, int]:
    """Draw cells and their replicates, plant effects, and return t against delta, and its d.f."""
    drawn = _drawn(noise, rng, effects, precision)
    n = drawn.shape[1]
    return (drawn.mean(axis=1) - 1) / (drawn.std(axis=1, ddof=1) / np.sqrt(n)), n - 1


def _drawn(noise: Array, rng: np.random.Generator, effects: Array, precision: float) -> Array:
    """Draw replicates (m, R) of cells with these effects (m,), in units of delta."""
    n = noise.shape[1]
    chosen = rng.integers(len(noise), size=len(effects))
    columns = rng.integers(n, size=(len(effects), n))
    scale = precision * np.sqrt(n)
    return effects[:, None] + scale * noise[chosen[:, None], columns]


def _accident(noise: Array, rng: np.random.Generator, bar: float, population: pd.DataFrame) -> bool:
    """Whether a boundary is found where cells hold at random, whatever their levels."""
    holds = rng.random(len(population)) < bar - BELOW
    drawn = _drawn(noise, rng, np.where(holds, HOLDING, 0.0), 1 / 3)
    rule = {"bar": "planted", "combine": "and", "parts": [{"margin": 1.0}]}
    halves = [[_table(drawn[:, half::2], population.index)] for half in (0, 1)]
    return find_boundary(halves, rule, bar, MODERATORS, population) is not None


def _table(drawn: Array, index: pd.Index) -> pd.DataFrame:
    n = drawn.shape[1]
    mean, se = drawn.mean(axis=1), drawn.std(axis=1, ddof=1) / np.sqrt(n)
    t = (mean - 1) / se
    return pd.DataFrame(
        {
            "effect": mean,
            "se": se,
            "p_above": stats.t.sf(t, n - 1),
            "p_below": stats.t.cdf(t, n - 1),
            "state": "open",
            "replicates": n,
            "undefined": 0,
        },
        index=index,
    )


def _rate(hits: int, runs: int) -> dict[str, float]:
    low = stats.beta.ppf(0.025, hits, runs - hits + 1) if hits else 0.0
    high = stats.beta.ppf(0.975, hits + 1, runs - hits) if hits < runs else 1.0
    return {"rate": hits / runs, "low": float(low), "high": float(high), "runs": runs}


def expected_false(table: pd.DataFrame, claims: int) -> float:
    """Return how many of so many verdicts are expected to be false, at the worst rates measured."""
    worst = table[table["kind"].isin([SUPPORT, REFUTATION])].groupby("kind")["rate"].max()
    return float(claims * worst.max())
