"""Numbers of the experiment with twins."""

from __future__ import annotations

from math import prod

import pandas as pd

from regclaims.config.mechanisms.twins import Twins
from regclaims.mechanisms.twins import LASSO, NET
from regclaims.report.mechanisms.estimates import one_row, share_estimate
from regclaims.report.tex import Tex, number


def numbers(spec: Twins, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Twins
    data : DataFrame
        As from `figures.twins.table`.
    """
    closest = max((rho for rho in spec.rhos if rho < 1), default=max(spec.rhos))
    values = {
        "twins-replicates": number(spec.replicates, 0),
        "twins-cells": number(_count(spec), 0),
        "twins-pairs": number(spec.n_pairs, 0),
        "twins-fewest-relevant": number(min(spec.n_relevant_pairs), 0),
        "twins-most-relevant": number(max(spec.n_relevant_pairs), 0),
        "twins-l1-ratio": number(spec.l1_ratio, 1),
        "twins-closest": number(closest),
        "twins-largest-bound-share": number(
            float(data.loc[data["metric"] == "bound_ratio", "value"].max())
        ),
    }
    at = data[data["rho"] == closest]
    for truth in spec.truths:
        for name, metric, method in (
            ("lasso", "one_kept", LASSO),
            ("net", "one_kept", NET),
            ("flips", "flips", LASSO),
        ):
            rows = at[(at["metric"] == metric) & (at["method"] == method) & (at["truth"] == truth)]
            # Nothing can flip where no pair kept one column.
            found = number(None) if rows.empty else share_estimate(one_row(rows))
            values[f"twins-{name}-{truth}"] = found
    return values


def _count(spec: Twins) -> int:
    return prod(
        len(levels) for levels in (spec.rhos, spec.truths, spec.n_relevant_pairs, spec.snrs)
    )
