"""Numbers of the ablation of the vanishing gradient."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.small_weights import SmallWeights
from regclaims.figures.penalty_names import KINKED, SMOOTH, kind
from regclaims.figures.small_weights import ROW
from regclaims.report.mechanisms.estimates import one_row, share_estimate
from regclaims.report.tex import UNDEFINED, Tex, number, percent


def numbers(spec: SmallWeights, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : SmallWeights
    data : DataFrame
        As from `figures.small_weights.table`.
    """
    shares = data[data["panel"] == "share"]
    kept = shares[shares["metric"] == "kept_share"]
    others = kept[kept["penalty"] != ROW].sort_values("value", kind="stable")
    cells = len(spec.ablations) * len(spec.pulls) * len(spec.truths)
    return {
        "small-weights-small": number(spec.small, 0 if spec.small.is_integer() else 2),
        "small-weights-kept": percent(spec.kept),
        "small-weights-penalties": number(len(spec.ablations), 0),
        "small-weights-cells": number(cells, 0),
        "small-weights-coefs": number(spec.n_coefs, 0),
        "small-weights-replicates": number(spec.replicates, 0),
        "small-weights-ridge": share_estimate(one_row(kept, penalty=ROW)),
        "small-weights-least": share_estimate(others.iloc[0]),
        "small-weights-most": share_estimate(others.iloc[-1]),
        "small-weights-kinked-nonzero": _nonzero(shares, KINKED),
        "small-weights-smooth-nonzero": _nonzero(shares, SMOOTH),
    }


def _nonzero(shares: pd.DataFrame, wanted: str) -> Tex:
    """Write the least and the largest share of small weights that are not zero, by penalty."""
    rows = shares[(shares["metric"] == "nonzero_share") & (shares["penalty"] != ROW)]
    rows = rows[rows["penalty"].map(kind) == wanted]
    if rows.empty:
        return Tex(UNDEFINED)
    ends = [percent(float(end), 1) for end in (rows["value"].min(), rows["value"].max())]
    return ends[0] if ends[0] == ends[1] else Tex(f"{ends[0]} to {ends[1]}")
