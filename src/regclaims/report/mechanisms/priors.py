"""Numbers of the experiment on priors."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.priors import Priors
from regclaims.figures.priors import ESTIMATE
from regclaims.report.mechanisms.estimates import one_row, share_estimate
from regclaims.report.tex import Tex, number, percent, scientific


def numbers(spec: Priors, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Priors
    data : DataFrame
        As from `figures.priors.table`.
    """
    shares = data[data["panel"] == "share"]
    off = data[data["panel"] == "deviation"].set_index("prior")["value"]
    marks = data[(data["panel"] == "posterior") & data["summary"].notna()]
    # An orthonormal design stands beside those that are listed.
    cells = (len(spec.correlations) + 1) * len(spec.truths) * len(spec.scales)
    tip = one_row(data, panel="tip")
    values = {
        "priors-tip": percent(float(tip["value"]), 1),
        "priors-cells": number(cells, 0),
        "priors-replicates": number(spec.replicates, 0),
        "priors-shape": Tex(f"$n={spec.n_samples}$, $p={spec.n_features}$"),
        "priors-rounding": percent(spec.rounding),
        "priors-draws": number(spec.draws, 0),
        "priors-lasso-deviation": scientific(float(off["laplace"]), 0),
        "priors-ridge-deviation": scientific(float(off["normal"]), 0),
        "priors-estimate": number(ESTIMATE, 1),
        "priors-example-mean": number(float(one_row(marks, summary="mean")["at"])),
    }
    for prior, summary in (
        *(("laplace", summary) for summary in ("mode", "mean", "draw")),
        *(("normal", "mode"), ("rounded", "mode")),
    ):
        row = one_row(shares, prior=prior, summary=summary)
        values[f"priors-{prior}-{summary}"] = share_estimate(row)
    return values
