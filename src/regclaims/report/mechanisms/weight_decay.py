"""Numbers of the experiment on weight decay."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.weight_decay import WeightDecay
from regclaims.figures.weight_decay import END, FIT, WAY
from regclaims.mechanisms.weight_decay import CLOSED_FORM
from regclaims.report.mechanisms.estimates import estimate, one_row, share_estimate
from regclaims.report.tex import Tex, number, scientific


def numbers(spec: WeightDecay, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros of the experiment.

    Parameters
    ----------
    spec : WeightDecay
    data : DataFrame
        As from `figures.weight_decay.table`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    cells = len(spec.shapes) * len(spec.correlations) * len(spec.strengths)
    weakest, strongest = min(spec.strengths), max(spec.strengths)
    ends = data[data["panel"] == WAY]
    ends = ends[ends["x"] == spec.steps]
    decoupled = data[data["method"] == "adam-decoupled"]
    fits = data[(data["panel"] == FIT) & (data["x"] == strongest)]
    return {
        "weight-decay-replicates": number(spec.replicates, 0),
        "weight-decay-cells": number(cells, 0),
        "weight-decay-steps": number(spec.steps, 0),
        "weight-decay-weakest": number(weakest, 2),
        "weight-decay-strongest": number(strongest, 2),
        "weight-decay-gradient-distance": _distance(ends, "gradient-descent"),
        "weight-decay-penalized-adam-distance": _distance(ends, "adam-l2"),
        "weight-decay-weakest-distance": estimate(one_row(decoupled, panel=END, x=weakest), 2),
        "weight-decay-strongest-distance": estimate(one_row(decoupled, panel=END, x=strongest), 2),
        "weight-decay-decoupled-excess": share_estimate(one_row(fits, method="adam-decoupled")),
        "weight-decay-ridge-excess": share_estimate(one_row(fits, method=CLOSED_FORM)),
    }


def _distance(ends: pd.DataFrame, method: str) -> Tex:
    return scientific(float(one_row(ends, method=method)["value"]), 0)
