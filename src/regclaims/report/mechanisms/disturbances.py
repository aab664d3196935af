"""Numbers of the experiment that disturbs data."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.disturbances import Disturbances
from regclaims.figures.disturbances import NAMES
from regclaims.report.mechanisms.estimates import estimate, one_row
from regclaims.report.tex import UNDEFINED, Tex, number, percent


def numbers(spec: Disturbances, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Disturbances
    data : DataFrame
        As from `figures.disturbances.table`.
    """
    there = set(data["disturbance"])
    losses = {
        f"disturbances-{name}-{method}": estimate(one_row(data, disturbance=name, method=method), 2)
        if name in there
        else Tex(UNDEFINED)
        for name in NAMES
        for method in ("ols", "ridge")
    }
    return losses | {
        "disturbances-replicates": number(spec.replicates, 0),
        "disturbances-outlier-share": percent(spec.outlier_share),
    }
