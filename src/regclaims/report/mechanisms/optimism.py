"""Numbers of the experiment on optimism."""

from __future__ import annotations

from math import prod

import pandas as pd

from regclaims.config.mechanisms.optimism import Optimism
from regclaims.figures.intervals import NORMAL_95
from regclaims.mechanisms.optimism import BEST, FORWARD, LASSO, RIDGE, UNSHRUNK
from regclaims.report.mechanisms.estimates import estimate, one_row
from regclaims.report.tex import Tex, number

SHORT = {LASSO: "lasso", UNSHRUNK: "unshrunk", BEST: "best", FORWARD: "forward"}


def numbers(spec: Optimism, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Optimism
    data : DataFrame
        As from `figures.optimism.table`.
    """
    size = sorted(spec.sizes)[len(spec.sizes) // 2]
    n_cells = prod(
        len(levels) for levels in (spec.sizes, spec.correlations, spec.n_relevant, spec.snrs)
    )
    relevant, snr = max(spec.n_relevant), min(spec.snrs)
    values = {
        "optimism-replicates": number(spec.replicates, 0),
        "optimism-cells": number(n_cells, 0),
        "optimism-rows": number(spec.n_samples, 0),
        "optimism-columns": number(spec.n_features, 0),
        "optimism-size": number(size, 0),
        "optimism-relevant": number(relevant, 0),
        "optimism-snr": number(snr),
    }
    for method, short in SHORT.items():
        row = one_row(data, n_relevant=relevant, snr=snr, size=size, method=method)
        values[f"optimism-{short}"] = estimate(row, 1)
    for method in (LASSO, RIDGE):
        values[f"optimism-{method}-off"] = number(_furthest(data, method), 1)
    return values


def _furthest(data: pd.DataFrame, method: str) -> float:
    """Largest distance from the formula, in standard errors."""
    own = data[data["method"] == method]
    errors = (own["high"] - own["low"]) / (2 * NORMAL_95)
    return float(((own["value"] - own["formula"]).abs() / errors).max())
