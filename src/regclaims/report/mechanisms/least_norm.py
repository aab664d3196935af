"""Numbers of the experiment on fits of least norm."""

from __future__ import annotations

import pandas as pd

from regclaims.config.mechanisms.least_norm import LeastNorm
from regclaims.mechanisms.least_norm import DENSE, L1, L2, SPARSE
from regclaims.report.mechanisms.shares import mean_share
from regclaims.report.tex import Tex, number, percent

HALF = 0.5


def numbers(spec: LeastNorm, data: pd.DataFrame) -> dict[str, Tex]:
    """Collect the macros of the experiment.

    Parameters
    ----------
    spec : LeastNorm
    data : DataFrame
        As from `figures.least_norm.table`.

    Returns
    -------
    dict
        TeX by macro name.
    """
    pursuit = data[data["method"] == L1]
    sparse, dense = (pursuit[pursuit["truth"] == truth] for truth in (SPARSE, DENSE))
    # Found by most fits where theory has it found by all of many columns, or by few where by none.
    agree = (sparse["recovered"] > HALF) == (sparse["sparsity"] < sparse["threshold"])
    return {
        "least-norm-replicates": number(spec.replicates, 0),
        "least-norm-columns": number(spec.n_features, 0),
        "least-norm-fewest-rows": percent(min(spec.rows)),
        "least-norm-most-rows": percent(max(spec.rows)),
        "least-norm-sparse-cells": number(len(sparse), 0),
        "least-norm-agree": number(int(agree.sum()), 0),
        "least-norm-sparse-fewer": mean_share(_fewer(sparse)),
        "least-norm-dense-fewer": mean_share(_fewer(dense)),
        "least-norm-other-kept": percent(
            float(data.loc[data["method"] == L2, "nonzero_share"].min()), 1
        ),
    }


def _fewer(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(share=rows["fewer_than_rows"])
