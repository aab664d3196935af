"""From contrasts to a verdict, by the rule that was fixed beforehand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regclaims.claims.combine import combine, deciding_part
from regclaims.claims.count_test import LEVEL, Pooled, at_least, at_least_dependent, cells_needed
from regclaims.evidence.judging import HOLDS, NEGLIGIBLE, OPEN, REVERSED

SUPPORTED = "supported"
EXISTS = "supported (existence)"
REFUTED = "refuted"
INCONCLUSIVE = "inconclusive"
BOUNDARY = "boundary"
NOT_TESTABLE = "not testable"
VERDICTS = (SUPPORTED, EXISTS, BOUNDARY, REFUTED, INCONCLUSIVE, NOT_TESTABLE)

STATES = (HOLDS, NEGLIGIBLE, REVERSED, OPEN)

NORMAL_95 = 1.959963984540054
"""97.5 % point of the normal: a mean over cells has many degrees of freedom."""


@dataclass(frozen=True)
class Decision:
    """A verdict with its numbers.

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    effect, ci_low, ci_high, mcse : float
        Mean effect over the voting cells of the deciding part, its 95 % interval and standard
        error. The cells are the population, so only Monte Carlo error is in it.
    shares : dict
        Share of cells by state; undefined for ``rarely``, which counts fits.
    cells, replicates : int
        Voting cells; evidence replicates in each.
    p_supported, p_refuted : float
        The test's p-value and its mirror's.
    part : int
        The deciding part.
    """

    verdict: str
    effect: float
    ci_low: float
    ci_high: float
    mcse: float
    shares: Mapping[str, float]
    cells: int
    replicates: int
    p_supported: float
    p_refuted: float
    part: int


def decide(
    parts: Sequence[pd.DataFrame],
    rule: Mapping[str, Any],
    bar: float | None,
    dependent: bool = False,
) -> Decision:
    """Decide a rule from the contrasts of its parts in the cells that vote.

    Parameters
    ----------
    parts : sequence of DataFrame
        As from `contrast`, one per part of the rule, voting cells only.
    rule : mapping
        A `config.claims.Rule` as plain data.
    bar : float or None
        Share of cells that must hold; None asks for one cell. For a rule worded ``rarely`` the
        share of all fits in which the event may happen.
    dependent : bool
        Cells may depend on one another, as data sets do that share rows.

    Returns
    -------
    Decision
        Supported if the test's p-value is at most .025, refuted if the mirror's is.
    """
    cells = combine(parts, rule["combine"])
    if cells.empty:
        return _undecidable()
    if rule["bar"] == "rarely":
        deciding, pooled = 0, _pooled(parts[0], rule["parts"][0])
        p_supported, p_refuted = pooled.p_values(bar or 0.0)
        effect, low, high, mcse = pooled.below(bar or 0.0)
    else:
        needed = 1 if bar is None else cells_needed(bar, len(cells))
        test = at_least_dependent if dependent else at_least
        p_supported = test(cells["p_above"].to_numpy(), needed)
        p_refuted = test(cells["p_below"].to_numpy(), len(cells) - needed + 1)
        margins = [part["margin"] for part in rule["parts"]]
        deciding = deciding_part(parts, margins, rule["combine"])
        effect, low, high, mcse = _mean_effect(parts[deciding], dependent)
    return Decision(
        verdict=_verdict(p_supported, p_refuted, existence=bar is None),
        effect=effect,
        ci_low=low,
        ci_high=high,
        mcse=mcse,
        shares=_shares(cells) if rule["bar"] != "rarely" else dict.fromkeys(STATES, math.nan),
        cells=len(cells),
        replicates=int(cells["replicates"].min()),
        p_supported=p_supported,
        p_refuted=p_refuted,
        part=deciding,
    )


def _shares(cells: pd.DataFrame) -> dict[str, float]:
    return {state: float((cells["state"] == state).mean()) for state in STATES}


def _verdict(p_supported: float, p_refuted: float, *, existence: bool) -> str:
    if p_supported <= LEVEL:
        return EXISTS if existence else SUPPORTED
    return REFUTED if p_refuted <= LEVEL else INCONCLUSIVE


def _pooled(cells: pd.DataFrame, part: Mapping[str, Any]) -> Pooled:
    """Count the event over all fits; a cell's effect is ``versus`` less its share of events."""
    defined = cells["replicates"] - cells["undefined"]
    events = ((part["versus"] - cells["effect"]) * defined).fillna(0.0).sum()
    return Pooled(round(float(events)), int(cells["undefined"].sum()), int(defined.sum()))


def _mean_effect(cells: pd.DataFrame, dependent: bool) -> tuple[float, float, float, float]:
    """Mean over cells with its normal interval and standard error.

    Of dependent cells the standard error is at most the mean of theirs, whatever the dependence.
    """
    defined = cells[cells["effect"].notna()]
    if defined.empty:
        return (float("nan"),) * 4
    effect = float(defined["effect"].mean())
    total = defined["se"].sum() if dependent else np.sqrt((defined["se"] ** 2).sum())
    error = float(total / len(defined))
    return effect, effect - NORMAL_95 * error, effect + NORMAL_95 * error, error


def _undecidable() -> Decision:
    nan = float("nan")
    shares = dict.fromkeys(STATES, nan)
    return Decision(NOT_TESTABLE, nan, nan, nan, nan, shares, 0, 0, 1.0, 1.0, 0)
