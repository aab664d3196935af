"""Numbers of the experiment on first-order methods."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.optimizers import Optimizers
from regclaims.figures.optimizers import STEPS, ZEROS
from regclaims.mechanisms.optimizers import BEST, EXACT_LASSO, FROM_ZERO, RIDGE, TARGETS
from regclaims.report.mechanisms.estimates import estimate, one_row, share_estimate
from regclaims.report.tex import Tex, number, scientific

TARGET = TARGETS["1e-4"]
"""The gap of which the text tells: a usual tolerance."""

STEPPED = {
    "constant": "subgradient",
    "best": BEST,
    "proximal": "ista",
    "accelerated": "fista",
    "coordinate": "coordinate-descent",
    "ridge": RIDGE,
}
"""Methods whose steps the text has, by their names there."""


def numbers(spec: Optimizers, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros of the experiment.

    Parameters
    ----------
    spec : Optimizers
    data : DataFrame
        As from `figures.optimizers.table`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    zeros = data[(data["panel"] == ZEROS) & (data["x"] == spec.passes)]
    shares = {
        "subgradient": "subgradient",
        "diminishing": "subgradient-diminishing",
        "proximal": "ista",
        "exact": EXACT_LASSO,
        "inherited": FROM_ZERO,
    }
    cells = len(spec.shapes) * len(spec.correlations) * len(spec.lambda_shares)
    return (
        {
            "optimizers-replicates": number(spec.replicates, 0),
            "optimizers-cells": number(cells, 0),
            "optimizers-passes": number(spec.passes, 0),
            "optimizers-target": scientific(TARGET, 0),
        }
        | {
            f"optimizers-{name}-zeros": share_estimate(one_row(zeros, method=method))
            for name, method in shares.items()
        }
        | {
            f"optimizers-{name}-steps": estimate(
                one_row(data, panel=STEPS, method=method, x=TARGET), 0
            )
            for name, method in STEPPED.items()
        }
    )
