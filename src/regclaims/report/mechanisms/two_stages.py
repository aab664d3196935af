"""Numbers of the experiment with one knob and two."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.two_stages import TwoStages
from regclaims.figures.two_stages import FRONTIER_ROWS, GAP_ROWS
from regclaims.mechanisms.two_stages import LASSO, RELAXED, THRESHOLDED
from regclaims.report.mechanisms.estimates import estimate, one_row
from regclaims.report.tex import Tex, number

SHORT = {LASSO: "lasso", RELAXED: "relaxed", THRESHOLDED: "ridge"}


def numbers(spec: TwoStages, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : TwoStages
    data : DataFrame
        As from `figures.two_stages.table`.
    """
    relevant = min(spec.n_relevant)
    n_cells = len(spec.shapes) * len(spec.correlations) * len(spec.n_relevant) * len(spec.snrs)
    values = {
        "two-stages-replicates": number(spec.replicates, 0),
        "two-stages-cells": number(n_cells, 0),
        "two-stages-relevant": number(relevant, 0),
    }
    frontier = data[(data["shown"] == FRONTIER_ROWS) & (data["n_relevant"] == relevant)]
    for name, snr in (("low", min(spec.snrs)), ("high", max(spec.snrs))):
        values[f"two-stages-{name}-snr"] = number(snr)
        for method, short in SHORT.items():
            values[f"two-stages-{name}-{short}"] = estimate(
                one_row(frontier, method=method, snr=snr, allowed=1.0), 3
            )
    return values | _gaps(data[(data["shown"] == GAP_ROWS) & (data["method"] == LASSO)])


def _gaps(data: pd.DataFrame) -> dict[str, Tex]:
    """The ends of the range of the ratio of the lasso's two best lambdas."""
    ordered = data.sort_values("value")
    return {
        "two-stages-least-gap": estimate(ordered.iloc[0], 2),
        "two-stages-most-gap": estimate(ordered.iloc[-1], 2),
    }
