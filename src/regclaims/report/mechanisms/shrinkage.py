"""Numbers of the shrinkage maps."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.shrinkage import Shrinkage
from regclaims.figures.shrinkage import EXAMPLE, PROPORTIONAL, STRENGTH
from regclaims.mechanisms.columns import ORTHONORMAL
from regclaims.report.mechanisms.estimates import estimate, one_row, share_estimate
from regclaims.report.tex import Tex, escape, number, percent, scientific


def numbers(spec: Shrinkage, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Shrinkage
    data : DataFrame
        As from `figures.shrinkage.table`.
    """
    measures = data[data["panel"] == "measure"]
    spreads = data[data["panel"] == "spread"]
    exact = spreads["correlation"] == ORTHONORMAL["kind"]
    within = spreads.loc[~exact, "value"] < PROPORTIONAL
    designs = len(spec.correlations) + 1
    cells = designs * len(spec.shapes) * len(spec.densities) * len(spec.strengths)
    n, p = EXAMPLE["shape"]
    return {
        "shrinkage-cells": number(cells, 0),
        "shrinkage-designs": number(designs, 0),
        "shrinkage-replicates": number(spec.replicates, 0),
        "shrinkage-strengths": escape(_listed([f"{100 * s:g}" for s in spec.strengths])),
        "shrinkage-proportional": percent(PROPORTIONAL),
        "shrinkage-example-shape": Tex(f"$n={n}$, $p={p}$"),
        "shrinkage-example-strength": percent(STRENGTH),
        "shrinkage-orthonormal-spread": scientific(float(spreads.loc[exact, "value"].max()), 0),
        "shrinkage-correlated": number(len(within), 0),
        "shrinkage-correlated-within": number(int(within.sum()), 0),
        "shrinkage-spread": share_estimate(_of(measures, "ridge", "ratio_spread")),
        "shrinkage-growing": share_estimate(_of(measures, "ridge", "growing_share")),
        "shrinkage-ridge-rank": estimate(_of(measures, "ridge", "rank_correlation"), 2),
        "shrinkage-lasso-rank": estimate(_of(measures, "lasso", "rank_correlation"), 2),
        "shrinkage-relative-rank": estimate(_of(measures, "ridge", "relative_rank_correlation"), 2),
        "shrinkage-pull": percent(float(_of(measures, "lasso", "kept_deviation")["value"])),
    }


def _of(measures: pd.DataFrame, method: str, metric: str) -> pd.Series:
    return one_row(measures, method=method, metric=metric)


def _listed(items: list[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
