"""Numbers of the experiment on penalties and balls."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.duality import Duality
from regclaims.figures.duality import DEVIATIONS, RADIUS
from regclaims.mechanisms.duality import LASSO, METHODS
from regclaims.report.tex import Tex, escape, interval, number, percent, scientific
from regclaims.solvers import MAX_RESIDUAL


def numbers(spec: Duality, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros of the experiment.

    Parameters
    ----------
    spec : Duality
    data : DataFrame
        As from `figures.duality.table`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    deviations = data[data["quantity"].isin(list(DEVIATIONS))]
    worst = {
        f"duality-worst-{method}": scientific(
            float(deviations.loc[deviations["method"] == method, "high"].max())
        )
        for method in METHODS
    }
    return {
        "duality-data-sets": number(len(spec.shapes) * len(spec.rhos) * spec.replicates, 0),
        "duality-strengths": number(len(spec.strengths), 0),
        "duality-weakest": number(min(spec.strengths), 2),
        "duality-strongest": number(max(spec.strengths), 2),
        "duality-certificate": scientific(MAX_RESIDUAL, 0),
        **worst,
        **_spread(data),
    }


def _spread(data: pd.DataFrame) -> dict[str, Tex]:
    """Say how far the radii of data sets of one shape differ at one lambda: the middle one."""
    radii = data[(data["quantity"] == RADIUS) & (data["method"] == LASSO)]
    first = radii[radii["shape"] == radii["shape"].iloc[0]].sort_values("strength")
    middle = first.iloc[len(first) // 2]
    return {
        "duality-example-shape": escape(middle["shape"]),
        "duality-example-strength": number(middle["strength"], 2),
        "duality-example-radius": percent(middle["median"]),
        "duality-example-range": interval(100 * middle["low"], 100 * middle["high"], 0),
    }
