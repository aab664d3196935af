"""Numbers of the experiment on the cost of L1 and L2."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regclaims.config.mechanisms.cost import Cost
from regclaims.figures.cost import MACHINERY, TWICE
from regclaims.figures.intervals import NORMAL_95
from regclaims.mechanisms.cost import N_LAMBDAS, TARGET
from regclaims.report.mechanisms.estimates import estimate
from regclaims.report.tex import Tex, number, scientific


def numbers(spec: Cost, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros of the experiment.

    Parameters
    ----------
    spec : Cost
    data : DataFrame
        As from `figures.cost.table`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    cells = len(spec.shapes) * len(spec.correlations) * len(spec.lambda_shares)
    values = {
        "cost-replicates": number(spec.replicates, 0),
        "cost-cells": number(cells, 0),
        "cost-lambdas": number(N_LAMBDAS, 0),
        "cost-target": scientific(TARGET, 0),
        "cost-slightly": number(TWICE, 0),
    }
    for name in MACHINERY:
        own = data[data["machinery"] == name]
        values |= {
            f"cost-{name}-mean": estimate(_mean(own), 2),
            f"cost-{name}-least": number(float(own["value"].min()), 2),
            f"cost-{name}-most": number(float(own["value"].max()), 2),
        }
    ratios = data.loc[data["machinery"] == "coordinate-descent", "value"]
    return values | {
        "cost-more": number(int((ratios > 1).sum()), 0),
        "cost-slightly-more": number(int(((ratios > 1) & (ratios <= TWICE)).sum()), 0),
    }


def _mean(data: pd.DataFrame) -> pd.Series:
    """Return the geometric mean over cells with the interval for Monte Carlo error."""
    mean = float(np.log(data["value"]).mean())
    errors = np.log(data["high"] / data["low"]) / (2 * NORMAL_95)
    half = NORMAL_95 * float(np.sqrt((errors**2).sum())) / len(data)
    ends = np.exp([mean, mean - half, mean + half])
    return pd.Series(ends, index=["value", "low", "high"])
