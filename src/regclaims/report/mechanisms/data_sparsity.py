"""Numbers of the experiment that counts zeros in the data."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.data_sparsity import DataSparsity
from regclaims.report.mechanisms.estimates import one_row, share_estimate
from regclaims.report.tex import Tex, number, percent


def numbers(spec: DataSparsity, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros.

    Parameters
    ----------
    spec : DataSparsity
    data : DataFrame
        As from `figures.data_sparsity.table`.
    """
    fewest = min(spec.zero_shares)
    coefs = one_row(data, counted="coef_zeros", method="lasso", zero_share=fewest)
    rows = data.set_index(["counted", "method", "zero_share"]).sort_index()
    return {
        "data-sparsity-replicates": number(spec.replicates, 0),
        "data-sparsity-cells": number(len(spec.shapes) * len(spec.zero_shares), 0),
        "data-sparsity-change": percent(_change(rows, "data"), 1),
        "data-sparsity-copy-change": percent(_change(rows, "copy"), 1),
        "data-sparsity-zeros": percent(fewest),
        "data-sparsity-coefficients": share_estimate(coefs),
    }


def _change(rows: pd.DataFrame, counted: str) -> float:
    """Largest change of the share of zeros, over methods and data."""
    values = rows["value"]
    change = values.loc[f"{counted}_zeros_after"] - values.loc[f"{counted}_zeros_before"]
    return float(change.abs().max())
