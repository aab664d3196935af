"""Numbers of the ablation of the kink."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.kink import Kink
from regclaims.figures.penalty_names import KINKED, NONE, SMOOTH
from regclaims.report.mechanisms.estimates import share_estimate
from regclaims.report.tex import Tex, number, percent


def numbers(spec: Kink, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : Kink
    data : DataFrame
        As from `figures.kink.table`.
    """
    shares = data[data["panel"] == "share"]
    cells = len(spec.pairs) * len(spec.strengths) * len(spec.truths)
    kinked, smooth = (shares[shares["kind"] == kind] for kind in (KINKED, SMOOTH))
    ranked = kinked.sort_values("value", kind="stable")
    return {
        "kink-pairs": number(len(spec.pairs), 0),
        "kink-cells": number(cells, 0),
        "kink-coefs": number(spec.n_coefs, 0),
        "kink-replicates": number(spec.replicates, 0),
        "kink-least": share_estimate(ranked.iloc[0]),
        "kink-most": share_estimate(ranked.iloc[-1]),
        "kink-smooth-most": percent(float(smooth["value"].max()), 1),
        "kink-nonnegative": share_estimate(shares[shares["kind"] == NONE].iloc[0]),
    }
